"""Business hours: which hours of which days count, and when a number of them is over. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from troth.core import fields, windows
from troth.core.fields import Fields
from troth.core.windows import Span
from troth.promises.rules.terms import DocumentError, Problem

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_NAME = 200
_LONGEST = 3700  # days looked ahead: a calendar that never opens ends there


@dataclass(frozen=True, slots=True)
class Hours:
    """A calendar: open from `opens` to `closes` (local) on the weekdays, but not on holidays."""

    slug: str
    zone: str
    weekdays: frozenset[int]
    opens: time
    closes: time  # 00:00 = midnight at the end of the day
    holidays: frozenset[date]

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def open_spans(self, start: datetime) -> Iterator[Span]:
        """Yield the open spans from the instant `start` on, in order."""
        day = start.astimezone(self.tz).date()
        for _ in range(_LONGEST):
            if day.weekday() in self.weekdays and day not in self.holidays:
                span = Span(max(start, self._instant(day, self.opens)), self._closing(day))
                if span.start < span.end:
                    yield span
            day += timedelta(days=1)

    def _instant(self, day: date, moment: time) -> datetime:
        local = datetime.combine(day, moment, tzinfo=self.tz)
        return local.astimezone(UTC)

    def _closing(self, day: date) -> datetime:
        if self.closes == time.min:
            return windows.midnight(day + timedelta(days=1), self.tz)
        return self._instant(day, self.closes)


def due(
    hours: Hours, start: datetime, seconds: int, pauses: Sequence[Span] = ()
) -> datetime | None:
    """Return when `seconds` of open time have passed since `start`, pauses left out.

    None where the calendar does not open for that long within ten years.
    """
    left = timedelta(seconds=seconds)
    merged = _merged(pauses)
    for span in hours.open_spans(start):
        for piece in _without(span, merged):
            length = piece.end - piece.start
            if left <= length:
                return piece.start + left
            left -= length
    return None


def _merged(pauses: Sequence[Span]) -> list[Span]:
    found: list[Span] = []
    for pause in sorted(pauses):
        if found and pause.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, pause.end))
        elif pause.start < pause.end:
            found.append(pause)
    return found


def _without(span: Span, pauses: Sequence[Span]) -> Iterator[Span]:
    """Yield what is left of `span` outside the pauses, which are in order and apart."""
    start = span.start
    for pause in pauses:
        if pause.end <= start or pause.start >= span.end:
            continue
        if pause.start > start:
            yield Span(start, pause.start)
        start = max(start, pause.end)
    if start < span.end:
        yield Span(start, span.end)


def read(document: object) -> Hours:
    """Return the calendar of a document of kind Calendar. Raises DocumentError."""
    problems: list[Problem] = []
    top = Fields(document, "", problems)
    top.only("apiVersion", "kind", "metadata", "spec")
    meta, spec = top.inside("metadata"), top.inside("spec")
    meta.only("name", "displayName")
    spec.only("zone", "weekdays", "hours", "holidays")
    meta.needed("name", "for example office")
    meta.read("displayName", "", _called)
    spec.needed("zone", "for example Europe/Berlin")
    opens, closes = spec.read("hours", (time(9), time(17)), _range)
    found = Hours(
        slug=meta.read("name", "", fields.as_slug),
        zone=spec.read("zone", "UTC", fields.as_zone),
        weekdays=frozenset(_weekdays(spec)),
        opens=opens,
        closes=closes,
        holidays=frozenset(_holidays(spec)),
    )
    if problems:
        raise DocumentError(tuple(problems))
    return found


def _weekdays(spec: Fields) -> Iterator[int]:
    if not spec.has("weekdays"):
        yield from range(5)
    for path, item in spec.items("weekdays"):
        word = str(item)[:3].lower()
        if word in _DAYS:
            yield _DAYS.index(word)
        else:
            spec.note(path, f"“{item}” is no weekday; write {', '.join(_DAYS)}")


def _range(value: object) -> tuple[time, time]:
    opens, dash, closes = fields.as_text(value).partition("-")
    try:
        found = (_clock(opens.strip()), _clock(closes.strip()))
    except ValueError:
        raise ValueError(f"“{value}” are no hours; write for example 09:00-17:00") from None
    if not dash or (found[1] != time.min and found[0] >= found[1]):
        raise ValueError(f"“{value}” must run from earlier to later, for example 09:00-17:00")
    return found


def _clock(text: str) -> time:
    return time.min if text == "24:00" else time.fromisoformat(text)


def named(document: dict[str, Any]) -> dict[date, str]:
    """Return the holidays of a document that `read` understands, with what each is called."""
    items = document.get("spec", {}).get("holidays", ())
    return dict(_holiday(item) for item in items)


def _holidays(spec: Fields) -> Iterator[date]:
    for path, item in spec.items("holidays"):
        try:
            yield _holiday(item)[0]
        except ValueError as error:
            spec.note(path, str(error))


def _holiday(item: object) -> tuple[date, str]:
    """Read a day, or a day and its name: “2026-12-25 Christmas Day”. Raises ValueError."""
    day, _, name = item.strip().partition(" ") if isinstance(item, str) else (item, "", "")
    return fields.as_instant(day, ZoneInfo("UTC")).date(), _called(name) or "a holiday"


def _called(value: object) -> str:
    """Read what something is called, in one line. Raises ValueError."""
    name = fields.as_text(value)
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise ValueError(f"must be one line of {_LONGEST_NAME} characters at most")
    return name
