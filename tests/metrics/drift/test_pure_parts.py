"""The parts of drift against what is published of them, and laws that hold whatever comes."""

from datetime import date
from math import sqrt

import numpy as np
import pytest

from troth.metrics.drift import (
    cases,
    fades,
    forecasts,
    limits,
    normal,
    onsets,
    panels,
    phases,
    rules,
    segments,
)


def panel(bad, total=None, **more):
    bad = np.atleast_2d(np.array(bad, float))
    whole = np.full(bad.shape, 1000.0) if total is None else np.atleast_2d(total)
    return panels.panel_of(first=date(2026, 1, 5), good=whole - bad, total=whole, **more)


@pytest.mark.parametrize(
    ("x", "share"), [(1.644854, 0.05), (2.326348, 0.01), (3.090232, 0.001), (0.0, 0.5)]
)
def test_normal_tails_are_as_in_the_tables(x, share):
    assert normal.above(x) == pytest.approx(share, rel=1e-5)
    assert normal.quantile_above(share) == pytest.approx(x, abs=1e-5)
    assert 1 - float(normal.cdf(np.array(x))) == pytest.approx(share, rel=1e-5)


@pytest.mark.parametrize(
    ("freedom", "t"), [(10, 4.1437), (17, 3.6458), (30, 3.3852), (100, 3.1737)]
)
def test_a_limit_widens_as_students_t_does(freedom, t):
    """The quantiles that t passes once in a thousand."""
    assert float(normal.widened(3.090232, freedom)) == pytest.approx(t, abs=0.02)


def test_a_straightened_gamma_passes_its_limit_as_often_as_a_normal():
    drawn = np.random.default_rng(1).gamma(9.0, size=1_000_000)
    z = (drawn - 9) / 3
    crooked = float((z > 3).mean())
    straight = float((normal.straightened(z, 2 / 3) > 3).mean())
    assert crooked > 0.006, "four times as often"
    assert straight == pytest.approx(normal.above(3), rel=0.12)
    left = normal.straightened(-z, -2 / 3)
    assert float((left < -3).mean()) == pytest.approx(straight)


@pytest.mark.parametrize(
    ("memory", "limit", "two_sided"),
    [(0.05, 2.615, 500), (0.1, 2.814, 500), (0.25, 2.998, 500), (0.5, 3.071, 500)],
)
def test_run_lengths_are_those_of_lucas_and_saccucci(memory, limit, two_sided):
    """Their table (1990) is of both sides: one side alone alarms half as often."""
    assert limits.run_length(limit, memory) == pytest.approx(2 * two_sided, rel=0.03)


def test_a_limit_is_passed_as_often_as_it_was_made_for():
    limit = limits.ewma_limit(200.0, 0.1)
    chance = np.random.default_rng(5)
    level, seen, last = np.zeros(4_000), [], np.zeros(4_000)
    for day in range(1, 1_500):
        level = 0.1 * chance.standard_normal(4_000) + 0.9 * level
        over = level > limit * limits.ewma_sigma(0.1)
        seen += list(day - last[over])
        level[over], last[over] = 0.0, day
    assert np.mean(seen) == pytest.approx(200, rel=0.12)


def test_the_budget_is_shared_so_that_more_streams_have_wider_limits():
    few, many = limits.limits(streams=2), limits.limits(streams=12)
    assert few.fade < many.fade
    assert few.spike < many.spike
    assert few.stack == pytest.approx(many.stack, abs=0.15), "the stack is one, of them all"
    patient = limits.limits(streams=2, days=365)
    assert patient.fade > few.fade
    assert limits.limits(streams=2) is few, "remembered: the same question is not computed twice"


@pytest.mark.mission("S2.44")
def test_dispersion_is_laneys_and_never_below_chance():
    chance = np.random.default_rng(2)
    rates = np.clip(chance.normal(0.04, 0.01, size=200), 0.001, 1)
    wild = phases.freeze(panel(chance.binomial(1000, rates)), 0, start=0, days=200)
    sigma = sqrt(0.04 * 0.96 / 1000)
    assert wild.dispersion == pytest.approx(sqrt(sigma**2 + 0.01**2) / sigma, rel=0.15)
    even = phases.freeze(panel([40] * 50), 0, start=0, days=50)
    assert (even.dispersion, even.freedom) == (1.0, None)


def test_a_weekday_that_differs_is_usual_and_one_that_does_not_costs_nothing():
    chance = np.random.default_rng(4)
    weekly = np.array([0.02, 0.02, 0.02, 0.02, 0.02, 0.05, 0.05])
    shares = np.tile(weekly, 12)
    found = phases.freeze(panel(chance.binomial(1000, shares)), 0, start=0, days=84)
    expected = phases.expectation(panel(np.zeros(14)), [found])[0]
    assert expected[:7] == pytest.approx(weekly, abs=0.006)
    plain = phases.freeze(panel(chance.binomial(1000, np.full(84, 0.04))), 0, start=0, days=84)
    assert max(abs(factor) for factor in plain.weekday) < 0.06


