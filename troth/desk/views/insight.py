"""Where trust fades: one touchpoint by the day, what faded, and what nobody noticed."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from troth.core import clock
from troth.core.moments import looking_back, named_day
from troth.core.windows import Span, midnight
from troth.desk import beside, drawing, fading, stream_parts, tables, within
from troth.desk.views import parted
from troth.metrics import actions, foreseen, queries, so_far, wording
from troth.metrics.drift.enrolment import EnrolmentError
from troth.metrics.drift.pictures import Chart, StreamView
from troth.metrics.queries.part_charted import names_of
from troth.promises.rules.evidence import Told
from troth.promises.scoring.next_case import Chance, chance
from troth.staff.access import person, requires
from troth.staff.actions.audit import published_name
from troth.ui.sheets import table_file

_DAYS = (30, 90, 180, 365, 1095)
_LATELY = timedelta(days=90)
_AT_ONCE = 50
_MOST = 100  # fades that are open and shown


@require_safe
@requires("viewer")
def stream(request: HttpRequest, key: str) -> HttpResponseBase:
    """Show one touchpoint day by day, against what is usual of it, or one segment of it."""
    one, asked = _found(key), looking_back(request.GET)
    now = asked.at or clock.now()
    days = _days(request.GET.get("days", ""))
    if parted.asks(request):
        return parted.show(request, one, asked, days)
    span = Span(now - timedelta(days=days), now)
    happened = beside.events(one, span, at=asked.at)
    chart = queries.chart(stream=one.pk, span=span, at=asked.at, events=happened)
    if "format" in request.GET and not asked.problem:
        rows = stream_parts.rows(chart)
        return table_file("touchpoint", request.GET["format"], stream_parts.COLUMNS, rows)
    context = {
        "one": one, "moments": asked, "now": now, "chart": chart, "days": days, "choices": _DAYS,
        "drawn": drawing.control(chart, cases=stream_parts.cases_of(one, asked)),
        "names": names_of(one.pk, at=asked.at), "scores": drawing.scores(chart),
        "fades": fading.with_answers(chart.fades), "hours": so_far.told(one, now),
        "within": within.last_day(one, now),
        "today": now.date(), "unusual": [
            (point.day, [wording.RULES[rule] for rule in point.rules])
            for point in chart.points if point.rules
        ],
        "limits": [wording.limit(limit, one) for limit in chart.limits],
        "promise": key.removeprefix("promise:") if key.startswith("promise:") else "",
        "coming": foreseen.told(chart.next, reading=one.reading, unit=one.unit),
        "next": _next(chart, now), "relied": queries.predictability(stream=one.pk, at=now),
    }  # fmt: skip
    return render(request, "desk/insight/stream.html", context)


def _next(chart: Chart, now: datetime) -> Chance | None:
    """Return the chance that the next case goes wrong, from the days that are drawn."""
    of = chart.stream
    if of.reading != "share":
        return None
    zone = ZoneInfo(of.zone)
    told = []
    for point in chart.points:
        good = round((point.value or 0.0) * point.n)
        kept = good if of.better == "more" else point.n - good
        ended = midnight(point.day + timedelta(days=1), zone)
        told.append(Told(min(now, ended), kept, point.n))
    return chance(told, at=now)


def _days(text: str) -> int:
    return int(text) if text.isdecimal() and int(text) in _DAYS else 180


@require_POST
@requires("editor")
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """Take what comes from a day on as the new usual, with the reason."""
    one = _found(key)
    try:
        actions.rebaseline(
            stream=one.pk, starts_on=date.fromisoformat(request.POST.get("starts_on", "")),
            reason=request.POST.get("reason", "")[:500],
            days=_of_days(request.POST.get("days", "")),
            author=published_name(person(request)), now=clock.now(),
        )  # fmt: skip
    except EnrolmentError as error:
        messages.error(request, f"Nothing was changed: {error.message}.")
    except ValueError:
        messages.error(request, "Nothing was changed: say from which day on, as 2026-01-31.")
    else:
        messages.success(request, "Written down. Days before stay read against what they were.")
    return redirect("desk:stream", key=key)


def _of_days(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < len("10000") else None


@require_safe
@requires("viewer")
def fades(request: HttpRequest) -> HttpResponseBase:
    """Show what faded, the newest first: what is open, and what closed lately."""
    asked = looking_back(request.GET)
    now = asked.at or clock.now()
    kind = request.GET.get("kind", "")
    kind = kind if kind in fading.KINDS else ""
    ones, over, good = queries.open_and_closed(since=now - _LATELY, at=asked.at, kind=kind)
    if "format" in request.GET and not asked.problem:
        rows = tables.fades([*ones[:], *over[:], *good[:]])
        return table_file("faded", request.GET["format"], tables.FADES, rows)
    page = Paginator(over, _AT_ONCE).get_page(request.GET.get("page"))
    context = {
        "moments": asked, "kind": kind, "kinds": fading.KINDS, "number": len(ones),
        "open": fading.with_answers(ones[:_MOST]), "more": max(0, len(ones) - _MOST),
        "closed": fading.with_answers(page.object_list), "page": page,
        "good": fading.with_answers(good[:_AT_ONCE]), "more_good": max(0, len(good) - _AT_ONCE),
        "keep": {"kind": kind} if kind else {},
    }  # fmt: skip
    return render(request, "desk/insight/fades.html", context)


@require_safe
@requires("viewer")
def losses(request: HttpRequest) -> HttpResponseBase:
    """Show what nobody noticed in a week: trifles that recur, by what they add up to.

    Those of which an alarm told come after them, apart.
    """
    week = named_day(request.GET.get("week", "")) or clock.now().date() - timedelta(days=1)
    found = queries.losses(week=week)
    if "format" in request.GET:
        return table_file("unnoticed", request.GET["format"], tables.LOSSES, tables.losses(found))
    page = Paginator(found, _AT_ONCE).get_page(request.GET.get("page"))
    context = {
        "week": week, "first": week - timedelta(days=6), "losses": page.object_list, "page": page,
        "silent": found.silent, "told": len(found) - found.silent,
        "keep": {"week": str(week)},
        "before": week - timedelta(days=7), "after": week + timedelta(days=7),
        "is_last": week + timedelta(days=7) >= clock.now().date(),
        "address": reverse("desk:losses"),
    }  # fmt: skip
    return render(request, "desk/insight/losses.html", context)


def _found(key: str) -> StreamView:
    one = queries.stream(key)
    if one is None:
        raise Http404("no touchpoint is watched under this name")
    return one
