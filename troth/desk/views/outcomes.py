"""Outcomes: what became of trust, each figure with its counts, interval and exclusions."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.desk import tables
from troth.metrics import queries, shelving
from troth.metrics.outcomes.results import Outcome
from troth.metrics.queries.shelved import Answer
from troth.metrics.reading import attribute
from troth.metrics.rules import MeasureError
from troth.metrics.shelf import Question, last_days
from troth.staff.access import requires
from troth.ui.sheets import table_file
from troth.ui.shortcuts import page_or_part

DAYS = (28, 90, 180, 365)
# The four of the dashboard, by the names that fit over a figure.
_FIRST = {"csat": "CSAT", "nps": "NPS", "clv": "Lifetime value", "retention": "Retention"}


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponseBase:
    """Show the figures of which there are signals, over the days asked for."""
    days, now = days_of(request), clock.now()
    known = queries.outcomes_with_data()
    asked = [question(one.name, days) for one in known]
    answers = shelving.ask(asked, now=now)
    found = sorted((each for one in answers for each in one.outcomes), key=lambda one: one.title)
    if "format" in request.GET:
        return table_file(
            "outcomes", request.GET["format"], tables.OUTCOMES, tables.outcomes(found)
        )
    context = {
        "days": days, "choices": DAYS, "span": last_days(days, zone_name(), now=now),
        "figures": _figures(found), "others": [one for one in found if one.name not in _FIRST],
        "known": len(queries.outcome_definitions()), "any": bool(known), **state(answers),
    }  # fmt: skip
    template = page_or_part(request, "desk/insight/outcomes.html", part="outcomes")
    return render(request, template, context)


def _figures(found: Sequence[Outcome]) -> list[tuple[str, Outcome | None]]:
    """Return the four of the dashboard in their order, with None where there is no signal of it."""
    there = {one.name: one for one in found}
    return [(title, there.get(name)) for name, title in _FIRST.items()]


@require_safe
@requires("viewer")
def show(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show one figure: what it was made of, its parts and curves, and how it went by month."""
    known = {one.name: one for one in queries.outcome_definitions()}
    if name not in known:
        raise Http404("there is no outcome of this name")
    days, now = days_of(request), clock.now()
    by, problem = attribute_of(request)
    asked = [question(name, days), *([question(name, days, by=by)] if by else [])]
    answers = shelving.ask(asked, now=now)
    parts = answers[1].outcomes if by else ()
    if "format" in request.GET:
        rows = tables.outcomes([*answers[0].outcomes, *parts])
        return table_file(name, request.GET["format"], tables.OUTCOMES, rows)
    context = {
        "definition": known[name].definition, "one": next(iter(answers[0].outcomes), None),
        "days": days, "choices": DAYS, "by": by, "parts": parts,
        "problem": problem or next((one.problem for one in answers if one.problem), ""),
        "unit": known[name].unit, "months": queries.reported(name=name), **state(answers),
    }  # fmt: skip
    template = page_or_part(request, "desk/insight/outcome.html", part="outcome")
    return render(request, template, context)


def attribute_of(request: HttpRequest) -> tuple[str, str]:
    """Return the attribute that is asked for, or "" and why it cannot be one."""
    by = request.GET.get("by", "").strip()[:40]
    try:
        attribute(by or "none")
    except MeasureError as error:
        return "", str(error)
    return by, ""


def state(answers: Sequence[Answer]) -> dict[str, object]:
    """Return how far the worker has come, and as of when the oldest answer is known."""
    waiting = [one for one in answers if one.is_pending and not one.problem]
    counted: list[datetime] = [one.counted_at for one in answers if one.counted_at]
    return {
        "waiting": len(waiting), "asked": len(answers),
        "counted_at": min(counted, default=None),
        "older": sum(not one.is_current for one in answers if one.counted_at),
    }  # fmt: skip


def question(name: str, days: int, *, by: str = "") -> Question:
    return Question(name=name, zone=zone_name(), days=days, by=by)


def days_of(request: HttpRequest, *, usual: int = 90) -> int:
    """Return how many whole local days are asked for, up to the last one that is over."""
    text = request.GET.get("days", "")
    return int(text) if text.isdecimal() and int(text) in DAYS else usual


def zone_name() -> str:
    return str(settings.TROTH.time_zone)
