"""Metrics on the desk: what is counted, and one metric by the day with its parts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

import yaml
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.core.moments import looking_back
from troth.core.sheets import Row
from troth.desk import beside, foreseeing, measuring
from troth.desk.measuring import Asked
from troth.metrics import queries, wording
from troth.metrics.drift.daily import Day, added, figure, scatter
from troth.metrics.drift.pictures import Event, FadeView
from troth.metrics.outcomes.sides import Side
from troth.metrics.queries import daily
from troth.metrics.queries.daily import Kept
from troth.staff.access import requires
from troth.ui import charts
from troth.ui.sheets import table_file

_AT_ONCE = 50
_MONTH = 28
COLUMNS = {
    "metric": "VARCHAR", "attribute": "VARCHAR", "part": "VARCHAR", "day": "DATE",
    "good": "BIGINT", "total": "BIGINT", "n": "BIGINT", "sum": "DOUBLE", "looks_back": "BIGINT",
    "unit": "VARCHAR", "figure": "DOUBLE", "low": "DOUBLE", "high": "DOUBLE", "cases": "BIGINT",
}  # fmt: skip


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """List what is kept counted, with what the last 28 whole days came to, and the catalogue."""
    moments, now = looking_back(request.GET), clock.now()
    search = request.GET.get("search", "").strip()[:100]
    page = Paginator(daily.kept_names(search), _AT_ONCE).get_page(request.GET.get("page"))
    found = daily.kept(page.object_list)
    days = daily.of_each(found, days=_MONTH, until=moments.at or now)
    context = {
        "moments": moments, "page": page, "search": search,
        "rows": [
            (one, unit_of(one), _lately(one, lately))
            for one, lately in zip(found, days, strict=True)
        ],
        "catalogue": () if search or page.number > 1 else sorted(queries.catalogue().items()),
    }  # fmt: skip
    return render(request, "desk/metrics/index.html", context)


def _lately(one: Kept, days: Sequence[Day]) -> Side:
    how = replace(one.how, scatter=scatter(days, one.how))
    return figure(added(days), how, days=_MONTH) if days else Side("", n=0)


@require_safe
@requires("viewer")
def show(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show one metric: its figure, its days with what happened beside, and its parts."""
    if not daily.kept([name]):
        return _of_catalogue(request, name)
    asked = measuring.asked(request, name)
    one, unit = asked.one, unit_of(asked.one)
    if "format" in request.GET and not asked.moments.problem:
        return table_file(one.name, request.GET["format"], COLUMNS, _rows(asked, unit))
    happened, found = _happened(asked), foreseeing.coming(asked)
    context = {
        "asked": asked, "one": one, "unit": unit, "moments": asked.moments,
        "figure": _whole(asked), "spread": asked.spread,
        "drawn": _drawn(asked, unit, happened, foreseeing.ahead(asked, found)),
        "coming": foreseeing.words(asked, found), **_parts(request, asked),
        "choices": measuring.DAYS, "overs": measuring.OVER, "counted": one.counted,
        "document": yaml.safe_dump(one.document, sort_keys=False, allow_unicode=True),
        "measure": one.measure, "last": asked.counted[-1].day if asked.counted else None,
    }  # fmt: skip
    return render(request, "desk/metrics/show.html", context)


def _of_catalogue(request: HttpRequest, name: str) -> HttpResponse:
    """Show a metric of the catalogue, which nobody keeps counted."""
    metric = queries.catalogue().get(name)
    if metric is None:
        raise Http404("there is no metric of this name")
    context = {
        "name": name, "metric": metric, "measure": metric.measure(),
    }  # fmt: skip
    return render(request, "desk/metrics/defined.html", context)


def unit_of(one: Kept) -> str:
    """Return in what a metric is told: "share", "a day", or the unit of its values."""
    reading = one.how.reading
    return {"share": "share", "count": "a day"}.get(reading, one.metric.unit or "")


def _whole(asked: Asked) -> Side:
    if not asked.counted:
        return Side("", n=0)
    return figure(added(asked.counted), asked.how, days=asked.days)


def _drawn(
    asked: Asked, unit: str, events: list[charts.Event], ahead: list[charts.Ahead]
) -> SafeString:
    points = [
        charts.Point(
            one.day, one.figure.value, one.figure.low, one.figure.high,
            href=asked.cases_url(one.day), n=one.figure.n,
        )
        for one in asked.points
    ]  # fmt: skip
    label = asked.one.metric.title
    if asked.only:
        label += f", {asked.only[0]} {asked.only[1] or 'not said'}"
    return charts.line(
        points, label=f"{label}.", events=events, unit=_drawn_in(unit), ahead=ahead,
        boxed="in colour: where it will lie, nine times in ten",
    )  # fmt: skip


def _drawn_in(unit: str) -> str:
    return {"s": "seconds"}.get(unit, unit)


def _happened(asked: Asked) -> list[charts.Event]:
    """Return what happened beside it: incidents, releases, new versions, and facts of this part."""
    events = beside.events(asked.one, asked.span, at=asked.moments.at)
    events += _versions(asked)
    found = [charts.Event(one.day, one.title, one.link) for one in events]
    found += [
        charts.Event(fade.onset or fade.opened_on, f"began: {wording.word(fade)}")
        for fade in _facts(asked)
    ]
    return sorted(found, key=lambda one: one.at)


def _versions(asked: Asked) -> Iterator[Event]:
    for row in daily.history(asked.one.name):
        if row.version > 1 and row.created_at <= (asked.moments.at or asked.now):
            yield Event(row.created_at.date(), "decision", f"version {row.version} was declared")


def _facts(asked: Asked) -> Iterator[FadeView]:
    """Yield the facts of the whole metric, or of the part that is shown, where it is watched."""
    stream = queries.stream(asked.one.stream) if asked.one.stream else None
    if stream is None:
        return
    for fade in queries.fades(at=asked.moments.at, since=asked.span.start, stream=stream.pk):
        of = fade.segment
        if fade.stream and (not of if asked.only is None else asked.only in of.items()):
            yield fade


def _parts(request: HttpRequest, asked: Asked) -> Mapping[str, object]:
    """Return a page of the values of an attribute, the largest first; none beside one of them."""
    if not asked.by or asked.only:
        return {}
    found = list(daily.values(asked.one, asked.span, asked.by).items())
    page = Paginator(found, _AT_ONCE).get_page(request.GET.get("page"))
    return {"page": page, "parts": [_part(asked, *pair) for pair in page.object_list]}


def _part(asked: Asked, value: str | None, sums: Day) -> Mapping[str, object]:
    only = {"by": asked.by, "is": value or ""}
    query = urlencode({"days": str(asked.days), **only})
    then = f"&{asked.moments.query}" if asked.moments.query else ""
    return {
        "value": value, "figure": figure(sums, asked.how, days=asked.days),
        "url": f"?{query}{then}", "cases": asked.cases_url(only=only),
    }  # fmt: skip


def _rows(asked: Asked, unit: str) -> Iterator[Row]:
    """Yield the days as a table: what came on each, and the figure that is drawn of it."""
    known: dict[date, Day] = {one.day: one for one in asked.counted}
    name, value = asked.only or ("", "")
    for point in asked.points:
        day, told = known.get(point.day, Day(point.day)), point.figure
        yield [
            asked.one.name, name, value, point.day, day.good, day.total, day.n, day.sum,
            asked.looks_back, unit, told.value, told.low, told.high, told.n,
        ]  # fmt: skip
