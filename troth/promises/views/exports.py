from collections.abc import Iterable

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from troth.core import sheets
from troth.core.moments import moments
from troth.promises import cases as cases_behind
from troth.promises import queries
from troth.promises.forms import remedy
from troth.promises.rules.remedies import Violation
from troth.promises.rules.results import Day
from troth.promises.views import found, segment
from troth.promises.views.cases import chosen
from troth.signals.store import Row
from troth.staff.access import requires
from troth.ui.sheets import table_file

_DAYS = {"date": "DATE", "good": "BIGINT", "total": "BIGINT", "share": "DOUBLE",
         "verdict": "VARCHAR", "provisional": "BOOLEAN", "restated": "BOOLEAN"}  # fmt: skip
_SEGMENT = {"date": "DATE", "attribute": "VARCHAR", "part": "VARCHAR", "good": "BIGINT",
            "total": "BIGINT", "looks_back": "BIGINT", "share": "DOUBLE", "low": "DOUBLE",
            "high": "DOUBLE", "cases": "BIGINT"}  # fmt: skip
_CASES = {
    "source": "VARCHAR", "key": "VARCHAR", "version": "BIGINT", "kind": "VARCHAR",
    "happened_at": "TIMESTAMPTZ", "due_at": "TIMESTAMPTZ", "resolved_at": "TIMESTAMPTZ",
    "touchpoint": "VARCHAR", "subject": "VARCHAR", "value": "DOUBLE", "unit": "VARCHAR",
    "outcome": "VARCHAR", "expected": "DOUBLE", "weight": "BIGINT", "evidence": "VARCHAR",
    "recorded_at": "TIMESTAMPTZ",
}  # fmt: skip

_VIOLATIONS = {
    "violation": "BIGINT", "promise": "VARCHAR", "name": "VARCHAR", "visibility": "VARCHAR",
    "window": "VARCHAR", "began_at": "TIMESTAMPTZ", "ended_at": "TIMESTAMPTZ",
    "ended_as": "VARCHAR", "seconds": "DOUBLE", "restated": "BOOLEAN", "promised": "VARCHAR",
    "remedy": "VARCHAR", "note": "VARCHAR", "internal_note": "VARCHAR",
    "recorded_at": "TIMESTAMPTZ", "recorded_by": "VARCHAR",
}  # fmt: skip


@require_safe
@requires("viewer")
def days(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """Hand out the days of a promise, oldest first; with `by` and `is` those of a segment."""
    asked = moments(request.GET)
    detail = found.detail(slug, asked)
    if "is" in request.GET:
        one = segment.of(request, detail, asked)
        return table_file(f"{slug}-segment-days", form, _SEGMENT, segment.rows(one))
    series = detail.series
    return table_file(f"{slug}-days", form, _DAYS, (_day(day) for day in series))


@require_safe
@requires("viewer")
def cases(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """Hand out the cases behind a number, newest first; segment attributes are columns."""
    asked = moments(request.GET)
    standing = found.detail(slug, asked).standing
    which = chosen(request, standing)
    attributes = [f"segment.{name}" for name in standing.segments]
    columns = {**_CASES, **dict.fromkeys(attributes, "VARCHAR")}
    rows = (_case(row, standing.segments) for row in cases_behind.every(which, asked))
    return table_file(f"{slug}-{which.part.replace(':', '-')}", form, columns, rows)


@require_safe
@requires("viewer")
def violations(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hand out the ledger of violations, newest first, as the list was filtered."""
    sought, _problem = remedy.sought(request.GET)
    rows = (_violation(each) for each in queries.Ledger(sought))
    return table_file("violations", form, _VIOLATIONS, rows)


def _violation(each: Violation) -> sheets.Row:
    newest = each.remedies[-1] if each.remedies else None
    lasted = each.lasted.total_seconds() if each.lasted is not None else None
    return [
        each.id, each.slug, each.name, each.visibility, each.window, each.began_at, each.ended_at,
        each.ended_as, lasted, each.restated, each.remedy, each.state.value, each.note,
        newest.internal_note if newest else "", newest.at if newest else None,
        newest.by if newest else "",
    ]  # fmt: skip


def _day(day: Day) -> sheets.Row:
    return [
        day.date, day.good, day.total, day.share, day.verdict.value, day.provisional, day.restated,
    ]  # fmt: skip


def _case(row: Row, attributes: Iterable[str]) -> sheets.Row:
    return [*(getattr(row, name) for name in _CASES), *map(row.segment.get, attributes)]
