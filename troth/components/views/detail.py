from collections.abc import Iterator
from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.components import queries
from troth.components.models import Component
from troth.components.rules.results import Status
from troth.components.rules.words import CAUSES, WORDS
from troth.components.views import found
from troth.core import clock, sheets
from troth.core.moments import Moments, moments
from troth.core.windows import Span
from troth.staff.access import requires
from troth.ui.sheets import csv_file

_PAGE = 25
_DAYS = 90
_COLUMNS = ["starts_at", "ends_at", "seconds", "status", "cause", "refs", "note", "announced"]


@require_safe
@requires("viewer")
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one component: how it is, who says so, its days, and what was wrong when and why."""
    row = found.row(Component, slug)
    asked = moments(request.GET)
    at = asked.at or clock.now()
    span = Span(at - timedelta(days=_DAYS), at)
    past = list(reversed(queries.spans(slug, span, as_of=asked.as_of)))
    troubles = [one for one in past if one.status is not Status.OPERATIONAL]
    word = queries.word(slug, at=at)
    context = {
        "row": row,
        "shown": queries.component(slug, at=at, as_of=asked.as_of),
        "moments": asked,
        "at": at,
        "downtime": queries.downtime(slug, span, as_of=asked.as_of),
        "page": Paginator(troubles, _PAGE).get_page(request.GET.get("page")),
        "said": queries.said(slug, withdrawn=True, limit=_PAGE),
        "word": word,
        "formula": queries.uptime_formula(at=at),
        "watches": list(row.watches.filter(until__gt=int(at.timestamp())).order_by("id")),
    }
    return render(request, "components/show.html", context)


@require_safe
@requires("viewer")
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Hand out what was, when and why, of the last 90 days or of a year, oldest first."""
    found.row(Component, slug)
    asked: Moments = moments(request.GET)
    at = asked.at or clock.now()
    length = 366 if request.GET.get("span") == "year" else _DAYS
    past = queries.spans(slug, Span(at - timedelta(days=length), at), as_of=asked.as_of)
    rows: Iterator[sheets.Row] = (
        [one.starts_at, one.ends_at, one.seconds, WORDS[one.status],
         CAUSES[one.cause] if one.cause else "", " ".join(one.refs), one.note, one.announced]
        for one in past
    )  # fmt: skip
    return csv_file(f"{slug}-history", _COLUMNS, rows)
