"""Times as files write them, read only as declared: a format, a zone, and what to do at its edges.

Nothing is guessed. A value without an offset needs a zone; a date alone needs `bare_date`; an hour
that a zone skips or has twice needs `fold`; 01/02/2015 needs a format.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from troth.core import windows
from troth.signals.imports.problems import ImportProblem, Undeclared, ValueRefused, shown

Read = Callable[[object], datetime]
_REMEMBERED: Final = 200_000

_LONG = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTHS = {name: number for number, name in enumerate(_LONG, 1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()}
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DIRECTIVES = {
    "Y": r"(?P<year>\d{4})",
    "m": r"(?P<month>\d{1,2})",
    "d": r"(?P<day>\d{1,2})",
    "H": r"(?P<hour>\d{1,2})",
    "I": r"(?P<hour12>\d{1,2})",
    "M": r"(?P<minute>\d{1,2})",
    "S": r"(?P<second>\d{1,2})",
    "f": r"(?P<fraction>\d{1,9})",
    "p": r"(?P<half>[AaPp]\.?[Mm]\.?)",
    "b": rf"(?P<name>(?i:{_NAMES}))",
    "B": rf"(?P<name>(?i:{_NAMES}))",
    "z": r"(?P<offset>[Zz]|[+-]\d{2}:?\d{2})",
    "%": "%",
}
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[Tt ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r" ?(?P<offset>[Zz]|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_ISO_LIKE = "ISO 8601 (2026-01-31T14:05:00Z)"
_UNIX = {"unix": 1_000_000, "unix_ms": 1_000, "unix_us": 1}
FORMATS_SAID = "directives such as %d/%m/%Y %H:%M, or iso8601, unix, unix_ms, unix_us"


_NAIVE, _AWARE = datetime(1970, 1, 1), datetime(1970, 1, 1, tzinfo=UTC)  # noqa: DTZ001 - wall clocks
_FIRST, _LAST = datetime(1, 1, 3), datetime(9999, 12, 29)  # noqa: DTZ001 - the same


@dataclass(frozen=True, slots=True)
class TimeTerms:
    """How a column writes times. `fold`: refuse, earlier, later; `bare_date`: "", start, end."""

    zone: str = ""
    formats: tuple[str, ...] = ()
    fold: str = "refuse"
    bare_date: str = ""


class Edges:
    """Turns a wall-clock time of one zone into an instant, and says so where there is none."""

    def __init__(self, terms: TimeTerms) -> None:
        self.terms = terms
        self.zone = zone_named(terms.zone) if terms.zone else None
        self._origins: dict[tuple[int, int], datetime | None] = {}

    def instant(self, wall: datetime) -> datetime:
        """Return the instant at which clocks of the zone show `wall`. Raises ValueRefused."""
        hour = (wall.toordinal(), wall.hour)
        try:
            origin = self._origins[hour]
        except KeyError:
            if len(self._origins) >= _REMEMBERED:
                self._origins.clear()
            origin = self._origins[hour] = self._origin(wall)
        return origin + (wall - _NAIVE) if origin else self._looked_up(wall)

    def _origin(self, wall: datetime) -> datetime | None:
        """Return 1970 by the offset that holds all through the hour of `wall`, if one does.

        Files tell thousands of times of few hours: each hour's offset is looked up once.
        """
        if self.zone is None or not _FIRST < wall < _LAST:
            return None
        first = wall.replace(minute=0, second=0, microsecond=0, tzinfo=self.zone)
        last = first.replace(minute=59, second=59, microsecond=999_999)
        ends = (first, first.replace(fold=1), last, last.replace(fold=1))
        offsets = {end.utcoffset() for end in ends}
        offset = offsets.pop()
        return None if offsets or offset is None else _AWARE - offset

    def _looked_up(self, wall: datetime) -> datetime:
        if self.zone is None:
            raise Undeclared(f"{shown(wall)} has no offset; say its time zone with `zone`")
        early = wall.replace(tzinfo=self.zone, fold=0)
        late = wall.replace(tzinfo=self.zone, fold=1)
        if early.utcoffset() == late.utcoffset():
            return early.astimezone(UTC)
        return self._at_an_edge(early, late)

    def _at_an_edge(self, early: datetime, late: datetime) -> datetime:
        if self.terms.fold == "refuse":
            before, after = early.utcoffset(), late.utcoffset()
            twice = before is not None and after is not None and before > after
            what = "happens twice" if twice else "does not exist"
            raise ValueRefused(
                f"{early:%Y-%m-%d %H:%M:%S} {what} in {self.terms.zone}, "
                "where the clocks change; say `fold: earlier` or `fold: later`"
            )
        # In a gap the two readings come out in the other order: sort, so that words keep meaning.
        first, second = sorted((early.astimezone(UTC), late.astimezone(UTC)))
        return first if self.terms.fold == "earlier" else second

    def day(self, day: date) -> datetime:
        """Return the first instant of a local day, or of the next one with `bare_date: end`."""
        if not self.terms.bare_date:
            raise Undeclared(
                f"{day} is a day, not an instant; say `bare_date: start` or `bare_date: end`"
            )
        if self.zone is None:
            raise Undeclared(f"{day} has no offset; say its time zone with `zone`")
        return windows.midnight(day + timedelta(days=self.terms.bare_date == "end"), self.zone)


def zone_named(name: str) -> ZoneInfo:
    """Return the IANA zone. Raises ImportProblem."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ImportProblem(
            f"“{name}” is no time zone; write one such as Europe/Berlin or UTC."
        ) from error


