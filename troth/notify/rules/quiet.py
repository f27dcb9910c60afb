"""Hours in which a reader is left alone, and when digests go: by the clock on the reader's wall.

Pure. A time that clocks skip is the first one after it; of one that comes twice it is the first.
"""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from troth.core.walls import instants

DIGEST_HOUR: Final = 8
_DAY: Final = 24 * 60
_UTC: Final = ZoneInfo("UTC")
_LONGEST_GAP: Final = 3 * 60  # minutes that clocks were ever set forward by, and more


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo:
    """Return a zone, UTC for one that is not known."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return _UTC


def quiet_until(at: datetime, *, zone: str, begin: int | None, end: int | None) -> datetime | None:
    """Return when the quiet time that `at` lies in is over, None where `at` is in none.

    `begin` and `end` are minutes of the reader's day; a quiet time may go over midnight.
    """
    if begin is None or end is None or begin == end:
        return None
    wall = at.astimezone(zone_of(zone))
    minute = wall.hour * 60 + wall.minute
    if (minute - begin) % _DAY >= (end - begin) % _DAY:
        return None
    return _next(at, zone=zone, minute=end)


def digest_at(at: datetime, *, zone: str, pace: str) -> datetime:
    """Return when the digest that takes what happens at `at` is sent: daily, or on Mondays."""
    found = _next(at, zone=zone, minute=DIGEST_HOUR * 60)
    while pace == "weekly" and found.astimezone(zone_of(zone)).weekday() != 0:
        found = _next(found, zone=zone, minute=DIGEST_HOUR * 60)
    return found


def _next(at: datetime, *, zone: str, minute: int) -> datetime:
    """Return the next instant after `at` at which clocks show this minute of the day."""
    place = zone_of(zone)
    day = at.astimezone(place).date()
    while True:
        found = _shown(datetime.combine(day, time(minute // 60, minute % 60)), place)
        if found > at:
            return found
        day += timedelta(days=1)


def _shown(wall: datetime, place: ZoneInfo) -> datetime:
    for later in range(_LONGEST_GAP):
        found = instants(wall + timedelta(minutes=later), place)
        if found:
            return found[0]
    return wall.replace(tzinfo=UTC)  # no such zone exists
