"""Outcomes: what became of trust, each figure with its counts, interval and exclusions."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.core.windows import Span, midnight
from troth.metrics import queries
from troth.metrics.outcomes.results import Outcome
from troth.metrics.outcomes.telling import as_csv
from troth.metrics.rules import MeasureError
from troth.staff.access import requires

_DAYS = (28, 90, 180, 365)
_FIRST = ("csat", "nps", "clv", "retention")  # the four of the dashboard, where there is data


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show the figures of which there are signals, over the days asked for."""
    days, span = _span(request)
    found = list(_answers(span))
    if request.GET.get("format") == "csv":
        return _csv("outcomes", found)
    places = {name: place for place, name in enumerate(_FIRST)}
    found.sort(key=lambda one: (places.get(one.name, len(places)), one.title))
    figures = [one for one in found if one.name in places]
    context = {
        "days": days, "choices": _DAYS, "span": span, "figures": figures,
        "others": [one for one in found if one.name not in places],
        "known": len(queries.outcome_definitions()),
    }  # fmt: skip
    return render(request, "desk/insight/outcomes.html", context)


def _answers(span: Span) -> Iterator[Outcome]:
    for one in queries.outcomes_with_data():
        try:
            yield queries.outcome(one.name, span=span, zone=_zone())
        except (queries.OutcomeError, MeasureError):  # somebody's own definition no longer fits
            continue


@require_safe
@requires("viewer")
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show one figure: what it was made of, its parts and curves, and how it went by month."""
    if name not in {one.name for one in queries.outcome_definitions()}:
        raise Http404("there is no outcome of this name")
    days, span = _span(request)
    by, problem = request.GET.get("by", "").strip()[:40], ""
    found = queries.outcome(name, span=span, zone=_zone())
    parts: list[Outcome] = []
    if by:
        try:
            parts = queries.outcomes_by(name, by=by, span=span, zone=_zone())
        except (queries.OutcomeError, MeasureError) as error:
            problem = str(error)
    if request.GET.get("format") == "csv":
        return _csv(name, [found, *parts])
    context = {
        "one": found, "days": days, "choices": _DAYS, "by": by, "problem": problem, "parts": parts,
        "months": queries.reported(name=name),
    }  # fmt: skip
    return render(request, "desk/insight/outcome.html", context)


def _span(request: HttpRequest) -> tuple[int, Span]:
    """Return the whole local days that are asked for, up to the last one that is over."""
    text = request.GET.get("days", "")
    days = int(text) if text.isdecimal() and int(text) in _DAYS else 90
    today: date = clock.now().astimezone(_zone()).date()
    return days, Span(midnight(today - timedelta(days=days), _zone()), midnight(today, _zone()))


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TROTH.time_zone)


def _csv(name: str, found: list[Outcome]) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse(as_csv(found), content_type="text/csv; charset=utf-8", headers=headers)
