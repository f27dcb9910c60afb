"""The score and what moved it: promises, segments, days, down to the cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.core.moments import moments, named_day
from troth.desk import score_tables
from troth.promises import links
from troth.promises.queries import felt, scores
from troth.promises.scoring.attributing import (
    Attribution,
    DeedPart,
    NothingToCompareError,
    PromisePart,
)
from troth.promises.scoring.moving import Moved
from troth.promises.scoring.stored import StoredScore
from troth.staff.access import requires
from troth.ui import charts
from troth.ui.sheets import table_file

_YEAR = timedelta(days=365)
_MONTH = timedelta(days=28)
_MOST = 12  # causes of a promise, until all of them are asked for
_PUBLIC = "/method/#integrity"  # where everyone reads of integrity events
Days = tuple[int, int]  # ordinals, from the end of one to that of the other
_AT_ONCE = 100  # of all causes of one promise


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of a change: what it is, of which segment and day, and where its cases are."""

    moved: Moved
    day: date | None
    url: str


@dataclass(frozen=True, slots=True)
class Mover:
    """A promise that moved the score, and its causes, the greatest first.

    `page` is there where all of them are asked for, a page at a time.
    """

    part: PromisePart
    causes: tuple[Cause, ...]
    more: int
    page: Page[Moved] | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """What an integrity event moved, since when it counts, where it is shown, and its promise."""

    part: DeedPart
    day: date
    url: str
    promise: str


@require_safe
@requires("viewer")
def show(request: HttpRequest) -> HttpResponseBase:
    """Show the score, its pillars, how it went, and why it moved between two days."""
    if "format" in request.GET:
        return _file(request)
    asked = moments(request.GET)
    now = asked.at or clock.now()
    scope = "all" if request.GET.get("scope") == "all" else "public"
    start, end = _between(request, now)
    moved, whole = _moved(start, end, scope), request.GET.get("causes", "")
    survey = scores.constants_at(now, asked.as_of).felt
    context = {
        "moments": asked, "scope": scope, "start": start, "end": end, "moved": moved,
        "score": scores.score(at=asked.at, as_of=asked.as_of, scope=scope),
        "felt": felt.felt(survey, at=now), "chart": _chart(now, scope),
        "movers": _movers(moved, whole, request.GET.get("page")) if moved else (),
        "whole": whole, "deeds": _deeds(moved, scope) if moved else (),
    }  # fmt: skip
    return render(request, "desk/insight/score.html", context)


def _file(request: HttpRequest) -> HttpResponseBase:
    """Hand out a table of the screen (`table`): its days, its pillars, or what moved it."""
    asked, name = moments(request.GET), request.GET.get("table", "causes")
    if asked.problem or name not in score_tables.TABLES:
        raise Http404(name)
    now = asked.at or clock.now()
    scope = "all" if request.GET.get("scope") == "all" else "public"
    if name == "days":
        rows = score_tables.days(_year(now, scope))
    elif name == "pillars":
        rows = score_tables.pillars(scores.score(at=asked.at, as_of=asked.as_of, scope=scope))
    else:
        rows = score_tables.causes(_moved(*_between(request, now), scope))
    columns = score_tables.TABLES[name]
    return table_file(f"score-{name}", request.GET["format"], columns, rows)


def _between(request: HttpRequest, now: datetime) -> tuple[date, date]:
    end = named_day(request.GET.get("until", "")) or date.fromordinal(scores.day_of(now))
    return named_day(request.GET.get("from", "")) or end - _MONTH, end


def _moved(start: date, end: date, scope: str) -> Attribution | None:
    """Return why the score moved from the end of one day to that of another."""
    if start >= end:
        return None
    first, last = scores.end_of(start.toordinal()), scores.end_of(end.toordinal())
    try:
        return scores.attribution(start=first, end=last, scope=scope)
    except NothingToCompareError:
        return None


def _movers(found: Attribution, whole: str, page: str | None) -> Iterable[Mover]:
    """Return what moved it; of the promise `whole` that page of all its causes."""
    parts = sorted(found.promises, key=lambda part: -abs(part.points))
    return [
        _every(part, page, found.days) if part.slug == whole else _mover(part, found.days)
        for part in parts
        if abs(part.points) >= 0.005 or part.slug == whole  # noqa: PLR2004 - is shown as 0
    ]


def _mover(part: PromisePart, days: Days) -> Mover:
    ordered = _ordered(part)
    shown = tuple(_cause(part, cause, days) for cause in ordered[:_MOST])
    return Mover(part, shown, len(ordered) - len(shown))


def _every(part: PromisePart, number: str | None, days: Days) -> Mover:
    page = Paginator(_ordered(part), _AT_ONCE).get_page(number)
    return Mover(part, tuple(_cause(part, cause, days) for cause in page.object_list), 0, page)


def _ordered(part: PromisePart) -> list[Moved]:
    return sorted(part.causes, key=lambda cause: -abs(cause.points))


def _deeds(found: Attribution, scope: str) -> Iterable[Deed]:
    """Return each integrity event with its first day and where it is shown."""
    for one in found.deeds:
        public = scope == "public" or not one.deed.slug
        promise = reverse("promises:show", args=[one.deed.slug]) if one.deed.slug else ""
        yield Deed(one, date.fromordinal(one.deed.day), _PUBLIC if public else promise, promise)


def _cause(part: PromisePart, moved: Moved, days: Days) -> Cause:
    day = date.fromordinal(moved.day) if moved.day else None
    return Cause(moved, day, links.cases(part.slug, moved, part.attribute, days))


def _chart(now: datetime, scope: str) -> str:
    points = [charts.Point(row.day, row.value, row.low, row.high) for row in _year(now, scope)]
    if sum(point.value is not None for point in points) < 2:  # noqa: PLR2004 - a line has two ends
        return ""
    return charts.line(points, label="The score", unit="points")


def _year(now: datetime, scope: str) -> list[StoredScore]:
    since = (now - _YEAR).date()
    return scores.history(since=since, until=now.date(), scope=scope, brief=True)
