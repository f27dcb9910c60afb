"""A day on which a count is silent is no data; a 0 that is a count stays one."""

from datetime import timedelta

import numpy as np
import pytest

from tests.metrics.drift.conftest import FIRST, after
from troth.core.windows import HOUR, Span
from troth.metrics import actions, jobs, queries
from troth.metrics.drift.panels import panel_of
from troth.metrics.drift.phases import freeze
from troth.metrics.drift.quiet import beyond_rhythm, without_heartbeat
from troth.metrics.models import Fade, Series, Stream

A_DAY = 86_400


def busy(days, *, cases=100):
    """Return (good, total) of days of a count that scatters a little."""
    return [(0, cases + (n * 7) % 11 - 5) for n in range(days)]


def kinds_of(stream=None):
    rows = Fade.objects.filter(stream=stream) if stream else Fade.objects.all()
    return set(rows.values_list("kind", flat=True))


def at_the_end_of(days, stream):
    """Evaluate at the end of each of the last days, as the worker does; return what was told."""
    for day in days:
        jobs.evaluate(now=after(day))
    return kinds_of(stream)


@pytest.mark.mission("S1.10")
def test_a_silent_day_of_a_count_is_no_spike_and_no_data_is_told_alone(histories):
    stream = histories.stream(busy(60), reading="count")
    others = histories.stream([(960, 1000)] * 70)
    assert at_the_end_of(range(58, 62), stream) == set(), "one silent day: nothing to be said yet"
    assert at_the_end_of(range(62, 66), stream) == {"no_data"}
    fact = Fade.objects.get(stream=stream)
    assert fact.opened_at == after(62), "twice its longest gap, two days at least"
    assert fact.evidence["declared"] is False
    points = queries.chart(stream=stream.pk, span=Span(after(55), after(65)), at=after(65)).points
    known = {(one.day - FIRST).days: one.value for one in points}
    assert known[59] is not None
    assert {known[day] for day in range(60, 65)} == {None}
    assert others.pk != stream.pk


@pytest.mark.mission("S1.10")
def test_days_without_a_case_are_counts_where_they_are_the_rhythm(histories):
    """On two days of three nothing comes: the next such days are 0, a week of them is silence."""
    rare = [(0, 3 if n % 3 == 0 else 0) for n in range(61)]
    stream = histories.stream(rare, reading="count", better="less")
    histories.stream([(960, 1000)] * 80)
    assert at_the_end_of(range(58, 64), stream) == set()
    points = queries.chart(stream=stream.pk, span=Span(after(55), after(66)), at=after(66)).points
    known = {(one.day - FIRST).days: one.value for one in points}
    assert [known[day] for day in range(60, 66)] == [3, 0, 0, None, None, None]
    assert [one.z is not None for one in points if one.day == FIRST + timedelta(days=61)] == [True]
    assert at_the_end_of(range(64, 68), stream) == {"no_data"}
    assert Fade.objects.get(stream=stream).opened_at == after(67), "after twice three days"


@pytest.mark.mission("S1.10")
def test_a_count_that_is_nothing_while_its_heartbeat_stands_stays_nothing(histories):
    """Signals may stay out for three days: the first day without one is a 0, and far too few."""
    days = [*busy(60), (0, 0)]
    stands = histories.stream(days, reading="count", heartbeat=3 * A_DAY)
    missed = histories.stream(days, reading="count", heartbeat=HOUR)
    for stream in (stands, missed):
        Stream.objects.filter(pk=stream.pk).update(created_at=after(60))
    histories.stream([(960, 1000)] * 70)
    jobs.evaluate(now=after(61))
    assert kinds_of(stands) == {"spike"}
    assert kinds_of(missed) == {"no_data"}