def reader(terms: TimeTerms) -> Read:
    """Return a function from a cell (text, number, date or datetime) to an instant in UTC.

    It raises ValueRefused. Texts already read are remembered: columns repeat themselves.
    """
    edges = Edges(terms)
    read_text = _text_reader(terms, edges)
    seen: dict[str, datetime] = {}

    def read(value: object) -> datetime:
        if not isinstance(value, str):
            return _typed(value, edges, read_text)
        found = seen.get(value)
        if found is None:
            found = _guarded(read_text, value)
            if len(seen) >= _REMEMBERED:
                seen.clear()
            seen[value] = found
        return found

    return read


def _guarded(read: Callable[[str], datetime], value: str) -> datetime:
    try:
        return read(value.strip())
    except (OverflowError, ValueError) as error:
        if isinstance(error, ValueRefused):
            raise
        raise ValueRefused(f"{shown(value)} is no time: {error}") from error


def _typed(value: object, edges: Edges, read_text: Callable[[str], datetime]) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else edges.instant(value)
    if isinstance(value, date):
        return edges.day(value)
    if isinstance(value, float) and value.is_integer():
        return _guarded(read_text, str(int(value)))
    return _guarded(read_text, str(value))


def _text_reader(terms: TimeTerms, edges: Edges) -> Callable[[str], datetime]:
    if not terms.formats:
        return lambda text: _asked(text, edges)
    readers = [_format_reader(one, edges) for one in terms.formats]
    if len(readers) == 1:
        only = readers[0]
        return lambda text: _or_refused(only(text), text, terms)
    return lambda text: _or_refused(_first(readers, text), text, terms)


def _first(readers: list[Callable[[str], datetime | None]], text: str) -> datetime | None:
    for read in readers:
        found = read(text)
        if found is not None:
            return found
    return None


def _or_refused(found: datetime | None, text: str, terms: TimeTerms) -> datetime:
    if found is None:
        names = [_ISO_LIKE if one == "iso8601" else one for one in terms.formats]
        raise ValueRefused(f"{shown(text)} is not written as {' or '.join(names)}")
    return found


def _format_reader(written: str, edges: Edges) -> Callable[[str], datetime | None]:
    if written in _UNIX:
        return lambda text: _unix(text, _UNIX[written])
    if written == "iso8601":
        return lambda text: _iso(text, edges)
    pattern = _pattern(written)

    def read(text: str) -> datetime | None:
        match = pattern.fullmatch(text)
        return _instant(match.groupdict(), edges) if match else None

    return read


def check_format(written: str) -> None:
    """Raise ImportProblem where `written` is no format that names year, month and day."""
    if written in _UNIX or written == "iso8601":
        return
    names = _pattern(written).groupindex.keys()
    lacking = [
        part
        for part, groups in {
            "a year (%Y)": {"year"},
            "a month (%m or %b)": {"month", "name"},
            "a day (%d)": {"day"},
        }.items()
        if not groups & names
    ]
    if lacking:
        raise ImportProblem(f"The format “{written}” lacks {' and '.join(lacking)}.")
    if ("hour12" in names) != ("half" in names):
        raise ImportProblem(f"The format “{written}” needs %I and %p together.")


