"""One segment of a touchpoint by the day, against its own usual."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from troth.core import clock
from troth.core.moments import Moments
from troth.core.windows import Span
from troth.desk import beside, drawing, fading, stream_parts
from troth.metrics.drift.pictures import StreamView
from troth.metrics.queries.part_charted import Names, let_go_before, names_of, part_chart
from troth.ui.sheets import table_file

Only = tuple[str, str | None]


def asks(request: HttpRequest) -> bool:
    """Return whether an address asks for one segment alone."""
    return "is" in request.GET


def show(request: HttpRequest, one: StreamView, asked: Moments, days: int) -> HttpResponseBase:
    """Show a segment's days, what is usual of them, and what was told of it."""
    now, names = asked.at or clock.now(), names_of(one.pk, at=asked.at)
    only, problem = _only(request, names)
    chart = None
    if only is not None:
        span = Span(now - timedelta(days=days), now)
        happened = beside.events(one, span, at=asked.at)
        chart = part_chart(stream=one.pk, only=only, span=span, at=asked.at, events=happened)
        if "format" in request.GET and not asked.problem:
            rows = stream_parts.rows(chart, only)
            return table_file("segment", request.GET["format"], stream_parts.COLUMNS, rows)
    context = {
        "one": one, "moments": asked, "names": names, "only": only, "problem": problem,
        "chart": chart, "days": days, "links": _links(one),
        "gone": _gone(one, now - timedelta(days=days)),
        "keep": {"by": only[0], "is": only[1] or "", "days": str(days)} if only else {},
        "values": names.values.get(only[0], ()) if only else (),
        "drawn": drawing.control(chart, cases=stream_parts.cases_of(one, asked, only), is_part=True)
        if chart else "",
        "fades": fading.with_answers(chart.fades) if chart else (),
        "usual": chart is not None and any(point.expected is not None for point in chart.points),
    }  # fmt: skip
    return render(request, "desk/insight/part.html", context)


def _only(request: HttpRequest, names: Names) -> tuple[Only | None, str]:
    by, value = request.GET.get("by", ""), request.GET.get("is", "").strip()[:200]
    if by in names.attributes:
        return (by, value or None), ""
    if not names.attributes:
        return None, "This touchpoint is not split by anything"
    return None, f"“{by[:40]}” splits nothing here; there are {', '.join(names.attributes)}"


def _gone(one: StreamView, since: datetime) -> datetime | None:
    """Return before when segments cannot be told apart, where that is within what is drawn."""
    gone = let_go_before(one.pk)
    return gone if gone is not None and gone > since else None


def _links(one: StreamView) -> dict[str, str]:
    """Return what this is a segment of: a promise or a metric, and its name."""
    kind, _, name = one.key.partition(":")
    return {"kind": kind, "name": name}