def test_a_silence_that_was_told_takes_its_days_out_whatever_the_calendar_says(histories):
    """The clocks went forward: the day has 23 hours, fewer than its heartbeat."""
    edges = np.array([0, 24, 47, 71]) * HOUR
    spoke = np.array([True, False, False])
    assert list(without_heartbeat(spoke, edges, allowed=A_DAY)) == [False, False, True]
    told = [(40 * HOUR, None)]
    assert list(without_heartbeat(spoke, edges, allowed=A_DAY, told=told)) == [False, True, True]
    over = [(40 * HOUR, 46 * HOUR)]
    assert list(without_heartbeat(spoke, edges, allowed=9 * A_DAY, told=over)) == [
        False, True, False,
    ]  # fmt: skip
    assert not without_heartbeat(~spoke, edges, allowed=1)[1:].any(), "a case is no silence"
    assert not without_heartbeat(spoke & False, edges, allowed=1).any(), "nor is what came before"


def test_a_rhythm_is_that_of_the_baseline_without_its_outages():
    days = [0 if n in range(20, 23) else 100 + n % 5 for n in range(60)]
    days[40] = 0
    panel = panel_of(first=FIRST, good=[0] * 60, total=days, reading="count")
    found = freeze(panel, 0, start=0, days=60)
    assert found.left_out == 4
    assert found.quiet == 0
    spoke = np.array([True] * 60 + [False, True, False])
    assert list(np.flatnonzero(beyond_rhythm(spoke, found, first=FIRST.toordinal()))) == [60, 62]


def test_a_baseline_of_an_older_version_reads_days_as_it_did(histories):
    stream = histories.stream(busy(60), reading="count")
    histories.stream([(960, 1000)] * 70)
    jobs.evaluate(now=after(59))
    phase = stream.baselines.get()
    del phase.frozen["quiet"]
    phase.save()
    jobs.evaluate(now=after(62))
    assert kinds_of(stream) == {"spike"}


@pytest.mark.mission("S1.10")
def test_what_falls_to_nothing_while_its_kind_speaks_is_a_count(histories):
    """Failed payments: there are none while payments come, and that is no silence."""
    spec = {"title": "Failed", "over": "payment", "where": "outcome = 'failed'", "better": "less",
            "zone": "Europe/Berlin"}  # fmt: skip
    document = {"apiVersion": "troth/v1", "kind": "Metric", "spec": spec,
                "metadata": {"name": "failed", "labels": {"touchpoint": "pay"}}}  # fmt: skip
    actions.declare(document=document, author="Ada", now=after(0))
    stream = Stream.objects.select_related("series__sweep", "whole__sweep").get()
    assert stream.whole.measure["kinds"] == ["payment"]
    for series in (stream.series, stream.whole):
        series.dirty.all().delete()
    histories.tell(stream.series, busy(60))
    histories.tell(stream.whole, busy(64, cases=900))
    assert at_the_end_of(range(58, 65), stream) == {"spike"}, "better, and drawn as that"
    assert Fade.objects.get(stream=stream).evidence["side"] == "better"
    assert at_the_end_of(range(65, 67), stream) >= {"no_data"}, "now payments are out, too"


def test_what_a_metric_no_longer_asks_for_is_counted_no_longer(db):
    spec = {"title": "Failed", "over": "payment", "where": "outcome = 'failed'"}
    document = {"apiVersion": "troth/v1", "kind": "Metric", "spec": spec,
                "metadata": {"name": "failed", "labels": {"touchpoint": "pay"}}}  # fmt: skip
    actions.declare(document=document, author="Ada", now=after(0))
    assert Series.objects.count() == 2
    actions.declare(document=document | {"spec": spec | {"heartbeat": "1h"}}, author="Ada",
                    now=after(1))  # fmt: skip
    assert Series.objects.count() == 1
    actions.declare(document=document, author="Ada", now=after(2))
    assert Series.objects.count() == 2
    actions.retire(name="failed", author="Ada", now=after(3))
    assert not Series.objects.filter(measure__kinds=["payment"], streams=None).exists()
