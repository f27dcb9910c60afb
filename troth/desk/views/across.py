"""Where friction is across all touchpoints: what to mend first, by what a day of work saves."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from troth.core import clock
from troth.core.moments import looking_back
from troth.core.sheets import Row
from troth.desk.views import comparing
from troth.metrics import queries as metrics
from troth.metrics.queries.mapped import Cell, cells
from troth.metrics.queries.matrixed import Seen, outlook
from troth.plan import actions as planned
from troth.plan import queries as plan
from troth.plan.rules.friction import Place, first_to_mend
from troth.staff.access import person, requires
from troth.ui.sheets import table_file

COLUMNS: Final = {
    "key": "VARCHAR", "name": "VARCHAR", "touchpoint": "VARCHAR", "step": "VARCHAR",
    "gap": "DOUBLE", "cases": "BIGINT", "missed": "DOUBLE", "weight": "DOUBLE", "loss": "DOUBLE",
    "effort_days": "DOUBLE", "effort_guessed": "BOOLEAN", "saved_by_day": "DOUBLE",
}  # fmt: skip
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A touchpoint in the order of mending, with what it came to."""

    place: Place
    cell: Cell


@require_safe
@requires("viewer")
def friction(request: HttpRequest) -> HttpResponseBase:
    """Rank all touchpoints by what a day of work would save; `promise=` looks within one."""
    if "promise" in request.GET:
        return comparing.friction(request)
    asked = looking_back(request.GET)
    seen = {one.key: one for one in outlook(at=asked.at)}
    efforts = plan.efforts(None)
    ranked = first_to_mend({key: one.loss for key, one in seen.items()}, efforts=efforts)
    if "format" in request.GET and not asked.problem:
        found = _shown(ranked, seen, asked.at)
        return table_file("friction", request.GET["format"], COLUMNS, _rows(found))
    page = Paginator(ranked, _AT_ONCE).get_page(request.GET.get("page"))
    found = _shown(list(page.object_list), seen, asked.at)
    context = {
        "moments": asked, "page": page, "found": found, "watched": len(seen),
        "silent": all(one.is_silent for one in seen.values()),
        "first": seen[ranked[0].key] if ranked else None,
        "guesses": sum(one.guessed for one in ranked), "all": len(ranked),
        "weighted": any(one.cell.stream.weight != 1 for one in found),
    }  # fmt: skip
    return render(request, "desk/insight/across.html", context)


def _shown(ranked: Sequence[Place], seen: dict[str, Seen], at: datetime | None) -> list[Shown]:
    pks = [seen[one.key].pk for one in ranked]
    by_key = {one.stream.key: one for one in cells(at=at, streams=pks, told=())} if pks else {}
    return [Shown(one, by_key[one.key]) for one in ranked if one.key in by_key]


def _rows(found: Iterable[Shown]) -> Iterator[Row]:
    for one in found:
        of, place = one.cell.stream, one.place
        yield [
            of.key, of.name, of.touchpoint, of.step, one.cell.short, one.cell.gap.n,
            one.cell.missed, of.weight, place.loss, place.effort, place.guessed, place.rank,
        ]  # fmt: skip


@require_POST
@requires("editor")
def effort(request: HttpRequest) -> HttpResponse:
    """Say how many days of work it would be to mend a touchpoint."""
    key = request.POST.get("key", "")
    if metrics.stream(key) is None:
        raise Http404("no touchpoint is watched under this name")
    try:
        planned.guess_effort(key=key, days=_number(request.POST.get("days", "")),
                             by=person(request), now=clock.now())  # fmt: skip
    except planned.ImpossibleError as error:
        messages.error(request, str(error))
    return redirect("desk:friction")


def _number(text: str) -> float:
    """Return the number that was written, with a comma or a point; else none that is taken."""
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return 0.0
    return found if isfinite(found) else 0.0
