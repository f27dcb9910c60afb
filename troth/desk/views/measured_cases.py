"""The cases behind a metric: of a day or of all its days, of one part, down to the single case."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core.moments import named_day
from troth.core.sheets import Row as Cells
from troth.core.windows import Span
from troth.desk import measuring
from troth.desk.measuring import Asked
from troth.metrics.drift.daily import Day, added
from troth.metrics.queries import daily
from troth.metrics.rules import Metric
from troth.signals import queries as signals
from troth.signals.expressions import parse
from troth.signals.store import CasePage, Filter, Row
from troth.staff.access import requires
from troth.ui.sheets import table_file

_PAGE = 50
_AT_ONCE = 1000
_LEFT_OUT = "left-out:"
COLUMNS = {
    "source": "VARCHAR", "key": "VARCHAR", "version": "BIGINT", "kind": "VARCHAR",
    "happened_at": "TIMESTAMPTZ", "due_at": "TIMESTAMPTZ", "resolved_at": "TIMESTAMPTZ",
    "touchpoint": "VARCHAR", "subject": "VARCHAR", "value": "DOUBLE", "unit": "VARCHAR",
    "outcome": "VARCHAR", "expected": "DOUBLE", "weight": "BIGINT", "evidence": "VARCHAR",
    "recorded_at": "TIMESTAMPTZ",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remains:
    """Of how many cases the count speaks, and before when signals of them may have been let go."""

    counted: int
    removed_until: datetime | None


@require_safe
@requires("viewer")
def index(request: HttpRequest, name: str) -> HttpResponseBase:
    """List the cases that a metric counts, newest first; as CSV and Parquet too."""
    asked = measuring.asked(request, name)
    day, part = _day(request), request.GET.get("part", "counted")
    parts = dict(_parts(asked.one.metric))
    if part not in parts:
        raise Http404(part)
    span = daily.between(asked.one, day, day) if day else asked.span
    chosen = _filter(asked, part, span)
    if "format" in request.GET and not asked.moments.problem:
        return _file(asked, request.GET["format"], chosen)
    page, problem = _page(chosen, request.GET.get("after"))
    context = {
        "asked": asked, "one": asked.one, "moments": asked.moments, "day": day, "part": part,
        "parts": parts.items(), "page": page, "problem": problem,
        "remains": _remains(asked, part, day, span),
        "keep": {**asked.keep, **({"day": day.isoformat()} if day else {}), "part": part},
    }  # fmt: skip
    return render(request, "desk/metrics/cases.html", context)


def _day(request: HttpRequest) -> date | None:
    text = request.GET.get("day", "")
    found = named_day(text)
    if text and found is None:
        raise Http404(text)
    return found


def _parts(metric: Metric) -> Iterator[tuple[str, str]]:
    yield "counted", "counted"
    if metric.good:
        yield "good", "counted as good"
        yield "other", "not good"
    for reason, _condition in metric.excludes:
        yield f"{_LEFT_OUT}{reason}", f"left out: {reason}"


def _filter(asked: Asked, part: str, span: Span) -> Filter:
    measure = asked.one.measure
    if part.startswith(_LEFT_OUT):
        measure = asked.one.metric.left_out()[part.removeprefix(_LEFT_OUT)]
    texts = [measure.where or "", _wish(part, measure.good), _same(asked)]
    joined = " and ".join(f"({text})" for text in texts if text)
    return Filter(
        kinds=measure.kinds, zone=asked.one.series.sweep.tz, span=span,
        where=parse(joined, role="condition") if joined else None,
        time=parse(measure.time, role="time"),
    )  # fmt: skip


def _wish(part: str, good: str | None) -> str:
    held = f"coalesce({good}, false)"
    return {"good": held, "other": f"not {held}"}.get(part, "")


def _same(asked: Asked) -> str:
    if asked.only is None:
        return ""
    name, value = asked.only
    if value is None:
        return f"segment.{name} is null"
    quoted = value.replace("'", "''")
    return f"segment.{name} = '{quoted}'"


def _page(chosen: Filter, after: str | None) -> tuple[CasePage, str]:
    try:
        return signals.store().cases(chosen, after=after, limit=_PAGE), ""
    except ValueError as error:
        return CasePage([], None, 0), str(error)


def _remains(asked: Asked, part: str, day: date | None, span: Span) -> Remains | None:
    """Return what the count says of these days; None of what it leaves out, which is not kept."""
    if part.startswith(_LEFT_OUT):
        return None
    days = daily.days(asked.one, span, only=asked.only) if day else asked.counted
    sums = added(days)
    removed = signals.removed_until()
    kinds = asked.one.measure.kinds or tuple(removed)
    gone = [removed[kind] for kind in kinds if kind in removed and removed[kind] > span.start]
    return Remains(_counted(sums, part), max(gone, default=None))


def _counted(sums: Day, part: str) -> int:
    return {"good": sums.good, "other": sums.total - sums.good}.get(part, sums.total)


def _file(asked: Asked, form: str, chosen: Filter) -> HttpResponseBase:
    attributes = {f"segment.{name}": "VARCHAR" for name in asked.one.attributes}
    rows = (_row(row, asked.one.attributes) for row in _every(chosen))
    return table_file(f"{asked.one.name}-cases", form, {**COLUMNS, **attributes}, rows)


def _every(chosen: Filter) -> Iterator[Row]:
    """Yield all cases, a thousand in memory at a time."""
    store, after = signals.store(), None
    while True:
        found = store.cases(chosen, after=after, limit=_AT_ONCE)
        yield from found.cases
        if found.next is None:
            return
        after = found.next


def _row(row: Row, attributes: tuple[str, ...]) -> Cells:
    return [*(getattr(row, name) for name in COLUMNS), *map(row.segment.get, attributes)]
