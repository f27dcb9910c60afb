"""What comes next: the interval is as wide as past forecasts were wrong, and says how they did."""

from datetime import date, timedelta

import numpy as np
import pytest

from troth.metrics.drift.foresight import Days, foreseen

FIRST = date(2026, 1, 5)

pytestmark = pytest.mark.mission("S1.4")


def days(reading, value, cases=None):
    value = np.array(value, dtype=float)
    many = np.full(len(value), 100.0) if cases is None else np.array(cases, dtype=float)
    return Days(reading, FIRST, value, many)


def by_length(series):
    return {one.days: one for one in foreseen(series)}


@pytest.fixture
def chance():
    return np.random.default_rng(5)


def uneven(chance, count, size=200):
    """Return shares whose own chance differs from day to day, and their cases."""
    kept = chance.binomial(size, chance.beta(80, 10, count))
    return kept / size, np.full(count, float(size))


def test_the_next_day_and_the_next_week_are_told_with_their_dates(chance):
    found = by_length(days("share", *uneven(chance, 120)))
    assert found[1].starts_on == found[7].starts_on == FIRST + timedelta(days=120)
    assert found[7].ends_on == FIRST + timedelta(days=126)
    assert found[1].low < found[1].expected < found[1].high
    assert found[7].cases == 7 * found[1].cases == 1400
    assert found[7].high - found[7].low < found[1].high - found[1].low


@pytest.mark.parametrize("reading", ["share", "mean", "count"])
def test_nine_in_ten_lie_inside_also_where_days_differ_by_more_than_chance(reading, chance):
    inside = told = 0
    for _ in range(300):
        if reading == "share":
            value, cases = uneven(chance, 61)
        else:
            value, cases = chance.gamma(20, 3, 61), np.full(61, 50.0)
        before = by_length(Days(reading, FIRST, value[:60], cases[:60]))[1]
        told += 1
        inside += before.low <= value[60] <= before.high
    assert 0.86 <= inside / told <= 0.97
    assert 0.75 <= before.held / before.forecasts <= 1
    assert before.forecasts >= 40


def test_tomorrow_says_nothing_of_yesterdays_forecasts(chance):
    value, cases = uneven(chance, 90)
    full = by_length(days("share", value, cases))[1]
    other = by_length(days("share", [*value[:89], 0.2], cases))[1]
    assert other.held <= full.held
    assert other.low < full.low


def test_what_cannot_be_told_is_not_told(chance):
    assert foreseen(days("share", [])) == ()
    assert foreseen(days("share", [np.nan] * 100)) == ()
    assert foreseen(days("share", *uneven(chance, 8))) == (), "too short"
    thin = by_length(days("share", [0.9] * 100, [6.0] * 100))
    assert list(thin) == [7], "six cases a day are too few of a day, and enough of a week"
    assert foreseen(days("share", [0.9] * 100, [1.0] * 100)) == ()
    silent = days("count", [*chance.poisson(50, 80).astype(float), *[np.nan] * 40])
    assert foreseen(silent) == (), "silent for weeks"


def test_shares_stay_between_nothing_and_all_and_counts_above_nothing(chance):
    always = by_length(days("share", [1.0] * 100))[1]
    assert always.high == 1
    assert 0.9 < always.low < 1
    wild = by_length(days("count", chance.exponential(3, 100)))[1]
    assert wild.low == 0
    below = by_length(days("mean", chance.normal(0, 5, 100)))[1]
    assert below.low < 0, "a mean that was below nothing may be so again"


def test_a_mean_weighs_days_by_their_cases_and_a_count_adds_them():
    value, cases = [10.0, 40.0] * 70, [300.0, 100.0] * 70
    week = by_length(days("mean", value, cases))[7]
    assert 10 < week.expected < 25
    count = by_length(days("count", [5.0] * 98))[7]
    assert count.expected == pytest.approx(35)
    assert count.cases == 0


def test_a_weeks_cases_of_a_day_are_those_of_its_weekday():
    cases = [*[100.0] * 6, 400.0] * 15
    found = by_length(days("share", [0.9] * 104, cases[:104]))
    assert found[1].cases == 400, "the day that comes is the seventh"
