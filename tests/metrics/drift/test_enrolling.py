"""Streams are enrolled, change their terms, and get a new baseline by a decision alone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from troth.core.windows import DAY
from troth.metrics import actions, queries
from troth.metrics.drift.enrolment import Enrolment, EnrolmentError, Threshold
from troth.metrics.models import Baseline, Evaluation, Stream
from troth.metrics.rules import Measure
from troth.staff.models import AuditEntry

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def series(db):
    return actions.follow(measure=Measure(good="value > 1"), zone="Europe/Berlin", grain=DAY)


def enrol(series, **terms):
    given = {"name": "On time", "touchpoint": "delivery"} | terms
    return actions.watch(
        key="promise:on-time", series=series.pk, enrolment=Enrolment(**given), now=NOON
    )


def test_a_stream_is_enrolled_once_and_its_terms_may_change(series):
    first = enrol(series)
    again = enrol(series, target=0.97)
    assert first == again
    assert Stream.objects.get().target == 0.97
    assert Baseline.objects.count() == 1
    (seen,) = queries.streams()
    assert (seen.key, seen.touchpoint, seen.zone) == (
        "promise:on-time",
        "delivery",
        "Europe/Berlin",
    )


def test_a_stream_that_counts_otherwise_begins_a_phase_with_its_reason(series):
    enrol(series)
    other = actions.follow(measure=Measure(good="value > 2"), zone="Europe/Berlin", grain=DAY)
    actions.watch(
        key="promise:on-time",
        series=other.pk,
        enrolment=Enrolment(name="On time"),
        author="Ada",
        reason="version 2 of the promise",
        now=NOON,
    )
    last = Baseline.objects.last()
    assert (last.number, last.reason, last.author) == (2, "version 2 of the promise", "Ada")
    assert last.starts_on == date(2026, 5, 1)


def test_a_new_usual_is_a_recorded_decision_with_a_reason(series):
    stream = enrol(series)
    with pytest.raises(EnrolmentError, match="say why"):
        actions.rebaseline(
            stream=stream.pk, starts_on=date(2026, 6, 1), reason=" ", author="Ada", now=NOON
        )
    actions.rebaseline(
        stream=stream.pk, starts_on=date(2026, 6, 1), reason="new carrier", author="Ada", now=NOON
    )
    with pytest.raises(EnrolmentError, match="holds from 2026-06-01"):
        actions.rebaseline(
            stream=stream.pk, starts_on=date(2026, 6, 1), reason="again", author="Ada", now=NOON
        )
    assert AuditEntry.objects.get(verb="rebaselined").thing_id == "promise:on-time"


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"reading": "median"}, "reading"),
        ({"better": "blue"}, "better"),
        ({"phase_days": 23}, "phase_days"),
        ({"weight": -1.0}, "weight"),
        ({"thresholds": (Threshold(limit=0.1, side="beside"),)}, "thresholds"),
        ({"thresholds": (Threshold(limit=0, relative=True),)}, "thresholds"),
    ],
)
def test_terms_that_make_no_sense_are_refused_by_their_field(terms, field):
    with pytest.raises(EnrolmentError) as refused:
        Enrolment(name="x", **terms).checked()
    assert refused.value.field == field


def test_a_stream_that_ends_is_seen_as_of_then(series):
    enrol(series)
    assert actions.unwatch(key="promise:on-time", now=NOON + timedelta(days=1))
    assert not actions.unwatch(key="promise:on-time", now=NOON + timedelta(days=2))
    assert queries.streams() == []
    assert len(queries.streams(at=NOON)) == 1
    assert queries.stream("promise:on-time") is not None


def test_how_many_false_alarms_are_allowed_is_a_recorded_choice(db):
    actions.allow_false_alarms(days=365.25, author="Ada", now=NOON)
    assert Evaluation.objects.get().budget_days == 365.25
    with pytest.raises(EnrolmentError):
        actions.allow_false_alarms(days=0, author="Ada", now=NOON)
    assert AuditEntry.objects.get(thing="false alarms").after == {"days": 365.25}


def test_holidays_are_an_input_by_calendar(db):
    actions.keep_holidays(calendar="de", days={date(2026, 5, 1): "Labour Day"})
    assert actions.keep_holidays(calendar="de", days={date(2026, 12, 25): "Christmas"}) == 1
