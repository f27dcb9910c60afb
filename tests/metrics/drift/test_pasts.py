"""The first baseline of a stream that was enrolled with a past, and of one without."""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.metrics.drift.conftest import FIRST, after
from troth.core.windows import Span
from troth.metrics import actions, jobs, queries
from troth.metrics.drift import engine, limits, panels, pasts
from troth.metrics.models import Baseline, Dirty, Fade, Stream
from troth.metrics.trials import quiet

START = date(2023, 1, 1)


def past(shares, *, cases=500, seed=7):
    chance = np.random.default_rng(seed)
    bad = chance.binomial(cases, np.asarray(shares))
    total = np.full(len(bad), cases)
    return panels.panel_of(first=START, good=total - bad, total=total)


def even(shares, *, fewest=28):
    found = pasts.even_stretch(past(shares), 0, start=0, until=len(shares), fewest=fewest)
    return found and (found.start, found.end, found.days)


def test_an_even_past_is_taken_whole_up_to_three_years():
    assert even([0.04] * 400) == (0, 400, 400)
    assert even([0.04] * 1_500) == (405, 1_500, 1_095)


def test_less_than_a_year_is_no_past():
    assert even([0.04] * 364) is None
    assert even([0.04] * 365) == (0, 365, 365)


def test_of_a_past_that_changed_its_level_the_newest_even_year_is_taken():
    start, end, days = even([0.06] * 500 + [0.04] * 500)
    assert 485 <= start <= 515
    assert (end, days) == (1_000, 1_000 - start)


def test_what_has_begun_to_fade_before_is_not_taken_as_usual():
    start, end, _ = even([0.04] * 800 + [0.055] * 100)
    assert start == 0
    assert 785 <= end <= 815, "the fading stays outside"
    panel = past([0.04] * 800 + [0.055] * 100)
    frozen = pasts.first_baseline(panel, 0, start=0, enrolled=900, days=28)
    assert frozen.center == pytest.approx(0.04, abs=0.002)


def test_a_past_that_was_never_even_for_a_year_makes_no_baseline():
    assert even([0.04] * 300 + [0.06] * 300 + [0.04] * 300) is None
    wild = past([0.04] * 300 + [0.06] * 300 + [0.04] * 300)
    assert pasts.first_baseline(wild, 0, start=0, enrolled=900, days=28).days == 28


def test_seasons_that_come_again_are_no_change_of_level():
    day = np.arange(3 * 365)
    shares = 0.05 + 0.02 * np.cos(2 * np.pi * day / 365.25)
    assert even(shares) == (0, 1_095, 1_095)


@pytest.mark.mission("S1.4", "S1.16")
def test_with_the_shipped_default_and_three_years_of_past_made_fades_are_found_in_time():
    """A sample of the suite, with the defaults: whoever wants all of it asks `--demo`."""
    history, found = 1_095, {}
    for scenario in quiet.SCENARIOS:
        delays = []
        for panel in quiet.runs(scenario, runs=14, history=history, seed=1):
            rows = [
                engine.Row(
                    pasts.first_baseline(panel, row, start=0, enrolled=history, days=28),
                    0, panel.shape[1], panel.shape[1],
                )
                for row in range(quiet.STREAMS)
            ]  # fmt: skip
            assert {row.baseline.days + row.baseline.left_out for row in rows} == {history}
            chosen = limits.limits(streams=quiet.STREAMS, days=quiet.A_YEAR)
            seen = engine.ringing(engine.evaluate(panel, rows, limits=chosen).cases)
            delays.append(min(case.opened for case in seen) - history + 1)
        found[scenario.name.partition(":")[0]] = float(np.median(delays))
    assert found["stack"] <= 12
    assert found["drift"] <= 56
    assert found["single"] <= 12


def enrolled_after(histories, days, *, at):
    stream = histories.stream([])
    Stream.objects.filter(pk=stream.pk).update(created_at=after(at))
    histories.tell(stream.series, days)
    return stream


@pytest.mark.mission("S1.7")
def test_a_stream_with_a_past_is_read_against_all_of_it_and_the_span_is_written_down(
    histories, steady
):
    stream = enrolled_after(histories, steady(400) + steady(20, good=945), at=400)
    jobs.evaluate(now=after(401))
    baseline = Baseline.objects.get()
    assert baseline.frozen["days"] == 400
    last = FIRST + timedelta(days=399)
    assert baseline.reason == (
        f"the even past on the day it was watched: 400 days, {FIRST} to {last}"
    )
    assert not Fade.objects.exists()
    jobs.evaluate(now=after(420))
    opened = Fade.objects.get(kind="fade").opened_on
    assert opened < FIRST + timedelta(days=406)
    assert Baseline.objects.get().frozen == baseline.frozen
    assert stream.phase_days == 28


def test_no_baseline_is_made_while_days_of_it_are_still_to_be_counted(histories, steady):
    stream = enrolled_after(histories, steady(400), at=400)
    waiting = Dirty.objects.create(sweep=stream.series.sweep, series=stream.series, last=0)
    jobs.evaluate(now=after(401))
    assert Baseline.objects.get().frozen is None
    waiting.delete()
    actions.allow_false_alarms(days=90, author="Ada", now=after(401))
    jobs.evaluate(now=after(401))
    assert Baseline.objects.get().frozen["days"] == 400


@pytest.mark.mission("S1.7")
def test_a_year_that_has_come_together_is_offered_and_never_taken(histories, steady):
    stream = histories.stream(steady(420))
    jobs.evaluate(now=after(420))
    frozen = Baseline.objects.get().frozen
    assert frozen["days"] == 28
    assert Baseline.objects.get().reason == "the first 28 days, 2026-01-01 to 2026-01-28"
    span = Span(after(0), after(420))
    first, days = queries.chart(stream=stream.pk, span=span, at=after(420)).offered
    assert (first, days) == (FIRST, 420)
    assert Baseline.objects.get().frozen == frozen
    actions.rebaseline(
        stream=stream.pk, starts_on=first, days=days, reason="a good year", author="Ada",
        now=after(420),
    )  # fmt: skip
    jobs.evaluate(now=after(421))
    assert Baseline.objects.get(number=2).frozen["days"] == 420
    assert queries.chart(stream=stream.pk, span=span, at=after(421)).offered is None
