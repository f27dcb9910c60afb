"""Uptime as signals: how long a component was up and down in each hour of a local day. Pure.

In thousandths of a second, weighted: whole numbers, because weights have three decimals at most.
Time in maintenance that was announced in time is told apart: a contract may count it otherwise.
"""

from collections.abc import Iterator, Mapping, Sequence

from troth.components.rules.combining import Stretch
from troth.components.rules.results import Status
from troth.components.rules.uptime import Interval, Weighing, cut

HOUR = 3_600
MILLISECONDS = 1_000
PARTS = ("up", "down", "planned-up", "planned-down")
Hours = Mapping[int, tuple[int, ...]]  # start of an hour (s) → ms of each of the PARTS


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
    for span in hours(day):
        within = cut(inside, span)
        planned = [one for one in within if is_planned(one)]
        rest = [one for one in within if not is_planned(one)]
        told = (*_counted(rest, weighing), *_counted(planned, weighing))
        if any(told):
            found[span[0]] = told
    return found


def is_planned(one: Stretch) -> bool:
    """Say whether this is maintenance that was announced in time."""
    return one.status is Status.MAINTENANCE and one.told.announced


def _counted(stretches: Sequence[Stretch], weighing: Weighing) -> tuple[int, int]:
    total = weighing.added(stretches)
    down, rest = divmod(total.parts * MILLISECONDS, total.scale)
    if rest:
        raise ValueError("a weight has more than three decimals")
    return total.known * MILLISECONDS - down, down


def changes(before: Hours, after: Hours) -> Iterator[tuple[int, str, int]]:
    """Yield (start of the hour, one of PARTS, milliseconds) of what is not as it was told."""
    for start in sorted({*before, *after}):
        was, now = _whole(before.get(start, ())), _whole(after.get(start, ()))
        for part, told, known in zip(PARTS, was, now, strict=True):
            if told != known:
                yield start, part, known


def _whole(told: tuple[int, ...]) -> tuple[int, ...]:
    """Return all parts; what was told before there were as many had nothing in the others."""
    return (*told, *[0] * (len(PARTS) - len(told)))
