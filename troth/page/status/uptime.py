"""Uptime over days: adjusted as declared, and raw with planned work counted as down. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby

from troth.components.rules.results import Day, Status, Weights


@dataclass(frozen=True, slots=True)
class Uptime:
    """What some days add up to. Shares are None where nothing is known of them."""

    days: int
    known: int  # seconds
    unknown: int
    seconds: tuple[tuple[Status, int], ...]
    adjusted: Fraction | None
    raw: Fraction | None

    def of(self, status: Status) -> int:
        return dict(self.seconds).get(status, 0)


def uptime(days: Sequence[Day], weights: Weights) -> Uptime:
    """Add up the days. Seconds without data count on neither side."""
    seconds: dict[Status, int] = {}
    for day in days:
        for status, count in day.seconds:
            seconds[status] = seconds.get(status, 0) + count
    unknown = seconds.get(Status.NO_DATA, 0)
    known = sum(seconds.values()) - unknown
    return Uptime(
        days=len(days),
        known=known,
        unknown=unknown,
        seconds=tuple(seconds.items()),
        adjusted=_adjusted(days, known),
        raw=1 - _down(seconds, weights) / known if known else None,
    )


def _adjusted(days: Iterable[Day], known: int) -> Fraction | None:
    """Return the share of each day again, weighted by the seconds known of it: exact."""
    if not known:
        return None
    whole, part = 0, Fraction(0)
    for day in days:
        if day.worst is Status.OPERATIONAL:
            whole += _known(day)
        elif day.share is not None:
            part += day.share * _known(day)
    return (whole + part) / known


def _known(day: Day) -> int:
    return sum(count for status, count in day.seconds if status is not Status.NO_DATA)


def _down(seconds: dict[Status, int], weights: Weights) -> Fraction:
    """Return the weighted seconds down, planned work counted as an outage like any other."""
    whole = {
        Status.MAJOR: weights.major,
        Status.PARTIAL: weights.partial,
        Status.DEGRADED: weights.degraded,
        Status.MAINTENANCE: Fraction(1),
    }
    return sum(
        (count * whole.get(status, Fraction(0)) for status, count in seconds.items()), Fraction(0)
    )


def by_month(days: Sequence[Day]) -> list[tuple[date, list[Day]]]:
    """Return (first day of the month, its days), oldest first."""
    return [
        (month, list(group))
        for month, group in groupby(days, key=lambda day: day.date.replace(day=1))
    ]


def troubled(days: Iterable[Day]) -> list[Day]:
    """Return the days of which there is more to tell than that all was well, newest first."""
    return [day for day in days if day.seconds and day.worst is not Status.OPERATIONAL][::-1]
