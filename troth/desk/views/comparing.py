"""Where friction is: what misses its promise, by how many, for how much work."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from math import isfinite

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from troth.core import clock
from troth.core.moments import Moments, moments
from troth.core.sheets import Row
from troth.core.windows import TICK
from troth.plan import actions as planned
from troth.plan import queries as plan
from troth.plan.rules.friction import Friction, ranked
from troth.promises import queries
from troth.promises.queries import parts
from troth.promises.rules.results import Count, Detail, Standing
from troth.staff.access import person, requires
from troth.ui.sheets import table_file

_MOST = 100
COLUMNS = {
    "promise": "VARCHAR", "attribute": "VARCHAR", "part": "VARCHAR", "gap": "DOUBLE",
    "cases": "BIGINT", "broken": "BIGINT", "missed": "DOUBLE", "effort_days": "DOUBLE",
    "effort_guessed": "BOOLEAN", "saved_by_day": "DOUBLE",
}  # fmt: skip


@require_safe
@requires("viewer")
def friction(request: HttpRequest) -> HttpResponseBase:
    """Rank where most cases of a promise could be saved by day of work."""
    asked = moments(request.GET)
    standings = [one for one in queries.standing() if one.segments]
    slug = request.GET.get("promise", "")
    one = next((each for each in standings if each.slug == slug), None)
    one = one or max(standings, key=lambda each: each.bad, default=None)
    if one is None:
        return render(request, "desk/insight/friction.html", {"standings": [], "moments": asked})
    detail = queries.promise_detail(one.slug, at=asked.at, as_of=asked.as_of)
    by = _attribute(request, detail.standing)
    counts = _counts(one.slug, by, asked)
    found = _frictions(detail.standing, by, counts)
    if "format" in request.GET and not asked.problem:
        rows = _rows(found, one.slug, by)
        return table_file("friction", request.GET["format"], COLUMNS, rows)
    context = {
        "standings": standings, "one": detail.standing, "by": by, "frictions": found[:_MOST],
        "more": max(0, len(found) - _MOST), "days": _window_days(one.slug, asked),
        "moments": asked, "least": parts.fewest(detail.terms) if detail.terms else 1,
        "cases": sum(count.total for count in counts.values()),
        "keep": {"promise": one.slug, "by": by}, "gone": _gone(detail, asked),
    }  # fmt: skip
    return render(request, "desk/insight/friction.html", context)


def _counts(slug: str, by: str, asked: Moments) -> dict[str | None, Count]:
    if not by:
        return {}
    return queries.by_segment(slug, attribute=by, at=asked.at, as_of=asked.as_of)


def _window_days(slug: str, asked: Moments) -> tuple[date, date]:
    """Return the first and the last local day of the headline window, as it is asked."""
    found = queries.drill(slug, at=asked.at, as_of=asked.as_of)
    ends = (found.span.start + TICK, found.span.end)
    first, last = (at.astimezone(found.zone) for at in ends)
    return first.date(), last.date()


def _gone(detail: Detail, asked: Moments) -> datetime | None:
    """Return before when signals of the window are kept no longer."""
    if detail.terms is None:
        return None
    span = queries.drill(detail.standing.slug, at=asked.at, as_of=asked.as_of).span
    return parts.let_go_before(detail.terms, span)


def _rows(found: Iterable[Friction], slug: str, by: str) -> Iterator[Row]:
    for one in found:
        yield [
            slug, by, one.value, one.loss, one.volume, one.bad, one.missed, one.effort,
            one.guessed, one.rank,
        ]  # fmt: skip


def _frictions(one: Standing, by: str, counts: Mapping[str | None, Count]) -> list[Friction]:
    rows = [(value or "not said", _key(one.slug, by, value), count.good, count.total)
            for value, count in counts.items()]  # fmt: skip
    efforts = plan.efforts(key for _, key, _, _ in rows)
    return ranked(rows, target=Fraction(one.target), efforts=efforts)


def _key(slug: str, by: str, value: str | None) -> str:
    return f"{slug}?{by}={value or ''}"[:300]


@require_POST
@requires("editor")
def effort(request: HttpRequest) -> HttpResponse:
    """Say how many days of work it would be to mend something."""
    key, days = request.POST.get("key", "")[:300], _number(request.POST.get("days", ""))
    slug, _, rest = key.partition("?")
    _standing(slug)
    try:
        planned.guess_effort(key=key, days=days, by=person(request), now=clock.now())
    except planned.ImpossibleError as error:
        messages.error(request, str(error))
    by = rest.partition("=")[0]
    return redirect(f"{reverse('desk:friction')}?promise={slug}&by={by}")


def _number(text: str) -> float:
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return 0.0
    return found if isfinite(found) else 0.0


def _attribute(request: HttpRequest, one: Standing) -> str:
    """Return the attribute that is asked for, if the promise declares it; else its first."""
    asked = request.GET.get("by", "")
    return asked if asked in one.segments else next(iter(one.segments), "")


def _standing(slug: str) -> Standing:
    found = queries.standing(slugs=[slug])
    if not found:
        raise Http404("there is no promise of this name")
    return found[0]
