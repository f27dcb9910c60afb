"""A stream in parts: which segments stand out, and how predictable a usual day is."""

from datetime import UTC, timedelta

import numpy as np
import pytest

from tests.metrics.drift.conftest import FIRST, ZONE, after
from troth.core.windows import DAY, midnight
from troth.metrics import actions, jobs, parting, queries, writing
from troth.metrics.drift.enrolment import Enrolment
from troth.metrics.models import Fade
from troth.metrics.queries import segmented
from troth.metrics.ranges import Range, epoch
from troth.metrics.rules import Measure
from troth.signals.store import Tally


@pytest.fixture
def carriers(db, steady):
    """Return a stream of five carriers, of which `gls` slips by two points after sixty days."""
    measure = Measure(kinds=("parcel",), good="outcome = 'ok'", value="value", by=("carrier",),
                      sketch=True)  # fmt: skip
    series = actions.follow(measure=measure, zone=ZONE, grain=DAY)
    tz = series.sweep.tz
    begins = [midnight(FIRST + timedelta(days=n), tz).astimezone(UTC) for n in range(100)]
    tallies = [
        Tally(begin, (name,), good, total, 0, 0.0, 0.0)
        for place, name in enumerate(("dhl", "dpd", "gls", "hermes", "ups"))
        for begin, (good, total) in zip(
            begins,
            steady(60, other=place + 1)
            + steady(40, good=940 if name == "gls" else 960, other=place + 1),
            strict=True,
        )
    ]
    covered = Range(epoch(begins[0]), epoch(begins[-1]))
    writing.write([series], covered, [tallies], grain=DAY, now=after(100))
    return actions.watch(
        key="test:parcels", series=series.pk, enrolment=Enrolment(name="Parcels"), now=after(0)
    )


def test_a_segment_that_left_its_usual_is_named_and_the_others_are_not(carriers):
    found = queries.segments_apart(stream=carriers.pk, at=after(100))
    assert [one.segment["carrier"] for one in found if one.stands_out] == ["gls"]
    first = found[0]
    assert first.usual == pytest.approx(0.96, abs=0.006)
    assert first.value == pytest.approx(0.94, abs=0.003)
    assert len(found) == 5
    assert queries.segments_apart(stream=carriers.pk, at=after(20)) == []


def test_a_stream_that_is_not_split_has_no_segments(histories, steady):
    stream = histories.stream(steady(60))
    assert queries.segments_apart(stream=stream.pk, at=after(60)) == []


@pytest.mark.mission("S1.9")
def test_more_scatter_at_the_same_level_is_less_predictable(histories, steady):
    wild = [(good + (25 if n % 2 else -25), total) for n, (good, total) in enumerate(steady(60))]
    stream = histories.stream(steady(60) + wild)
    jobs.evaluate(now=after(120))
    seen = queries.predictability(stream=stream.pk, at=after(120))
    assert seen.times_wider > 2
    assert seen.p90 is None
    assert seen.ratio is None
    kinds = [fade.kind for fade in queries.fades(stream=stream.pk)]
    assert "predictability" in kinds
    steadily = histories.stream(steady(120))
    assert queries.predictability(stream=steadily.pk, at=after(120)).times_wider < 1.3


def segment_facts(stream):
    rows = Fade.objects.filter(stream=stream).exclude(segment="")
    return [(one.segment, one.opened_on, one.closed_on, one.rings) for one in rows]


def evaluated(at):
    jobs.evaluate(now=at)
    return jobs.evaluate_segments(now=at)


@pytest.mark.mission("S1.14")
def test_a_segment_that_left_its_usual_leaves_one_fact_that_rings_nobody(carriers):
    assert evaluated(after(60)) == 0
    assert evaluated(after(80)) == 1
    [(segment, opened, closed, rings)] = segment_facts(carriers)
    assert (segment, closed, rings) == ('{"carrier":"gls"}', None, False)
    assert FIRST + timedelta(days=60) < opened < FIRST + timedelta(days=72)
    fact = Fade.objects.exclude(segment="").get()
    assert fact.evidence["of"] == 5
    assert fact.size == pytest.approx(2.0, abs=0.7)
    assert evaluated(after(80) + timedelta(hours=2)) == 0, "once a day"
    assert evaluated(after(99)) == 0
    assert segment_facts(carriers) == [(segment, opened, None, False)]
    (seen,) = [one for one in queries.fades(stream=carriers.pk) if one.segment]
    assert seen.segment == {"carrier": "gls"}


def test_of_two_workers_one_writes_the_segments_of_a_stream(carriers, monkeypatch):
    jobs.evaluate(now=after(80))
    real = parting.parted

    def meddled(stream, *, now):
        found = real(stream, now=now)
        monkeypatch.setattr(parting, "parted", real)
        assert jobs.evaluate_segments(now=now) == 1, "another worker is quicker"
        return found

    monkeypatch.setattr(parting, "parted", meddled)
    assert jobs.evaluate_segments(now=after(80)) == 0
    assert len(segment_facts(carriers)) == 1


def test_no_more_segments_are_looked_at_than_the_largest(carriers, monkeypatch):
    monkeypatch.setattr(segmented, "MOST", 2)
    assert len(queries.segments_apart(stream=carriers.pk, at=after(100))) == 2


def test_where_nothing_is_the_matter_few_segments_are_named(db):
    """Forty segments over a year in control: of those named, most days hold none."""
    chance = np.random.default_rng(4)
    measure = Measure(kinds=("parcel",), good="outcome = 'ok'", by=("place",))
    series = actions.follow(measure=measure, zone=ZONE, grain=DAY)
    begins = [midnight(FIRST + timedelta(days=n), series.sweep.tz) for n in range(365)]
    tallies = [
        Tally(begin.astimezone(UTC), (str(place),), 200 - int(bad), 200, 0, 0.0, 0.0)
        for place in range(40)
        for begin, bad in zip(begins, chance.binomial(200, 0.04, size=365), strict=True)
    ]
    covered = Range(epoch(begins[0]), epoch(begins[-1]))
    writing.write([series], covered, [tallies], grain=DAY, now=after(365))
    stream = actions.watch(
        key="test:places", series=series.pk, enrolment=Enrolment(name="Places"), now=after(0)
    )
    actions.allow_false_alarms(days=90, author="Ada", now=after(1))
    jobs.evaluate_segments(now=after(365))
    assert len(segment_facts(stream)) <= 12