def test_an_incident_within_the_baseline_is_left_out():
    bad = [40, 44, 38, 41, 37, 43, 39] * 6
    bad[20] = 300
    found = phases.freeze(panel(bad), 0, start=0, days=42)
    assert (found.left_out, found.days) == (1, 41)
    assert found.center == pytest.approx(0.0403, abs=0.0005)


def test_holidays_are_told_apart_and_judged_only_where_the_baseline_knows_them():
    days = panel([40, 42, 38, 41] * 14)
    days.holidays[0, [10, 20, 30]] = True
    days.good[0, [10, 20, 30]] = 800
    found = phases.freeze(days, 0, start=0, days=56)
    expected = phases.expectation(days, [found])[0]
    assert expected[10] == pytest.approx(0.2, abs=0.03)
    assert expected[11] == pytest.approx(0.04, abs=0.003)
    assert not phases.unknown_holidays(days, [found]).any()
    none = phases.freeze(days, 0, start=31, days=24)
    assert phases.unknown_holidays(days, [none]).sum() == 3


def test_a_baseline_says_the_same_after_it_was_kept():
    found = phases.freeze(panel([40, 44, 38, 41] * 10), 0, start=0, days=40)
    assert phases.frozen_from(found.document()) == found


def test_counts_are_judged_by_the_hour_on_days_of_23_and_25():
    days = panel([0] * 40, np.full((1, 40), 240.0), reading="count")
    days.hours[0, 35], days.total[0, 35] = 23.0, 230.0
    found = phases.freeze(days, 0, start=0, days=30)
    assert found.center == pytest.approx(10.0)
    assert phases.deviations(days, [found])[0, 35] == pytest.approx(0, abs=1e-9)


def test_benjamini_and_hochberg_name_those_of_their_own_example():
    """Their fifteen p values of 1995: four at a false share of 0.05."""
    p = np.array([
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
        0.4262, 0.5719, 0.6528, 0.7590, 1.0,
    ])  # fmt: skip
    assert segments.discoveries(p).sum() == 4
    shuffled = np.random.default_rng(1).permutation(p)
    assert set(shuffled[segments.discoveries(shuffled)]) == set(p[:4])


def test_run_rules_mark_what_they_are_named_after():
    z = np.zeros(40)
    z[3] = 3.2
    z[10:18] = 0.5
    z[20:26] = np.linspace(-1, 1, 6)
    z[30], z[32] = -2.3, -2.4
    found = rules.marks(z)
    assert found[3] == ("beyond-3",)
    assert "eight-on-one-side" in found[17]
    assert "six-in-a-row-rising" in found[25]
    assert "two-of-three-beyond-2" in found[32]
    assert rules.marks(np.full(3, np.nan)) == [(), (), ()]


def test_one_alarm_is_one_case_until_it_is_back():
    over = np.array([[0, 1, 1, 0, 1, 0, 0, 1]], dtype=bool)
    back = np.array([[0, 0, 0, 0, 0, 1, 0, 0]], dtype=bool)
    found = [(one.opened, one.closed) for one in cases.openings(over, back)]
    assert found == [(1, 5), (7, None)]


def test_correlated_rows_are_worth_less_and_chance_correlations_nothing():
    chance = np.random.default_rng(7)
    common = chance.standard_normal(60)
    together = 0.8 * common + 0.6 * chance.standard_normal((6, 60))
    usable = np.ones((6, 60), dtype=bool)
    assert fades.correlation_of(together, usable).sum() > 20
    apart = fades.correlation_of(chance.standard_normal((6, 60)), usable)
    assert apart.sum() == pytest.approx(6, abs=3)
    few = fades.correlation_of(together[:, :20], usable[:, :20])
    assert few.sum() == 6


def test_changes_are_dated_and_noise_has_none():
    chance = np.random.default_rng(3)
    stepped = np.concatenate([np.zeros(60), np.full(50, 3.0)]) + chance.standard_normal(110)
    assert onsets.changes(stepped) == [pytest.approx(60, abs=2)]
    assert onsets.changes(chance.standard_normal(200)) == []
    assert onsets.changes(np.full(50, 2.0)) == []
    stepped[[5, 61]] = np.nan
    assert onsets.changes(stepped) == [pytest.approx(60, abs=2)]


def test_intervals_of_even_days_are_those_of_chance_and_of_wild_days_wider():
    chance = np.random.default_rng(11)
    total = np.full(200, 400.0)
    even, wild = (
        chance.binomial(400, p).astype(float)
        for p in (np.full(200, 0.9), np.clip(chance.normal(0.9, 0.05, 200), 0, 1))
    )
    widths = []
    for good in (even, wild):
        *_, last = forecasts.beliefs(good, total)
        interval = last.interval(400)
        widths.append(interval.high - interval.low)
    assert widths[0] == pytest.approx(2 * 1.645 * sqrt(0.09 / 400), rel=0.35)
    assert widths[1] > 2 * widths[0]
    assert next(iter(forecasts.beliefs(even, total))) is None
