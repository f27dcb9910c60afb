"""Outcomes: what became of trust, each figure with its counts, interval and exclusions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.core.moments import Moments, looking_back
from troth.desk import courses, tables
from troth.desk.dashboard import first_names, tiles, why_nothing
from troth.desk.missing import missing
from troth.metrics import queries, shelving
from troth.metrics.lookback import months_read
from troth.metrics.outcomes.results import Outcome
from troth.metrics.queries import NamedOutcome
from troth.metrics.queries.shelved import Answer
from troth.metrics.reading import attribute
from troth.metrics.rules import MeasureError
from troth.metrics.shelf import Question, last_days, last_midnight, lately
from troth.staff.access import requires
from troth.ui.sheets import table_file
from troth.ui.shortcuts import page_or_part

DAYS = (28, 90, 180, 365)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list. `said`: why there is no figure. `months` of history that it reads."""

    name: str
    title: str
    one: Outcome | None
    said: str
    months: int


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponseBase:
    """Show the figures of which there are signals, and how the first four went by month."""
    days, now, asked = days_of(request), clock.now(), moments_of(request)
    known = {one.name: one for one in queries.outcomes_with_data()}
    at = evening(asked)
    mine = {name: _question(one, days, at=at) for name, one in known.items()}
    by_month = courses.questions(known, zone=zone_name(), at=at or now)
    told = _answers([*mine.values(), *(one for each in by_month.values() for one in each)], now)
    answers = {name: told[one.digest] for name, one in mine.items()}
    if "format" in request.GET and not asked.problem:
        found = [each for one in answers.values() for each in one.outcomes if not each.is_idle]
        rows = tables.outcomes(sorted(found, key=lambda one: one.title))
        return table_file("outcomes", request.GET["format"], tables.OUTCOMES, rows)
    months = {name: [told[one.digest] for one in each] for name, each in by_month.items()}
    context = {
        "days": days, "choices": DAYS, "span": last_days(days, zone_name(), now=at or now),
        "tiles": tiles(known, answers, months), "others": _rows(known, answers), "moments": asked,
        "keep": {"days": days}, "missing": missing(_told(answers)), "any": bool(known),
        "known": len(queries.outcome_definitions()), **state(list(told.values())),
    }  # fmt: skip
    template = page_or_part(request, "desk/insight/outcomes.html", part="outcomes")
    return render(request, template, context)


def _told(answers: Mapping[str, Answer]) -> list[str]:
    """Return the names of which there is something to tell, or may be when it is counted."""
    idle = {name for name, one in answers.items() if any(each.is_idle for each in one.outcomes)}
    return [name for name in answers if name not in idle]


def _question(
    one: NamedOutcome, days: int, *, at: datetime | None = None, by: str = ""
) -> Question:
    return lately(one.name, one.definition, zone=zone_name(), days=days, at=at, by=by)


def _answers(asked: Sequence[Question], now: datetime) -> dict[str, Answer]:
    """Return digest of the question → what stands on the shelf for it."""
    return {one.question.digest: one for one in shelving.ask(asked, now=now)}


def _rows(known: Mapping[str, NamedOutcome], answers: Mapping[str, Answer]) -> list[Row]:
    """Return the others than the four, in order of title; not those of kinds without a case."""
    found, first = [], first_names(known)
    for name, answer in answers.items():
        one = next(iter(answer.outcomes), None)
        waits = one is None and known[name].kind  # of thirty kinds most will have no case
        if name not in first and not waits and not (one and one.is_idle):
            what = known[name].definition
            found.append(Row(name, what.title, one, why_nothing(answer), months_read(what)))
    return sorted(found, key=lambda row: row.title)


@require_safe
@requires("viewer")
def show(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show one figure: what it was made of, its parts and curves, and how it went by month."""
    named, now, asked = _named(name), clock.now(), moments_of(request)
    days, at = days_of(request), evening(asked)
    by, problem = attribute_of(request)
    wanted = [_question(named, days, at=at, by=each) for each in (["", by] if by else [""])]
    answers = shelving.ask(wanted, now=now)
    parts = answers[1].outcomes if by else ()
    if "format" in request.GET and not asked.problem:
        rows = tables.outcomes([*answers[0].outcomes, *parts])
        return table_file(_file_name(name), request.GET["format"], tables.OUTCOMES, rows)
    context = {
        "definition": named.definition, "one": next(iter(answers[0].outcomes), None),
        "name": name, "days": days, "choices": DAYS, "by": by, "parts": parts,
        "problem": problem or next((one.problem for one in answers if one.problem), ""),
        "unit": named.unit, "months": _said_by(name, asked.at), "moments": asked,
        "keep": {"days": days, "by": by}, "history": months_read(named.definition),
        **state(answers),
    }  # fmt: skip
    template = page_or_part(request, "desk/insight/outcome.html", part="outcome")
    return render(request, template, context)


def _named(name: str) -> NamedOutcome:
    try:
        return queries.outcome_named(name)
    except queries.OutcomeError as error:
        raise Http404(str(error)) from None


def _said_by(name: str, at: datetime | None) -> list[Any]:
    """Return what had been reported by an instant; all by default."""
    return [one for one in queries.reported(name=name) if at is None or one.computed_at <= at]


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)


def moments_of(request: HttpRequest) -> Moments:
    """Return the evening that is looked back to. One that lies ahead is a problem, in words."""
    asked = looking_back(request.GET)
    if asked.at and asked.at > clock.now():
        return replace(asked, at=None, problem="What lies ahead cannot be looked back on")
    return asked


def evening(asked: Moments) -> datetime | None:
    """Return the last local midnight at or before the instant; None where it is now.

    Whole days are read: every instant of a day asks the same, and it is counted once.
    """
    return last_midnight(zone_name(), at=asked.at) if asked.at else None


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


def days_of(request: HttpRequest, *, usual: int = 90) -> int:
    """Return how many whole local days are asked for, up to the last one that is over."""
    text = request.GET.get("days", "")
    return int(text) if text.isdecimal() and int(text) in DAYS else usual


def zone_name() -> str:
    return str(settings.TROTH.time_zone)
