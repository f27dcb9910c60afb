"""Reports that were made on their dates: the list, one of them, and its figures as a file."""

from importlib.util import find_spec

import msgspec
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from troth.desk.models import Report
from troth.desk.reporting import telling
from troth.desk.reporting.sections import day, moment
from troth.staff.access import requires

_PAGE = 50


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show the reports there are, the newest first, by kind and words."""
    kind, search = request.GET.get("kind", ""), request.GET.get("search", "").strip()[:100]
    page = Paginator(_chosen(kind, search.replace("\0", "")), _PAGE)
    context = {
        "kind": kind, "search": search, "kinds": telling.NAMES, "is_first": not _any(),
        "page": page.get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "desk/reports/index.html", context)


def _any() -> bool:
    return Report.objects.exists()


def _chosen(kind: str, search: str) -> "QuerySet[Report]":
    rows = Report.objects.defer("content")
    if kind in telling.NAMES:
        rows = rows.filter(kind=kind)
    if search:
        rows = rows.filter(Q(title__icontains=search) | Q(about__icontains=search))
    return rows


@require_safe
@requires("viewer")
def show(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one report as it was made."""
    row = _found(uid)
    context = {"one": row, "name": telling.NAMES[row.kind], "as_pdf": _draws(),
               "sections": telling.sections(row.content)}  # fmt: skip
    return render(request, "desk/reports/show.html", context)


@require_safe
@requires("viewer")
def figures(_request: HttpRequest, uid: str) -> HttpResponse:
    """Give a report's figures away as JSON, as they were written down."""
    row = _found(uid)
    return _file(row, msgspec.json.encode(row.content), "application/json", "json")


@require_safe
@requires("viewer")
def paper(_request: HttpRequest, uid: str) -> HttpResponse:
    """Give a report away as PDF, where what draws it is installed."""
    row = _found(uid)
    if not _draws():
        raise Http404("the extra “pdf” is not installed")
    from troth.desk.reporting.paper import pdf

    known = moment(row.content["as_of"], row.zone)
    body = pdf(
        title=row.title, sections=telling.sections(row.content),
        told=f"{settings.TROTH.organisation}, {day(str(row.starts_on))} to "
        f"{day(str(row.ends_on))} ({row.zone}), as known at {known}",
        source=f"{settings.TROTH.base_url}{reverse('desk:report', args=[uid])} · {row.digest}",
    )  # fmt: skip
    return _file(row, body, "application/pdf", "pdf")


def _draws() -> bool:
    """Say whether what draws PDF is installed: the extra `pdf` (docs/decisions/040-pdf.md)."""
    return find_spec("reportlab") is not None


def _file(row: Report, body: bytes, kind: str, ending: str) -> HttpResponse:
    name = f"{row.kind}-{row.starts_on.isoformat()}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type=kind, headers=headers)


def _found(uid: str) -> Report:
    row = Report.objects.filter(uid=uid).first()
    if row is None:
        raise Http404("there is no report of this id")
    return row
