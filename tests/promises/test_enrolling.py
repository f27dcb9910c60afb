"""A promise is watched for drift from its declaration on."""

from datetime import timedelta

import pytest

from tests.shop import NOW, document
from troth.metrics import queries
from troth.promises import actions


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
