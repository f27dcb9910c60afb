"""Where friction is: what misses its promise, by how many, for how much work."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from math import isfinite

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from troth.core import clock
from troth.core.windows import TICK
from troth.plan import actions as planned
from troth.plan import queries as plan
from troth.plan.rules.friction import Friction, ranked
from troth.promises import queries
from troth.promises.rules.results import Count, Standing
from troth.staff.access import person, requires

_MOST = 100


@require_safe
@requires("viewer")
def friction(request: HttpRequest) -> HttpResponse:
    """Rank where most cases could be saved by day of work."""
    standings = [one for one in queries.standing() if one.segments]
    slug = request.GET.get("promise", "")
    one = next((each for each in standings if each.slug == slug), None)
    one = one or max(standings, key=lambda each: each.bad, default=None)
    context: dict[str, object] = {"standings": standings, "one": one}
    if one is not None:
        by = _attribute(request, one)
        counts = queries.by_segment(one.slug, attribute=by)
        frictions = _frictions(one, by, counts)[:_MOST]
        context |= {"by": by, "frictions": frictions, "days": _window_days(one.slug),
                    "cases": sum(count.total for count in counts.values())}  # fmt: skip
    return render(request, "desk/insight/friction.html", context)


def _window_days(slug: str) -> tuple[date, date]:
    """Return the first and the last local day of the headline window, as it is asked now."""
    asked = queries.drill(slug)
    first, last = (at.astimezone(asked.zone) for at in (asked.span.start + TICK, asked.span.end))
    return first.date(), last.date()


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
