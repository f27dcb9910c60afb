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
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STRIDE = timedelta(days=3)  # no zone changes its offset twice within three days


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
    if text[:1] == "1" and text[1:] in _CALENDAR:
        return Calendar(text[1:])
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
        return midnight(_local_day(before, zone), zone)
    return _EPOCH + timedelta(seconds=_seconds(before) // grain * grain)


def next_bucket(start: datetime, zone: ZoneInfo, grain: int) -> datetime:
    """Return the start of the bucket after the one that starts at `start`."""
    if grain == DAY:
        return midnight(start.astimezone(zone).date() + timedelta(days=1), zone)
    return start + timedelta(seconds=grain)


def buckets(span: Span, zone: ZoneInfo, grain: int) -> Iterator[datetime]:
    """Yield the start of each bucket that shares an instant with `span`, in order."""
    start = bucket_start(span.start + TICK, zone, grain)
    while max(start, span.start) < span.end:
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
    day = _local_day(at - TICK, zone)
    return midnight(_next_unit(_first_day(day, window.unit), window.unit), zone)


def calendar_start(at: datetime, zone: ZoneInfo, unit: str) -> datetime:
    """Return when the calendar unit that holds `at` began, in UTC."""
    return midnight(_first_day(_local_day(at - TICK, zone), unit), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local day, in UTC.

    Where 00:00 is skipped it is the first instant after the gap; where it comes twice, the first.
    """
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
    and every engine agrees with Python to the second. An instant t belongs to the local day of
    t - 1 µs, so it is t - 1 µs that is compared with these instants.
    """
    left, shift = span.start, _shift(span.start, zone)
    found = [(left, shift)]
    if zone.key == "UTC":
        return found
    while left < span.end:
        right = min(left + _STRIDE, span.end)
        after = _shift(right, zone)
        if after != shift:
            found.append((_change(zone, left, right), after))
        left, shift = right, after
    return found


def _change(zone: ZoneInfo, left: datetime, right: datetime) -> datetime:
    low, high = _seconds(left), _seconds(right)
    before = _shift(left, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _shift(_EPOCH + timedelta(seconds=middle), zone) == before:
            low = middle
        else:
            high = middle
    return _EPOCH + timedelta(seconds=high)


def _seconds(instant: datetime) -> int:
    """Return whole seconds since 1970, rounded down: before 1970 as well."""
    return (instant - _EPOCH) // timedelta(seconds=1)


def _local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the day whose [midnight, next midnight) holds `instant`."""
    day = instant.astimezone(zone).date()
    return day + timedelta(days=1) if midnight(day + timedelta(days=1), zone) <= instant else day


def _shift(instant: datetime, zone: ZoneInfo) -> int:
    """Return the seconds east of UTC that place `instant` in its local day.

    That is the zone's own offset but where clocks go back across midnight (St John's until 2011,
    at 00:01): days would not be whole then, so the old offset holds until midnight comes again.
    """
    local = instant.astimezone(zone)
    following = midnight(local.date() + timedelta(days=1), zone)
    shift = (following.astimezone(zone) if following <= instant else local).utcoffset()
    return int(shift.total_seconds()) if shift is not None else 0
