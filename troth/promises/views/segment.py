"""One segment of a promise on a page of its own: its figure, its days, and its cases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString

from troth.core import clock, windows
from troth.core.moments import Moments
from troth.core.sheets import Row
from troth.core.windows import Span
from troth.metrics import queries as metrics
from troth.metrics import wording
from troth.metrics.drift.daily import Day, How, Rolled, figure, rolled, scatter
from troth.metrics.outcomes.sides import Side
from troth.metrics.reading import value_of
from troth.metrics.rules import MeasureError
from troth.promises import chart, queries
from troth.promises.queries import parts
from troth.promises.queries.parts import Only
from troth.promises.rules.results import Detail
from troth.ui import charts

DAYS = (90, 180, 365)
_USUAL = 180
_MONTH = 28


@dataclass(frozen=True)
class Segment:
    """A promise's cases with one value of an attribute, as of an instant, over so many days."""

    detail: Detail
    moments: Moments
    only: Only
    days: int

    @property
    def slug(self) -> str:
        return self.detail.standing.slug

    @cached_property
    def until(self) -> datetime:
        return self.moments.at or self.moments.as_of or clock.now()

    @cached_property
    def looks_back(self) -> int:
        """Return over how many days a point of the chart looks back."""
        return min(chart.span(self.detail), _MONTH)

    @cached_property
    def span(self) -> Span:
        """Return the days that are drawn, with those before that the first points look back on."""
        zone = ZoneInfo(self.detail.standing.zone)
        first = self.until.astimezone(zone).date() - timedelta(days=self.days + self.looks_back)
        return Span(windows.midnight(first, zone), self.until)

    @cached_property
    def gone(self) -> datetime | None:
        """Return before when signals are kept no longer; None where all days are whole."""
        return parts.let_go_before(self.detail.terms, self.span) if self.detail.terms else None

    @cached_property
    def counted(self) -> list[Day]:
        """Return the days with a case, those alone of which all signals are there still."""
        zone = ZoneInfo(self.detail.standing.zone)
        begin = max(self.span.start, self.gone or self.span.start)
        whole = begin.astimezone(zone).date() + timedelta(days=begin > self.span.start)
        span = Span(windows.midnight(whole, zone), self.until)
        if span.start >= span.end:
            return []
        return parts.days_of(
            self.slug, only=self.only, span=span, at=self.moments.at, as_of=self.moments.as_of
        )

    @cached_property
    def how(self) -> How:
        plain = parts.how_read(self.detail.terms) if self.detail.terms else How("share")
        return How("share", "more", plain.minimum, plain.worth, scatter(self.counted, plain))

    @cached_property
    def points(self) -> list[Rolled]:
        found = rolled(self.counted, self.how, over=self.looks_back)
        first = self.until.date() - timedelta(days=self.days)
        return [one for one in found if one.day >= first] or found[-1:]

    @cached_property
    def keep(self) -> dict[str, str]:
        return {"by": self.only[0], "is": self.only[1] or "", "days": str(self.days)}

    def cases_url(self, **more: str) -> str:
        where = reverse("promises:cases", args=[self.slug])
        query = urlencode({"by": self.only[0], "is": self.only[1] or "", **more})
        return f"{where}?{query}" + (f"&{self.moments.query}" if self.moments.query else "")


def of(request: HttpRequest, detail: Detail, asked: Moments) -> Segment:
    """Return the segment that an address names by `by` and `is`. Raises Http404."""
    by, get = request.GET.get("by", ""), request.GET.get
    if by not in detail.standing.segments:
        raise Http404("the promise names no such segment")
    text = get("days", "")
    days = int(text) if text in {str(each) for each in DAYS} else _USUAL
    try:
        return Segment(detail, asked, (by, value_of(by, get("is", ""))), days)
    except MeasureError:
        raise Http404("no case can have this value") from None


def show(request: HttpRequest, detail: Detail, asked: Moments) -> HttpResponse:
    """Show one segment: its figure beside the whole, its days with what happened, its cases."""
    one = of(request, detail, asked)
    watched = metrics.stream(f"promise:{one.slug}")
    facts = list(_facts(one, watched.pk)) if watched else []
    sums, window = _window(one)
    context = {
        "standing": detail.standing, "moments": asked, "one": one, "choices": DAYS,
        "figure": sums, "window": window, "drawn": _drawn(one, facts), "facts": facts,
        "watched": watched, "keep": one.keep, "days": list(reversed(one.counted)),
        "told_apart": bool(detail.terms and parts.attributes(detail.terms)),
    }  # fmt: skip
    return render(request, "promises/segment.html", context)


def _window(one: Segment) -> tuple[Side, str]:
    """Return the raw figure of the headline window, and its name."""
    name = next((window.window for window in one.detail.standing.windows), "")
    if not name:
        return Side("", n=0), name
    counts = queries.by_segment(
        one.slug, attribute=one.only[0], at=one.moments.at, as_of=one.moments.as_of
    )
    count = counts.get(one.only[1])
    if count is None or not count.total:
        return Side("", n=0), name
    return figure(Day(date.min, count.good, count.total), one.how, days=1), name


@dataclass(frozen=True, slots=True)
class Fact:
    """What was told of a segment: in words, since when, and until when it was so."""

    word: str
    text: str
    since: date
    until: date | None


def _facts(one: Segment, stream: int) -> Iterator[Fact]:
    """Yield what was told of this segment in the days that are drawn, the newest first."""
    for fade in metrics.fades(at=one.moments.at, since=one.span.start, stream=stream):
        if fade.stream is not None and fade.segment == dict([one.only]):
            since = fade.onset or fade.opened_on
            yield Fact(wording.word(fade), wording.text(fade), since, fade.closed_on)


def _drawn(one: Segment, facts: Sequence[Fact]) -> SafeString:
    points = [
        charts.Point(
            each.day, each.figure.value, each.figure.low, each.figure.high,
            href=one.cases_url(day=each.day.isoformat()), n=each.figure.n,
        )
        for each in one.points
    ]  # fmt: skip
    began = [charts.Event(fact.since, f"began: {fact.word}") for fact in facts]
    happened = [*chart.events(one.detail, one.span, one.moments.at), *began]
    name, value = one.only
    return charts.line(
        points, label=f"{one.detail.standing.name}, {name} {value or 'not said'}.",
        target=chart.targets(one.detail), events=sorted(happened, key=lambda each: each.at),
    )  # fmt: skip


def rows(one: Segment) -> Iterator[Row]:
    """Yield the days as a table: raw counts, and the figure that is drawn at the end of each."""
    known = {each.day: each for each in one.counted}
    name, value = one.only
    for point in one.points:
        day, told = known.get(point.day, Day(point.day)), point.figure
        yield [
            point.day, name, value or "", day.good, day.total, one.looks_back, told.value,
            told.low, told.high, told.n,
        ]  # fmt: skip
