"""Questions whose answers are kept, and which evidence makes an answer out of date. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from troth.core.windows import Span, midnight
from troth.metrics.lookback import months_read, months_up_to
from troth.metrics.outcomes.results import Outcome
from troth.metrics.ranges import names_an_instant, reached, runs
from troth.metrics.reading import Frame, stretch
from troth.metrics.recipes import Recipe
from troth.metrics.rules import Measure, Metric, digest_of
from troth.signals.expressions import parse

_FOR_GOOD = timedelta(days=3650)
Touched = Mapping[tuple[str, str], set[date]]  # (kind, column) → UTC days on which rows changed


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked of an outcome: the last whole days or months, or a span that stands still.

    `at` is the instant that asks, now by default: days and months end at the last midnight before
    it. `by` splits it by an attribute. `broken`: what customers met, instead of what the definition
    takes for broken; for outcomes with such an input.
    """

    name: str
    zone: str
    days: int | None = None
    months: int | None = None
    span: tuple[datetime, datetime] | None = None
    at: datetime | None = None
    by: str = ""
    broken: Measure | None = None

    @property
    def digest(self) -> str:
        return digest_of(msgspec.to_builtins(self))

    def framed(self, *, now: datetime) -> Frame:
        """Return the span and the instant that it is asked at, now."""
        at = self.at or now
        return Frame(span=self._span(at), at=at, by=self.by or None, zone=ZoneInfo(self.zone))

    def _span(self, at: datetime) -> Span:
        if self.span:
            return Span(*self.span)
        if self.months:
            return months_up_to(self.months, last_midnight(self.zone, at=at), ZoneInfo(self.zone))
        return last_days(self.days or 1, self.zone, now=at)

    def next_day(self, *, now: datetime) -> datetime:
        """Return when its span moves on; one that stands still is left alone for good."""
        if self.span or self.at:
            return now + _FOR_GOOD
        zone = ZoneInfo(self.zone)
        return midnight(now.astimezone(zone).date() + timedelta(days=1), zone)


def last_days(days: int, zone: str, *, now: datetime) -> Span:
    """Return the last so many local days that are over."""
    place = ZoneInfo(zone)
    today = now.astimezone(place).date()
    return Span(midnight(today - timedelta(days=days), place), midnight(today, place))


def last_midnight(zone: str, *, at: datetime) -> datetime:
    """Return the local midnight at or before an instant."""
    return last_days(1, zone, now=at).end


def lately(  # noqa: PLR0913 - one argument for each thing that a screen asks
    name: str, definition: Metric | Recipe, *, zone: str, days: int, at: datetime | None = None,
    by: str = "", broken: Measure | None = None,
) -> Question:  # fmt: skip
    """Return what a screen asks: the last whole days, or the history that the outcome reads."""
    months = months_read(definition) or None
    return Question(
        name=name, zone=zone, days=None if months else days, months=months, at=at, by=by,
        broken=broken,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """Cases that an answer is of: of these kinds (none: of all), placed by `time` in this span."""

    kinds: tuple[str, ...]
    time: str
    start: datetime
    end: datetime

    def is_touched(self, touched: Touched) -> bool:
        """Return whether rows that changed on these days may lie in it."""
        places = parse(self.time, role="time")
        days: set[date] = set()
        for (kind, column), some in touched.items():
            if column in places.columns and (not self.kinds or kind in self.kinds):
                days |= some
        if names_an_instant(places.node):
            return bool(days)
        spans = (reached(places, first, last) for first, last in runs(days))
        return any(span.start < self.end and span.end > self.start for span in spans)


def reads(definition: Metric | Recipe, frame: Frame) -> Iterator[Read]:
    """Yield what the answer to a question is made of."""
    if isinstance(definition, Metric):
        measure = definition.measure()
        yield Read(measure.kinds, measure.time, frame.span.start, min(frame.span.end, frame.at))
        return
    for one in definition.inputs.values():
        span = stretch(one, frame)
        yield Read(one.kinds, one.at, span.start, span.end)


def written(outcomes: Sequence[Outcome]) -> str:
    """Return outcomes as they are kept: whole."""
    return msgspec.json.encode(outcomes).decode()


def read_back(text: str) -> list[Outcome]:
    """Return the outcomes that `written` wrote; none of nothing."""
    return msgspec.json.decode(text, type=list[Outcome]) if text else []
