"""A fact that stands may grow: it is said once for each doubling, and never moves otherwise."""

from datetime import timedelta

import pytest

from tests.metrics.drift.conftest import FIRST, after
from troth.metrics import actions, jobs, queries
from troth.metrics.models import Baseline, Fade


def fade(**chosen):
    return Fade.objects.get(kind="fade", **chosen)


@pytest.mark.mission("S1.3")
def test_a_fade_that_doubles_says_so_once_and_again_when_it_has_doubled_again(histories, steady):
    days = steady(60) + steady(8, good=950) + steady(40, good=925)
    histories.stream(days)
    jobs.evaluate(now=after(68))
    first = fade()
    assert (first.growth, first.grown_on) == (0, None)
    jobs.evaluate(now=after(75))
    grown = fade(pk=first.pk)
    assert grown.growth == 1
    assert grown.grown_on > first.opened_on
    assert grown.grown_size > 1.5 * first.size
    assert grown.grown_score >= 2 * first.evidence["score"]
    assert (grown.size, grown.opened_on, grown.onset) == (first.size, first.opened_on, first.onset)
    for number in range(76, 100):
        jobs.evaluate(now=after(number))
    last = fade(pk=first.pk)
    assert last.growth <= 3, "a case that stays as it is does not go on growing"
    settled = last.growth
    assert jobs.evaluate(now=after(101)) == 0
    assert fade(pk=first.pk).growth == settled


def test_a_fade_that_had_grown_when_it_was_first_seen_says_so_at_once(histories, steady):
    stream = histories.stream(steady(60) + steady(40, good=920))
    jobs.evaluate(now=after(90))
    row = fade()
    assert row.growth == 1
    assert row.grown_size == pytest.approx(4.0, abs=0.7), "percentage points"
    (seen,) = (one for one in queries.fades(stream=stream.pk) if one.kind == "fade")
    assert (seen.growth, seen.grown_size) == (1, row.grown_size)


def test_a_stack_that_grows_says_by_how_much_its_shares_slip_now(histories, steady):
    for number in range(1, 5):
        histories.stream(
            steady(60, other=number) + steady(10, good=952, other=number)
            + steady(30, good=930, other=number)
        )  # fmt: skip
    jobs.evaluate(now=after(95))
    row = Fade.objects.get(kind="stack")
    assert row.growth >= 1
    assert row.grown_size == pytest.approx(3.0, abs=0.6)


def test_days_that_a_decision_asks_for_are_of_that_decision_alone(histories, steady):
    stream = histories.stream(steady(300))
    jobs.evaluate(now=after(100))
    for start, days in ((40, 84), (200, None)):
        actions.rebaseline(
            stream=stream.pk, starts_on=FIRST + timedelta(days=start), reason="a new courier",
            author="Ada", days=days, now=after(start),
        )  # fmt: skip
    jobs.evaluate(now=after(300))
    made = [row.frozen["days"] for row in Baseline.objects.order_by("number")]
    assert made == [28, 84, 28]
