"""Days of a measure added up, and two times compared: figures, intervals, what is a gap."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.metrics.drift.daily import (
    Day,
    How,
    added,
    compared,
    fewest,
    figure,
    filled,
    rolled,
    scatter,
)  # fmt: skip
from troth.metrics.drift.mixing import mixed

FIRST = date(2026, 2, 20)
SHARE, MEAN, COUNT = How("share"), How("mean"), How("count")


def days(*counts, missing=()):
    """Return one day after another of (good, total); `missing` are left out by their place."""
    return [
        Day(FIRST + timedelta(days=place), good, total)
        for place, (good, total) in enumerate(counts)
        if place not in missing
    ]


@pytest.mark.mission("S1.8")
@pytest.mark.parametrize("how", [SHARE, MEAN])
def test_under_the_fewest_cases_there_is_no_figure_but_their_number(how):
    few = Day(FIRST, 20, 29, 29, 29.0, 29.0)
    assert figure(few, how, days=1).value is None
    assert figure(few, how, days=1).n == 29
    assert figure(replace(few, total=30, n=30), how, days=1).is_known


def test_a_count_is_cases_a_day_and_never_below_nothing():
    found = figure(Day(FIRST, 0, 3), COUNT, days=2)
    assert found.value == 1.5
    assert 0 < found.low < 1.5 < found.high
    assert figure(Day(FIRST, 0, 0), COUNT, days=2).low == 0


def test_weights_of_time_are_no_cases():
    hour = replace(SHARE, worth=60_000)  # milliseconds; a minute is a case
    assert figure(Day(FIRST, 1_700_000, 1_740_000), hour, days=1).value is None
    assert figure(Day(FIRST, 1_700_000, 1_800_000), hour, days=1).n == 30


def test_a_day_on_which_nothing_came_is_a_gap_of_counts_too():
    found = rolled(days((1, 5), (0, 0), (2, 6), missing=(1,)), COUNT, over=1)
    assert [one.figure.value for one in found] == [5, None, 6]
    two = rolled(days((1, 5), (0, 0), (2, 6)), COUNT, over=2)
    assert [one.figure.value for one in two] == [2.5, 3]


def test_what_lies_outside_the_first_and_the_last_case_is_left_out():
    assert [one.day for one in filled(days((0, 0), (1, 2), (0, 0)))] == [FIRST + timedelta(days=1)]
    assert filled([]) == []
    assert rolled([], SHARE, over=7) == []


@given(st.lists(st.integers(0, 40), min_size=1, max_size=40), st.sampled_from([1, 7, 28]))
def test_points_add_up_the_days_that_they_look_back_on(totals, over):
    found = rolled(days(*((total // 2, total) for total in totals)), SHARE, over=over)
    for one in found:
        back = [(one.day - timedelta(days=step) - FIRST).days for step in range(over)]
        assert one.added.total == sum(totals[place] for place in back if place >= 0)


def test_a_point_looks_back_only_as_far_as_it_must():
    assert fewest(days(*[(20, 40)] * 30), SHARE, (1, 7, 28)) == 1
    assert fewest(days(*[(3, 5)] * 30), SHARE, (1, 7, 28)) == 7
    assert fewest(days(*[(1, 2)] * 30), SHARE, (1, 7, 28)) == 28
    assert fewest(days(*[(1, 2)] * 3), SHARE, (1, 7, 28)) == 28
    assert fewest([], SHARE, (1, 7, 28)) == 28
    assert fewest(days((0, 1)), COUNT, (1, 7, 28)) == 1


def test_uneven_days_are_less_evidence():
    even, uneven = days(*[(30, 40)] * 20), days(*[(22, 40), (38, 40)] * 10)
    assert scatter(even, SHARE) == 1
    wide = scatter(uneven, SHARE)
    assert wide > 3
    sums = added(uneven)
    narrow, broad = (figure(sums, replace(SHARE, scatter=one), days=20) for one in (1.0, wide))
    assert broad.high - broad.low > 3 * (narrow.high - narrow.low)
    assert scatter(uneven[:7], SHARE) == 1  # too few days to say


def test_two_times_differ_with_an_interval_or_are_not_told_apart():
    found = compared((days(*[(90, 100)] * 10), days(*[(80, 100)] * 10)), SHARE, lasted=(10, 10))
    assert found.gap.size == pytest.approx(-0.1)
    assert found.gap.low < -0.1 < found.gap.high < 0
    assert found.gap.is_sure
    few = compared((days((9, 10)), days((1, 1000))), SHARE, lasted=(1, 1))
    assert few.gap is None
    assert (few.before.value, few.before.n) == (None, 10)
    assert compared(([], days((1, 1000))), COUNT, lasted=(5, 1)).gap is None  # silence is not 0


sums = st.integers(0, 500).flatmap(
    lambda total: st.tuples(st.floats(-1e6, 1e6) if total else st.just(0.0), st.just(total))
)
parts = st.dictionaries(st.sampled_from(["web", "app", "phone", None]), sums, max_size=4)


@pytest.mark.mission("S0.1", "S4.13")
@given(parts, parts)
def test_the_parts_of_a_change_add_up_to_it_exactly(before, after):
    found = mixed(before, after)
    first, second = (sum(total for _, total in one.values()) for one in (before, after))
    if not first or not second:
        assert found == []
        return
    rates = [
        sum((Fraction(amount) for amount, _ in one.values()), Fraction(0)) / total
        for one, total in ((before, first), (after, second))
    ]
    assert sum(one.rate + one.mix for one in found) == rates[1] - rates[0]


def test_a_shift_of_the_mix_is_no_change_of_the_rate():
    found = mixed({"app": (90, 100), "phone": (50, 100)}, {"app": (45, 50), "phone": (75, 150)})
    assert [one.rate for one in found] == [0, 0]
    assert sum(one.mix for one in found) == Fraction(-1, 10)
    assert all(one.mix < 0 for one in found)


def test_a_part_that_is_new_changes_the_mix_alone():
    found = mixed({"app": (90, 100)}, {"app": (90, 100), "kiosk": (10, 100)})
    assert sum(one.rate for one in found) == 0
    assert sum(one.mix for one in found) == Fraction(-2, 5)
