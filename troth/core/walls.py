"""Instants as clocks on the wall show them: an hour that does not exist, and one that comes twice.

Pure: the zone is an argument.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_NOTHING = timedelta(0)
_LONGEST = 40  # characters of a time that a message repeats


class OffTheClock(ValueError):  # noqa: N818 - an answer, not an error in the code
    """What was written is no single instant; the message says why in plain words."""


class TwiceError(OffTheClock):
    """The clocks go back over this time: it is two instants, `first` and `second`."""

    def __init__(self, wall: datetime, zone: ZoneInfo) -> None:
        self.first, self.second = instants(wall, zone)
        super().__init__(
            f"{wall:%H:%M} comes twice on {_day(wall)} in {zone.key}, where clocks go back: "
            "say which one"
        )


def instant(text: str, zone: ZoneInfo, *, second: bool | None = None) -> datetime:
    """Return the instant, in UTC, at which clocks in a zone show this time.

    `text` is like 2026-03-01T14:30; with an offset of its own it needs no zone. `second` says
    which of two that come twice, None that nobody said. Raises OffTheClock, TwiceError.
    """
    wall = _read(text)
    if wall.tzinfo is not None:
        return wall.astimezone(UTC)
    found = instants(wall, zone)
    if not found:
        before, after = _around(wall, zone)
        raise OffTheClock(
            f"{wall:%H:%M} does not exist on {_day(wall)} in {zone.key}: clocks go from "
            f"{before:%H:%M} to {after:%H:%M}"
        )
    if len(found) > 1 and second is None:
        raise TwiceError(wall, zone)
    return found[-1] if second else found[0]


def instants(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the instants, in UTC, at which clocks show this time: none, one or two in order."""
    naive = wall.replace(tzinfo=None)
    both = {naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(at for at in both if at.astimezone(zone).replace(tzinfo=None) == naive))


def is_second(at: datetime, zone: ZoneInfo) -> bool:
    """Return whether clocks have shown this time before, an hour ago."""
    return bool(at.astimezone(zone).fold)


def offset(at: datetime, zone: ZoneInfo) -> str:
    """Return how far clocks in a zone are from UTC at an instant: "UTC+02:00"."""
    ahead = at.astimezone(zone).utcoffset() or _NOTHING
    hours, minutes = divmod(abs(int(ahead.total_seconds())) // 60, 60)
    sign = "-" if ahead < _NOTHING else "+"
    return f"UTC{sign}{hours:02}:{minutes:02}" if ahead else "UTC"


def _read(text: str) -> datetime:
    try:
        wall = datetime.fromisoformat(text.strip())
    except ValueError:
        raise OffTheClock(
            f"“{text[:_LONGEST]}” is no time; write for example 2026-03-01 14:30"
        ) from None
    if not 1970 < wall.year < 2200:  # noqa: PLR2004 - the years that everything here knows
        raise OffTheClock("write a year from 1971 to 2199")
    return wall


def _around(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return what clocks show before and after the gap that a time lies in."""
    minute = wall.replace(second=0, microsecond=0)
    before, after = (minute.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    length = (after or _NOTHING) - (before or _NOTHING)
    ahead = (minute + timedelta(minutes=one) for one in range(int(length.total_seconds() // 60)))
    edge = next((at for at in ahead if instants(at, zone)), minute + length)
    return edge - length, edge


def _day(wall: datetime) -> str:
    return f"{wall.day} {wall:%B %Y}"
