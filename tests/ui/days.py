"""Days made by hand, for charts and for the gallery."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Day:
    date: date
    good: int
    total: int
    verdict: str


def ninety(*, every: int = 1, target: float = 0.9) -> list[Day]:
    """Return 90 days whose counts vary: fixed, so that two runs draw the same."""
    days = []
    for index in range(90):
        total = 0 if index % every else 3 + index * 7 % 23
        good = max(total - index * 5 % 4, 0)
        days.append(
            Day(date(2026, 4, 2) + timedelta(index), good, total, _verdict(good, total, target))
        )
    return days


def _verdict(good: int, total: int, target: float) -> str:
    if not total:
        return "no_data"
    share = good / total
    if share >= target:
        return "kept"
    return "at_risk" if share >= target - 0.1 else "broken"
