"""How many messages an outlet's rate lets go now. Pure."""

from datetime import datetime, timedelta
from typing import Final

_AHEAD: Final = timedelta(seconds=1)  # what a second holds may go at once
_JUMP: Final = timedelta(minutes=1)


def granted(
    wanted: int, *, per_second: float, free_at: datetime | None, now: datetime
) -> tuple[int, datetime]:
    """Return how many of the messages may go, and when the outlet is free after as many.

    The row of the outlet holds `free_at`, so that all workers share one rate. An instant that lies
    further ahead than the rate explains was written by a clock that was wrong.
    """
    each = timedelta(seconds=1 / per_second)
    begin = now if free_at is None or free_at > now + _JUMP + 2 * each else max(free_at, now)
    many = min(wanted, max(int((now + _AHEAD - begin) / each), 1 if begin <= now else 0))
    return many, begin + many * each


def share(at_once: int, *, place: int, workers: int) -> int:
    """Return how many messages the worker at `place` of so many has under way at a time."""
    return at_once // workers + (1 if place < at_once % workers else 0)
