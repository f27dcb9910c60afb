"""Time windows and buckets, exact across daylight saving, leap days and zones. Pure.

Everything here is half-open on the left: a span holds the instants with `start < x <= end`, so a
case that falls due at midnight belongs to the day that ends then. Windows are aligned to their
grain: "rolling 28d" at an instant t is the local day that holds t, up to t, and the 27 days
before it. At local midnight that is exactly (t - 28 days, t], and the days of a strip always add
up to the figure beside it (docs/decisions/003-windows.md).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = 86_400
HOUR = 3_600
TICK = timedelta(microseconds=1)
_UNITS = {"m": 60, "h": HOUR, "d": DAY, "w": 7 * DAY}
_CALENDAR = ("D", "W", "M", "Q", "Y")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The instants x with `start < x <= end`, both aware."""

    start: datetime
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        return self.start < instant <= self.end


@dataclass(frozen=True, slots=True)
class Rolling:
    """The last `seconds` seconds, in whole buckets of the grain, the current one included."""

    seconds: int

    def __str__(self) -> str:
        return written(self.seconds)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The day, ISO week, month, quarter or year (D, W, M, Q, Y) that holds the instant."""

    unit: str

    def __str__(self) -> str:
        return f"1{self.unit}"


Window = Rolling | Calendar


def parse_duration(text: str) -> int:
    """Return the seconds of `30m`, `24h`, `28d` or `4w`. Raises ValueError in plain words."""
    match = re.fullmatch(r"([1-9]\d{0,5})([mhdw])", text.strip())
    if match is None:
        raise ValueError(f"“{text}” is no duration; write for example 30m, 24h, 28d or 4w")
    return int(match[1]) * _UNITS[match[2]]


def parse_window(text: str) -> Window:
    """Return the window that `28d`, `24h` (rolling) or `1M`, `1Q` (calendar) names."""
    text = text.strip()
    if len(text) == 2 and text[0] == "1" and text[1] in _CALENDAR:
        return Calendar(text[1])
    return Rolling(parse_duration(text))


def written(seconds: int) -> str:
    """Return the shortest way to write a duration that `parse_duration` reads back."""
    for unit in ("d", "h"):
        if seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds // 60}m"


def grain_for(window: Window) -> int:
    """Return the bucket length in seconds that this window needs: a day, an hour or a minute."""
    if isinstance(window, Calendar) or window.seconds % DAY == 0:
        return DAY
    return HOUR if window.seconds % HOUR == 0 else 60


def bucket_start(instant: datetime, zone: ZoneInfo, grain: int) -> datetime:
    """Return the start (UTC) of the bucket that holds `instant`; an exact start belongs before."""
    before = instant - TICK
    if grain == DAY:
        return midnight(before.astimezone(zone).date(), zone)
    seconds = int(before.astimezone(UTC).timestamp()) // grain * grain
    return datetime.fromtimestamp(seconds, tz=UTC)


def next_bucket(start: datetime, zone: ZoneInfo, grain: int) -> datetime:
    """Return the start of the bucket after the one that starts at `start`."""
    if grain == DAY:
        return midnight(start.astimezone(zone).date() + timedelta(days=1), zone)
    return start + timedelta(seconds=grain)


def buckets(span: Span, zone: ZoneInfo, grain: int) -> Iterator[datetime]:
    """Yield the start of each bucket that shares an instant with `span`, in order."""
    start = bucket_start(span.start + TICK, zone, grain)
    while start < span.end:
        yield start
        start = next_bucket(start, zone, grain)


def span_of(window: Window, *, at: datetime, zone: ZoneInfo) -> Span:
    """Return the span of `window` at the instant `at`: it ends at `at`."""
    if isinstance(window, Calendar):
        return Span(calendar_start(at, zone, window.unit), at)
    grain = grain_for(window)
    start = bucket_start(at, zone, grain)
    steps = window.seconds // grain - 1
    if grain == DAY:
        return Span(midnight(start.astimezone(zone).date() - timedelta(days=steps), zone), at)
    return Span(start - timedelta(seconds=steps * grain), at)


def end_of(window: Window, *, at: datetime, zone: ZoneInfo) -> datetime:
    """Return when the window that holds `at` is over; a rolling one never is: `at` itself."""
    if isinstance(window, Rolling):
        return at
    day = (at - TICK).astimezone(zone).date()
    return midnight(_next_unit(_first_day(day, window.unit), window.unit), zone)


def calendar_start(at: datetime, zone: ZoneInfo, unit: str) -> datetime:
    """Return when the calendar unit that holds `at` began, in UTC."""
    return midnight(_first_day((at - TICK).astimezone(zone).date(), unit), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local day, in UTC; where 00:00 is skipped, the next that is."""
    local = datetime.combine(day, time.min, tzinfo=zone)
    return local.astimezone(UTC)


def _first_day(day: date, unit: str) -> date:
    if unit == "W":
        return day - timedelta(days=day.weekday())
    months = {"D": day.month, "M": day.month, "Q": (day.month - 1) // 3 * 3 + 1, "Y": 1}
    return date(day.year, months[unit], day.day if unit == "D" else 1)


def _next_unit(first: date, unit: str) -> date:
    if unit in "DW":
        return first + timedelta(days=1 if unit == "D" else 7)
    months = {"M": 1, "Q": 3, "Y": 12}[unit]
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def offsets(zone: ZoneInfo, span: Span) -> list[tuple[datetime, int]]:
    """Return [(from this instant on, seconds east of UTC)], the first entry covering the start.

    Engines turn this into one CASE expression, so that no engine's own time-zone table is asked
    and every engine agrees with Python to the second.
    """
    found = [(span.start, _offset(zone, span.start))]
    step = timedelta(days=7)
    left = span.start
    while left < span.end:
        right = min(left + step, span.end)
        if _offset(zone, right) != _offset(zone, left):
            change = _transition(zone, left, right)
            found.append((change, _offset(zone, change)))
        left = right
    return found


def _transition(zone: ZoneInfo, left: datetime, right: datetime) -> datetime:
    low, high = int(left.timestamp()), int(right.timestamp())
    before = _offset(zone, left)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, datetime.fromtimestamp(middle, tz=UTC)) == before:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, tz=UTC)


def _offset(zone: ZoneInfo, instant: datetime) -> int:
    shift = instant.astimezone(zone).utcoffset()
    return int(shift.total_seconds()) if shift is not None else 0
