import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from troth.core.sheets import Row
from troth.staff import queries
from troth.staff.access import requires
from troth.staff.forms import TrailForm
from troth.staff.models import AuditEntry
from troth.ui.sheets import csv_file
from troth.ui.shortcuts import page_or_part

_PAGE = 50
_COLUMNS = ("at", "actor", "verb", "thing", "id", "before", "after", "request")


@require_safe
@requires("editor")
def audit(request: HttpRequest) -> HttpResponse:
    form = TrailForm(request.GET, things=queries.things())
    page = Paginator(_asked(form), _PAGE).get_page(request.GET.get("page"))
    template = page_or_part(request, "staff/audit.html", part="trail")
    return render(request, template, {"form": form, "page": page})


@require_safe
@requires("editor")
def audit_entry(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(AuditEntry, pk=pk)
    return render(request, "staff/audit_entry.html", {"entry": entry})


@require_safe
@requires("editor")
def audit_csv(request: HttpRequest) -> HttpResponseBase:
    entries = _asked(TrailForm(request.GET, things=queries.things()))
    return csv_file("audit", _COLUMNS, _rows(entries))


def _asked(form: TrailForm) -> QuerySet[AuditEntry]:
    values = form.cleaned_data if form.is_valid() else {}
    until = values.get("until")
    return queries.trail(
        text=values.get("q", ""),
        thing=values.get("thing", ""),
        since=_midnight(values.get("since")),
        until=_midnight(until + timedelta(days=1) if until else None),
    )


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=UTC) if day else None


def _rows(entries: QuerySet[AuditEntry]) -> Iterator[Row]:
    for entry in entries.iterator(chunk_size=500):
        values = (
            json.dumps(part, default=str) if part else "" for part in (entry.before, entry.after)
        )
        yield (
            entry.at,
            entry.actor_name,
            entry.verb,
            entry.thing,
            entry.thing_id,
            *values,
            entry.request_id,
        )
