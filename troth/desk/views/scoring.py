"""The score and what moved it: promises, segments, days, down to the cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.core.moments import moments, named_day
from troth.promises.queries import felt, scores
from troth.promises.scoring.attributing import Attribution, NothingToCompareError, PromisePart
from troth.promises.scoring.moving import Moved
from troth.staff.access import requires
from troth.ui import charts

_YEAR = timedelta(days=365)
_MONTH = timedelta(days=28)
_MOST = 12


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of a change: what it is, of which segment and day, and where its cases are."""

    moved: Moved
    day: date | None
    url: str


@dataclass(frozen=True, slots=True)
class Mover:
    """A promise that moved the score, and its causes, the greatest first."""

    part: PromisePart
    causes: tuple[Cause, ...]
    more: int


@require_safe
@requires("viewer")
def show(request: HttpRequest) -> HttpResponse:
    """Show the score, its pillars, how it went, and why it moved between two days."""
    asked = moments(request.GET)
    now = asked.at or clock.now()
    scope = "all" if request.GET.get("scope") == "all" else "public"
    start, end = _between(request, now)
    moved = _moved(start, end, scope)
    survey = scores.constants_at(now, asked.as_of).felt
    context = {
        "moments": asked, "scope": scope, "start": start, "end": end, "moved": moved,
        "score": scores.score(at=asked.at, as_of=asked.as_of, scope=scope),
        "felt": felt.felt(survey, at=now), "chart": _chart(now, scope),
        "movers": _movers(moved) if moved else (),
    }  # fmt: skip
    return render(request, "desk/insight/score.html", context)


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


def _movers(found: Attribution) -> Iterable[Mover]:
    parts = sorted(found.promises, key=lambda part: -abs(part.points))
    return [_mover(part) for part in parts if abs(part.points) >= 0.005]  # noqa: PLR2004 - is shown as 0


def _mover(part: PromisePart) -> Mover:
    ordered = sorted(part.causes, key=lambda cause: -abs(cause.points))
    shown = tuple(_cause(part, cause) for cause in ordered[:_MOST])
    return Mover(part, shown, len(ordered) - len(shown))


def _cause(part: PromisePart, moved: Moved) -> Cause:
    day = date.fromordinal(moved.day) if moved.day else None
    query: dict[str, str] = {}
    if day is not None:
        query["at"] = datetime.combine(
            day + timedelta(days=1), datetime.min.time(), UTC
        ).isoformat()
    if moved.segment and part.attribute:
        query |= {"by": part.attribute, "is": moved.segment}
    return Cause(moved, day, f"{reverse('promises:cases', args=[part.slug])}?{urlencode(query)}")


def _chart(now: datetime, scope: str) -> str:
    rows = scores.history(since=(now - _YEAR).date(), until=now.date(), scope=scope)
    points = [charts.Point(row.day, row.value, row.low, row.high) for row in rows]
    if sum(point.value is not None for point in points) < 2:  # noqa: PLR2004 - a line has two ends
        return ""
    return charts.line(points, label="The score", unit="points")
