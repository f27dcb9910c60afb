"""Uptime as signals: how long a component was up and down in each hour of a local day. Pure.

In thousandths of a second, weighted: whole numbers, because weights have three decimals at most.
"""

from collections.abc import Iterator, Mapping, Sequence

from troth.components.rules.combining import Stretch
from troth.components.rules.uptime import Interval, Weighing, cut

HOUR = 3_600
MILLISECONDS = 1_000
Hours = Mapping[int, tuple[int, int]]  # start of an hour (s) → up, down (ms)


def hours(day: Interval) -> Iterator[Interval]:
    """Yield the hours of a local day, cut at its midnights where these are no full hours of UTC."""
    start, end = day
    while start < end:
        after = min((start // HOUR + 1) * HOUR, end)
        yield start, after
        start = after


def accounted(stretches: Sequence[Stretch], day: Interval, weighing: Weighing) -> Hours:
    """Return how long it was up and down in each hour of a day of which anything is known.

    Raises ValueError where a weight has more than three decimals.
    """
    found = {}
    inside = cut(stretches, day)
    for start, end in hours(day):
        total = weighing.added(cut(inside, (start, end)))
        if total.known:
            down, rest = divmod(total.parts * MILLISECONDS, total.scale)
            if rest:
                raise ValueError("a weight has more than three decimals")
            found[start] = (total.known * MILLISECONDS - down, down)
    return found


def changes(before: Hours, after: Hours) -> Iterator[tuple[int, str, int]]:
    """Yield (start of the hour, "up" or "down", milliseconds) of what is not as it was told."""
    for start in sorted({*before, *after}):
        was, now = before.get(start, (0, 0)), after.get(start, (0, 0))
        for number, outcome in enumerate(("up", "down")):
            if was[number] != now[number]:
                yield start, outcome, now[number]
