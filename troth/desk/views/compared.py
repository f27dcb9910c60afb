"""Two times side by side: of a promise or a metric, whole, in parts, or of one part alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.core.moments import Moments, moments, named_day
from troth.core.windows import Span
from troth.desk import measuring, side_by_side
from troth.desk.side_by_side import Found, Times, whole
from troth.desk.views.measured import unit_of
from troth.metrics.drift.daily import Day, added
from troth.metrics.queries import daily
from troth.metrics.reading import value_of
from troth.metrics.rules import MeasureError
from troth.promises.queries import parts
from troth.promises.rules.results import Detail
from troth.promises.views import found as looked_up
from troth.staff.access import requires
from troth.ui import words
from troth.ui.sheets import table_file

_MOST = 100
_LOST = "segments of earlier days cannot be told apart"
_NAMES = ("from", "until", "against_from", "against_until")
Only = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Page:
    """What is compared, by what, and where its own page is."""

    name: str
    url: str
    index: tuple[str, str]
    unit: str
    attributes: tuple[str, ...]
    by: str
    only: Only | None
    moments: Moments
    how_counted: str
    problem: str = ""
    keep: Mapping[str, str] = field(default_factory=dict)


@require_safe
@requires("viewer")
def promise(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show what of a promise's change came from rates, and what from the mix of segments."""
    asked = moments(request.GET)
    detail = looked_up.detail(slug, asked)
    one = detail.standing
    if one.retired_at is not None:
        raise Http404("this promise is retired")
    names = parts.attributes(detail.terms) if detail.terms else ()
    times = _times(request, _today(asked, one.zone))
    by, only, problem = _parts(request, names)
    if by and detail.terms and not times.problem:
        span = parts.span_between(times.first, times.last, one.zone)
        if gone := parts.let_go_before(detail.terms, span):
            by, only, names = "", None, ()
            problem = (
                f"signals of before {words.day(gone.date())} are kept no longer, so that {_LOST}"
            )
    told = "Raw, from the signals." if by else "As the promise counts, after what it excludes."
    page = Page(
        one.name, reverse("promises:show", args=[slug]), ("Promises", reverse("promises:index")),
        "share", names, by, only, asked, told, problem,
    )  # fmt: skip
    return _answer(request, page, times, _of_promise(detail, page, times))


def _lost(detail: Detail, times: Times) -> str:
    """Return why no segments of these times can be told apart, or ""."""
    if detail.terms is None or times.problem:
        return ""
    span = parts.span_between(times.first, times.last, detail.standing.zone)
    gone = parts.let_go_before(detail.terms, span)
    if gone is None:
        return ""
    return f"signals of before {words.day(gone.date())} are kept no longer, so that {_LOST}"


def _of_promise(detail: Detail, page: Page, times: Times) -> Found | None:
    if detail.terms is None or times.problem:
        return None
    slug, zone, how = detail.standing.slug, detail.standing.zone, parts.how_read(detail.terms)
    at, as_of = page.moments.at, page.moments.as_of
    earlier, later = times.pairs
    if not page.by:
        first = parts.whole_days(slug, *earlier, at=at, as_of=as_of)
        return whole((first, parts.whole_days(slug, *later, at=at, as_of=as_of)), how, times)
    before, after = parts.span_between(*earlier, zone), parts.span_between(*later, zone)
    if page.only:
        one = parts.days_of(slug, only=page.only, span=before, at=at, as_of=as_of)
        two = parts.days_of(slug, only=page.only, span=after, at=at, as_of=as_of)
        return whole((one, two), how, times)
    was = parts.days_by(slug, attribute=page.by, span=before, at=at, as_of=as_of)
    came = parts.days_by(slug, attribute=page.by, span=after, at=at, as_of=as_of)
    wholes = side_by_side.merged(was.values()), side_by_side.merged(came.values())
    return side_by_side.side_by_side(wholes, (_summed(was), _summed(came)), how, times)


def _summed(parts: Mapping[str | None, Sequence[Day]]) -> dict[str | None, Day]:
    return {value: added(days) for value, days in parts.items()}


@require_safe
@requires("viewer")
def metric(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show how a metric changed between two times, and which of its parts made the change."""
    asked = measuring.asked(request, name)
    one = asked.one
    times = _times(request, _today(asked.moments, one.zone))
    page = Page(
        one.metric.title, reverse("desk:metric", args=[name]), ("Metrics", reverse("desk:metrics")),
        unit_of(one), one.attributes, asked.by, asked.only, asked.moments,
        "From what is kept counted.", asked.problem,
    )  # fmt: skip
    return _answer(request, page, times, _of_metric(asked, times))


def _of_metric(asked: measuring.Asked, times: Times) -> Found | None:
    if times.problem:
        return None
    one = asked.one
    before, after = (daily.between(one, *pair) for pair in times.pairs)
    known = daily.spread(one, Span(before.start, after.end), only=asked.only)
    how = replace(one.how, floor=daily.floor_of(known))
    if asked.only or not asked.by:
        first = daily.days(one, before, only=asked.only)
        return whole((first, daily.days(one, after, only=asked.only)), how, times)
    wholes = daily.days(one, before), daily.days(one, after)
    sums = daily.values(one, before, asked.by), daily.values(one, after, asked.by)
    return side_by_side.side_by_side(wholes, sums, how, times)


def _answer(
    request: HttpRequest, page: Page, times: Times, found: Found | None
) -> HttpResponseBase:  # fmt: skip
    if "format" in request.GET and found is not None and not page.moments.problem:
        rows = side_by_side.rows(found, times, page.unit)
        return table_file("compared", request.GET["format"], side_by_side.COLUMNS, rows)
    days = [day for pair in times.pairs for day in pair]
    only = {"by": page.only[0], "is": page.only[1] or ""} if page.only else {}
    dates = {name: day.isoformat() for name, day in zip(_NAMES, days, strict=True)}
    own = "&".join(part for part in (urlencode(only), page.moments.query) if part)
    context = {
        "page": page, "one": page, "moments": page.moments, "found": found, "times": times,
        "dates": list(zip(_NAMES, days, strict=True)), "own": f"{page.url}?{own}",
        "sides": found.parts[:_MOST] if found else (), "keep": {**dates, "by": page.by, **only},
        "more": max(0, len(found.parts) - _MOST) if found else 0,
    }  # fmt: skip
    return render(request, "desk/insight/compare.html", context)


def _parts(request: HttpRequest, names: tuple[str, ...]) -> tuple[str, Only | None, str]:
    """Return by what is split, which part alone is asked for, and what cannot be meant."""
    by = request.GET.get("by", "")
    if by and by not in names:
        return next(iter(names), ""), None, f"“{by[:40]}” is no segment of this promise"
    if not by or "is" not in request.GET:
        return by or next(iter(names), ""), None, ""
    try:
        return by, (by, value_of(by, request.GET["is"])), ""
    except MeasureError as error:
        return by, None, str(error)


def _today(asked: Moments, zone: str) -> date:
    at: datetime = asked.at or asked.as_of or clock.now()
    return at.astimezone(ZoneInfo(zone)).date()


def _times(request: HttpRequest, today: date) -> Times:
    """Return the two times that are asked for, by default the last 28 days and those before."""
    last, asked = today - timedelta(days=1), request.GET.get
    against_until = named_day(asked("against_until", "")) or last
    against = named_day(asked("against_from", "")) or against_until - timedelta(days=27)
    until = named_day(asked("until", "")) or against - timedelta(days=1)
    first = named_day(asked("from", "")) or until - timedelta(days=27)
    return Times(first, until, against, against_until)