def _pattern(written: str) -> re.Pattern[str]:
    parts = re.split(r"%(.)", written)
    text = re.escape(parts[0])
    for directive, rest in zip(parts[1::2], parts[2::2], strict=True):
        if directive not in _DIRECTIVES:
            raise ImportProblem(
                f"The format “{written}” uses %{directive}, not known here: {FORMATS_SAID}."
            )
        text += _DIRECTIVES[directive] + re.escape(rest)
    try:
        return re.compile(text, re.ASCII)
    except re.error as error:
        raise ImportProblem(f"The format “{written}” names one part twice.") from error


def _asked(text: str, edges: Edges) -> datetime:
    """Read ISO 8601 where no format is declared; anything else is a question."""
    found = _iso(text, edges)
    if found is None:
        raise Undeclared(f"{shown(text)} is not {_ISO_LIKE}; declare its `format`: {FORMATS_SAID}")
    return found


def _iso(text: str, edges: Edges) -> datetime | None:
    match = _ISO.fullmatch(text)
    return _instant(match.groupdict(), edges) if match else None


def _unix(text: str, scale: int) -> datetime | None:
    if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", text):
        return None
    whole, _, part = text.partition(".")
    micros = int(whole) * scale
    if part:
        fraction = int(part[:6].ljust(6, "0")) * scale // 1_000_000
        micros += -fraction if text.startswith("-") else fraction
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


def _instant(parts: Mapping[str, str | None], edges: Edges) -> datetime:
    month = parts.get("month")
    number = int(month) if month else _MONTHS[(parts["name"] or "").casefold()]
    day = date(int(parts["year"] or 0), number, int(parts["day"] or 0))
    hour = _hour(parts)
    if hour is None:
        return edges.day(day)
    wall = datetime(  # noqa: DTZ001 - a wall-clock time, until its zone is known
        day.year,
        day.month,
        day.day,
        hour % 24,
        int(parts.get("minute") or 0),
        int(parts.get("second") or 0),
        int((parts.get("fraction") or "0")[:6].ljust(6, "0")),
    )
    if hour == 24:  # noqa: PLR2004 - 24:00 is the midnight that ends the day
        wall = _end_of_day(wall)
    offset = parts.get("offset")
    return _with_offset(wall, offset) if offset else edges.instant(wall)


def _hour(parts: Mapping[str, str | None]) -> int | None:
    if parts.get("hour"):
        hour = int(parts["hour"] or 0)
        if hour > 24:  # noqa: PLR2004
            raise ValueRefused(f"hour {hour} does not exist")
        return hour
    if not parts.get("hour12"):
        return None
    hour = int(parts["hour12"] or 0)
    if not 1 <= hour <= 12:  # noqa: PLR2004
        raise ValueRefused(f"hour {hour} does not exist on a 12-hour clock")
    return hour % 12 + (12 if (parts.get("half") or "").casefold().startswith("p") else 0)


def _end_of_day(wall: datetime) -> datetime:
    if (wall.minute, wall.second, wall.microsecond) != (0, 0, 0):
        raise ValueRefused("a time after 24:00 does not exist")
    return wall + timedelta(days=1)


def _with_offset(wall: datetime, offset: str) -> datetime:
    if offset in "Zz":
        return wall.replace(tzinfo=UTC)
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if hours > 23 or minutes > 59:  # noqa: PLR2004
        raise ValueRefused(f"offset {offset} does not exist")
    shift = timedelta(hours=hours, minutes=minutes)
    return (wall - shift if offset[0] == "+" else wall + shift).replace(tzinfo=UTC)


def clock_of(text: str) -> timedelta:
    """Return the time since midnight of an HHMM number: 517 is 05:17, 2400 the next midnight."""
    digits = text.strip()
    if not re.fullmatch(r"[0-9]{1,4}", digits):
        raise ValueRefused(f"{shown(text)} is not a time written as HHMM")
    hours, minutes = divmod(int(digits), 100)
    if minutes > 59 or hours > 24 or (hours == 24 and minutes):  # noqa: PLR2004
        raise ValueRefused(f"{shown(text)} is not a time written as HHMM")
    return timedelta(hours=hours, minutes=minutes)
