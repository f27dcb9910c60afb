"""Checks stand on an even grid: no drift, no burst, no silence, whatever the clock does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.probes.rules.timetable import Gap, Grid, gap, grid, next_due

GRID = Grid(every=1_000, phase=250)


@pytest.mark.parametrize(
    ("instant", "after", "before"),
    [(0, 250, -750), (249, 250, -750), (250, 1_250, 250), (251, 1_250, 250), (1_250, 2_250, 1_250)],
)
def test_instants_are_even(instant, after, before):
    assert GRID.after(instant) == after
    assert GRID.at_or_before(instant) == before


def test_the_phase_follows_from_the_name():
    assert grid("shop", 60_000) == grid("shop", 60_000)
    phases = {grid(f"monitor-{n}", 60_000).phase // 6_000 for n in range(200)}
    assert phases == set(range(10))


def test_an_interval_is_above_zero():
    with pytest.raises(ValueError, match="above zero"):
        grid("shop", 0)


@pytest.mark.parametrize(
    ("last", "now", "due", "missed"),
    [
        (250, 300, 1_250, None),  # in time
        (250, 1_250, 1_250, None),  # due now
        (250, 1_900, 1_250, None),  # late, but not by a whole interval
        (250, 2_250, 2_250, Gap(1_250, 1_250, 1)),  # one was missed
        (250, 3_600_000, 3_599_250, Gap(1_250, 3_598_250, 3_598)),  # the clock jumped an hour
        (3_600_250, 300, 1_250, None),  # the clock was set back an hour
        (250, 200, 250, None),  # set back by less than an interval
    ],
)
def test_what_is_due_next(last, now, due, missed):
    assert next_due(GRID, last=last, now=now) == (due, missed)


def test_a_gap_counts_each_instant_once():
    assert gap(GRID, after=250, until=250) is None
    assert gap(GRID, after=250, until=3_250) == Gap(1_250, 3_250, 3)


@given(st.integers(1, 10**8), st.text(max_size=10), st.integers(0, 2**43), st.integers(0, 2**43))
def test_due_gap_and_past_tile_the_grid(every, name, last, now):
    """Between the last check and the next one each instant is either missed or due: none twice."""
    found = grid(name, every)
    last = found.at_or_before(last)
    due, missed = next_due(found, last=last, now=now)
    assert (due - found.phase) % every == 0
    if now >= last:
        count = missed.count if missed else 0
        assert due == last + (count + 1) * every
        assert due > now - every
    else:
        assert missed is None
        assert now < due <= now + every
