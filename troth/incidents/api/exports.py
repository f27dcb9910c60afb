"""Everything at once, as CSV or JSON: for spreadsheets and for leaving."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Query
from pydantic import Field

from troth.core import clock
from troth.incidents import queries
from troth.incidents.api.asked import Filter
from troth.incidents.api.found import READ, router
from troth.incidents.rules.results import IncidentShown

_COLUMNS = (
    "uid", "kind", "name", "state", "impact", "urgency", "started_at", "identified_at",
    "monitoring_at", "resolved_at", "scheduled_for", "scheduled_until", "in_time", "components",
    "problem", "affects", "workaround", "recovery", "data_loss", "updates", "budget_seconds",
    "flags", "revision",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Wanted(Filter):
    format: str = Field("csv", pattern="^(csv|json)$")


@router.get("/incidents/export", response={200: None}, auth=READ)
def export_incidents(request: HttpRequest, asked: Query[Wanted]) -> HttpResponseBase:
    """Download what a filter names: CSV, one line an incident, or JSON with all that is public."""
    found = queries.everything(asked.choice())
    if asked.format == "json":
        return _answer(_json(map(asdict, found)), "application/json", "incidents.json")
    rows = (_row(one) for one in found)
    return _answer(_csv(_COLUMNS, rows), "text/csv; charset=utf-8", "incidents.csv")


@router.get("/incidents/register", response={200: None}, auth=READ)
def export_breaches(request: HttpRequest) -> HttpResponseBase:
    """Download the register of breaches as CSV, drafts too."""
    rows = [asdict(row) for row in queries.breach_register(at=clock.now())]
    names = tuple(queries.BREACH_COLUMNS)
    lines = ([row[name] for name in names] for row in rows)
    return _answer(_csv(names, lines), "text/csv; charset=utf-8", "breaches.csv")


def _answer(parts: Iterable[str], kind: str, name: str) -> HttpResponseBase:
    return StreamingHttpResponse(
        parts,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _row(one: IncidentShown) -> list[object]:
    special = {
        "components": " ".join(one.components),
        "updates": len(one.updates),
        "budget_seconds": one.postmortem.budget_seconds if one.postmortem else None,
        "flags": "; ".join(one.flags),
    }
    return [special.get(name, getattr(one, name, None)) for name in _COLUMNS]


def _csv(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    yield _line(columns)
    for row in rows:
        yield _line(map(_cell, row))


def _line(values: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()


def _cell(value: object) -> object:
    """Return a cell that a spreadsheet takes for text, never for a formula."""
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _json(rows: Iterable[object]) -> Iterator[str]:
    between = "["
    for row in rows:
        yield between + json.dumps(row, default=_plain, ensure_ascii=False)
        between = ",\n"
    yield "[]" if between == "[" else "]\n"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
