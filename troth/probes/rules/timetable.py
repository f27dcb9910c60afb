"""When a check is due: on an even grid of instants, never counted from the end of the last check.

A monitor's instants are `k * every + phase`, in milliseconds since 1970. The phase comes from the
name, so that monitors of one interval are spread over it, on every machine alike.
"""

from dataclasses import dataclass
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Grid:
    """`every` and `phase` in milliseconds; `phase` is less than `every`."""

    every: int
    phase: int

    def after(self, instant: int) -> int:
        """Return the first instant of the grid later than `instant`."""
        return ((instant - self.phase) // self.every + 1) * self.every + self.phase

    def at_or_before(self, instant: int) -> int:
        """Return the last instant of the grid that is not later than `instant`."""
        return (instant - self.phase) // self.every * self.every + self.phase


@dataclass(frozen=True, slots=True)
class Gap:
    """Instants of the grid at which nothing ran: the first, the last, and how many they are."""

    first: int
    last: int
    count: int


def grid(name: str, every: int) -> Grid:
    """Return the grid of a monitor. Raises ValueError unless `every` is above zero."""
    if every <= 0:
        raise ValueError("the time between two checks must be above zero")
    chance = int.from_bytes(blake2b(name.encode(), digest_size=8).digest())
    return Grid(every, chance % every)


def gap(of: Grid, *, after: int, until: int) -> Gap | None:
    """Return the instants later than `after` and not later than `until`, or None."""
    first, last = of.after(after), of.at_or_before(until)
    if last < first:
        return None
    return Gap(first, last, (last - first) // of.every + 1)


def next_due(of: Grid, *, last: int, now: int) -> tuple[int, Gap | None]:
    """Return when the check that ran at `last` is due again, and the instants that were missed.

    A clock that was set forward leaves a gap, one that was set back starts anew from where it is:
    there is neither a burst of checks nor a silence as long as the jump.
    """
    due = of.after(last)
    if due > now:
        return min(due, of.after(now)), None
    latest = of.at_or_before(now)
    missed = gap(of, after=last, until=latest - 1)
    return latest, missed
