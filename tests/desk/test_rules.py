from datetime import UTC, datetime, timedelta

import pytest

from troth.desk import rules

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def days(*ago):
    return [NOON.replace(hour=0) - DAY * n for n in ago]


@pytest.mark.mission("S1.10")
def test_a_source_silent_for_three_times_its_usual_gap_is_told():
    spoke = {"shop": days(9, 8, 7, 6, 5)}
    (found,) = rules.quiet(spoke, {"shop": NOON - 4 * DAY}, now=NOON)
    assert found == rules.Quiet("shop", NOON - 4 * DAY, DAY)


@pytest.mark.parametrize(
    ("ago", "last"),
    [
        ((9, 8, 7), 3 * DAY),  # exactly three times the usual gap is still patience
        ((28, 21, 14), 14 * DAY),  # weekly, and two weeks are not yet three times that
        ((9, 8), 8 * DAY),  # two days say nothing about how often it speaks
        ((2, 1, 0), timedelta(hours=23)),
    ],
)
def test_a_source_is_not_told_before_its_silence_is_unusual(ago, last):
    assert rules.quiet({"shop": days(*ago)}, {"shop": NOON - last}, now=NOON) == []


def test_the_longest_silent_comes_first_and_an_unheard_one_is_left_out():
    spoke = {name: days(30, 29, 28) for name in ("a", "b", "c")}
    last = {"a": NOON - 5 * DAY, "b": NOON - 9 * DAY}
    assert [one.source for one in rules.quiet(spoke, last, now=NOON)] == ["b", "a"]
