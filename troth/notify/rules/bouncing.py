"""When soft bounces are too many: each counts half as much a fortnight later. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

HALF_LIFE: Final = timedelta(days=14)
TOO_MANY: Final = 4.0  # five days in a row, or two a week for a month; one a week never is
A_DAY: Final = timedelta(days=1)


def weight(bounces: Iterable[datetime], *, now: datetime) -> float:
    """Return what soft bounces weigh at `now`; several within a day of each other are one.

    A mail system that is down for an hour bounces every message of that hour.
    """
    total, counted = 0.0, None
    for at in sorted(bounces):
        if at > now or (counted is not None and at - counted < A_DAY):
            continue
        counted = at
        total += 0.5 ** ((now - at) / HALF_LIFE)
    return total


def is_too_many(bounces: Iterable[datetime], *, now: datetime) -> bool:
    return weight(bounces, now=now) >= TOO_MANY
