"""A promise is watched for drift from its declaration on."""

from datetime import timedelta

import pytest

from tests.shop import NOW, document
from tests.together import at_once
from troth.metrics import queries
from troth.promises import actions, jobs

WORKERS = 4


def declare(**spec):
    return actions.declare(spec=document(**spec), author="Ada", reason="", now=NOW)


@pytest.mark.mission("S1.13")
def test_a_declared_promise_is_a_stream_with_its_target(db, noon):
    declare()
    stream = queries.stream("promise:on-time")
    assert (stream.name, stream.target, stream.reading) == ("On time", 0.7, "share")


def test_another_target_is_no_other_usual_but_another_count_is(db, noon):
    from troth.metrics.models import Baseline

    declare()
    declare(target="80%")
    assert queries.stream("promise:on-time").target == 0.8
    assert Baseline.objects.count() == 1
    actions.declare(
        spec=document(signals={"kind": "delivery", "where": "segment.country = 'de'"}),
        author="Ada",
        reason="Germany alone",
        now=NOW,
    )
    first, second = Baseline.objects.order_by("number")
    assert (second.reason, second.author) == ("Germany alone", "Ada")
    assert first.series_id != second.series_id


def test_a_retired_promise_is_watched_no_longer(db, noon):
    declare()
    actions.retire(slug="on-time", author="Ada", now=NOW + timedelta(days=1))
    assert queries.streams() == []


def forgotten(*slugs):
    """As an older version left them: declared, and never enrolled."""
    from troth.metrics.models import Stream

    for slug in slugs:
        declare(slug=slug)
    Stream.objects.all().delete()
    assert queries.streams() == []


def test_promises_that_an_older_version_declared_are_enrolled_once(db, noon):
    from troth.metrics.models import Baseline

    forgotten("on-time", "in-full")
    declare(slug="gone")
    actions.retire(slug="gone", author="Ada", now=NOW)
    later = NOW + timedelta(days=3)
    assert jobs.enrol(now=later) == 2
    assert sorted(queries.watched_keys()) == ["promise:in-full", "promise:on-time"]
    assert queries.stream("promise:on-time").target == 0.7
    assert jobs.enrol(now=later) == 0
    assert Baseline.objects.filter(author="the installation").count() == 2


def test_what_has_no_share_by_the_day_is_left_alone(db, noon):
    from troth.metrics.models import Stream

    spec = document("audited")
    spec["spec"] = {
        "text": "We are audited each year.", "evaluator": "attestation",
        "signals": {"kind": "audit"}, "target": "100%", "windows": ["365d"],
    }  # fmt: skip
    actions.declare(spec=spec, author="Ada", now=NOW)
    assert jobs.enrol(now=NOW) == 0
    assert not Stream.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_workers_that_enrol_at_once_each_promise_is_enrolled_by_one(noon):
    from troth.metrics.models import Baseline, Stream

    slugs = [f"promise-{number}" for number in range(6)]
    forgotten(*slugs)
    done = at_once(lambda _: jobs.enrol(now=NOW))
    assert sum(done) == len(slugs)
    assert Stream.objects.count() == Baseline.objects.count() == len(slugs)
