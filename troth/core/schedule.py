"""What a line of the schedule is. The lines themselves stand in config. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

_LONGEST_BACK_OFF = timedelta(minutes=5)


class Work(Protocol):
    def __call__(self, *, now: datetime) -> int: ...


class Asked(Protocol):
    def __call__(self, *, now: datetime) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A job by name: what it does, how often, and what else makes it due.

    `work` answers how many things it did. Where `asked` is given, a due job whose answer is False
    is passed over without a write. `after` names jobs: when one of them did something, this one
    is due at once. `slow` jobs have their own thread, so that they never hold up the others; a job
    that is `apart` has a process for itself, so that no other ever holds it up.
    """

    name: str
    work: Callable[[], Work]  # answers the function, so that naming a job imports nothing
    every: timedelta
    asked: Callable[[], Asked] | None = None
    after: tuple[str, ...] = ()
    slow: bool = False
    apart: bool = False
    lease: timedelta = timedelta(seconds=30)


def back_off(*, every: timedelta, failures: int) -> timedelta:
    """Return how long to wait after the `failures`-th failure in a row."""
    first = max(every, timedelta(seconds=1))
    return min(first * (1 << min(failures - 1, 20)), max(every, _LONGEST_BACK_OFF))
