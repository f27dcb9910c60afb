"""What the score believes of each promise, and of each of its segments."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.core.moments import moments
from troth.desk import tables
from troth.promises import queries
from troth.promises.queries import scores
from troth.promises.queries.segmenting import OTHERS
from troth.promises.scoring import bands
from troth.promises.scoring.belief import Belief
from troth.promises.scoring.composing import Band, Score
from troth.promises.scoring.gap import AT_TARGET
from troth.promises.scoring.parts import Part, Parted
from troth.staff.access import requires
from troth.ui.sheets import table_file

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A strand of a promise, its interval, its part of the whole, and what it costs of it.

    `cost` is in points of the score: below 0 the promise lifts it above 80.
    """

    belief: Belief
    band: Band
    part: float
    cost: float


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """List every promise in the score, the one that costs most first."""
    asked = moments(request.GET)
    scope = "all" if request.GET.get("scope") == "all" else "public"
    held = scores.score(at=asked.at, as_of=asked.as_of, scope=scope)
    search = request.GET.get("search", "").strip()[:100]
    costs = [
        (share * (AT_TARGET - one.points), share, one)
        for one, share in zip(held.beliefs, held.shares, strict=True)
        if search.casefold() in f"{one.name} {one.slug}".casefold()
    ]
    costs.sort(key=lambda cost: (-cost[0], cost[2].slug))
    page = Paginator(costs, _AT_ONCE).get_page(request.GET.get("page"))
    rows = [_row(cost, share, one, held) for cost, share, one in page.object_list]
    context = {
        "moments": asked, "scope": scope, "page": page, "rows": rows, "search": search,
        "all": len(held.beliefs), "least": held.constants.enough,
    }  # fmt: skip
    return render(request, "desk/insight/believed.html", context)


def _row(cost: float, share: float, one: Belief, held: Score) -> Row:
    return Row(one, Band(*bands.interval(bands.draws(one, held.constants))), share, cost)


@require_safe
@requires("viewer")
def show(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show what is believed of each segment of a promise, the one that costs most first."""
    asked = moments(request.GET)
    now = asked.at or clock.now()
    strands = scores.parted(slug, at=asked.at, as_of=asked.as_of)
    one = next(iter(queries.standing(slugs=[slug], at=asked.at, as_of=asked.as_of)), None)
    name = strands[0].belief.name if strands else one.name if one else ""
    if not name:
        raise Http404
    if "format" in request.GET:
        rows = tables.parts(strands)
        return table_file(f"{slug}-segments", request.GET["format"], tables.PARTS, rows)
    context = {
        "moments": asked, "now": now, "name": name, "slug": slug, "strands": strands,
        "by": strands[0].attribute if strands else "",
        "least": scores.constants_at(now, asked.as_of).enough, "others": OTHERS,
        "worst": _worst(strands),
    }  # fmt: skip
    return render(request, "desk/insight/believed_parts.html", context)


def _worst(strands: list[Parted]) -> Part | None:
    """Return the segment with the most cases broken beyond what was allowed, None without one."""
    parts = [part for strand in strands for part in strand.parts if len(strand.parts) > 1]
    costly = [part for part in parts if part.beyond > 0 and part.points is not None]
    return max(costly, key=lambda part: part.beyond, default=None)
