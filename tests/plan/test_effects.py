"""Whether a fix changed anything, on days that scatter as real ones do."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.plan.rules.effects import Day, Effect, Verdict, effect


def days(chance, *, number, share, n=200, scatter=0.02):
    """Days whose share wanders around `share`, more than a binomial would."""
    found = []
    for _ in range(number):
        here = min(1.0, max(0.0, chance.gauss(share, scatter)))
        good = sum(chance.random() < here for _ in range(n))
        found.append(Day(good / n, n))
    return found


@pytest.mark.mission("S1.7")
@pytest.mark.parametrize(("number", "scatter"), [(28, 0.0), (28, 0.02), (56, 0.03), (14, 0.01)])
def test_a_fix_without_effect_is_called_one_in_nine_of_ten_cases(number, scatter):
    chance, told = Random(7), 0
    for _ in range(300):
        before = days(chance, number=number, share=0.95, n=100, scatter=scatter)
        after = days(chance, number=number, share=0.95, n=100, scatter=scatter)
        told += effect(before, after, least=0.01).verdict is Verdict.NONE
    assert told >= 0.9 * 300, told


@pytest.mark.mission("S1.7", "S4.2")
def test_a_fix_that_works_is_seen():
    chance, told = Random(8), 0
    for _ in range(100):
        before = days(chance, number=28, share=0.92, scatter=0.01)
        after = days(chance, number=28, share=0.95, scatter=0.01)
        told += effect(before, after, least=0.02).verdict in (Verdict.AS_EXPECTED, Verdict.LESS)
    assert told >= 95


def test_less_than_was_expected_is_not_what_was_expected():
    before = [Day(0.90 + 0.001 * (i % 3), 100) for i in range(28)]
    after = [Day(0.92 + 0.001 * (i % 3), 100) for i in range(28)]
    assert effect(before, after, least=0.05).verdict is Verdict.LESS
    assert effect(before, after, least=0.01).verdict is Verdict.AS_EXPECTED
    assert effect(after, before, least=0.01).verdict is Verdict.WORSE
    assert effect(after, before, least=0.01, better="less").verdict is Verdict.AS_EXPECTED


def test_a_weekly_pattern_hides_no_effect():
    week = [0.97, 0.96, 0.97, 0.95, 0.96, 0.80, 0.60]
    before = [Day(share + 0.002 * (i % 2), 200) for i in range(4) for share in week]
    after = [Day(share + 0.01 + 0.002 * (i % 2), 200) for i in range(4) for share in week]
    assert effect(before, after, least=0.01).verdict is Verdict.AS_EXPECTED


def test_two_weeks_with_cases_are_needed_on_both_sides():
    enough = [Day(0.9, 10)] * 14
    assert effect(enough[:13], enough, least=0.1) == Effect(
        Verdict.TOO_EARLY, days=(7, 14), cases=(70, 140)
    )
    silent = [Day(0.0, 0)] * 30
    assert effect(enough, silent, least=0.1).verdict is Verdict.TOO_EARLY
    assert effect([], [], least=0.1).verdict is Verdict.TOO_EARLY


def test_a_phase_with_a_sunday_more_is_no_change():
    week = [Day(0.97, 300)] * 6 + [Day(0.60, 100)]
    found = effect(week * 4 + week[:3], week * 4 + week[:3], least=0.01)
    assert found.verdict is Verdict.NONE
    assert found.days == (28, 28)
    assert abs(found.size) < 0.05


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1000)), min_size=28, max_size=60))
def test_any_days_have_an_answer_and_the_interval_holds_its_size(pairs):
    phase = [Day(value, n) for value, n in pairs]
    found = effect(phase, phase[::-1], least=0.01)
    if found.size is not None:
        assert found.low <= found.size <= found.high
