"""Reports that were made on their dates: the list, one of them, and its figures as a file."""

import msgspec
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.desk.models import Report
from troth.desk.reporting import kept, telling
from troth.staff.access import requires

_PAGE = 50


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show the reports there are, the newest first, by kind and words."""
    kind, search = request.GET.get("kind", ""), request.GET.get("search", "").strip()[:100]
    page = Paginator(kept.reports(kind=kind, search=search), _PAGE)
    context = {
        "kind": kind, "search": search, "kinds": telling.NAMES,
        "is_first": not kept.reports().exists(), "page": page.get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "desk/reports/index.html", context)


@require_safe
@requires("viewer")
def show(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one report as it was made."""
    row = _found(uid)
    context = {"one": row, "name": telling.NAMES[row.kind], "as_pdf": kept.draws(),
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
    if not kept.draws():
        raise Http404("the extra “pdf” is not installed")
    return _file(row, kept.pdf(row), "application/pdf", "pdf")


def _file(row: Report, body: bytes, kind: str, ending: str) -> HttpResponse:
    name = kept.file_name(row, ending)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type=kind, headers=headers)


def _found(uid: str) -> Report:
    row = kept.found(uid)
    if row is None:
        raise Http404("there is no report of this id")
    return row
