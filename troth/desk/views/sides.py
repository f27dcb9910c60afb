"""The gaps: what was expected, promised, delivered and perceived of each touchpoint."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core.moments import looking_back
from troth.desk import tables
from troth.desk.views.outcomes import DAYS, days_of, zone_name
from troth.metrics.queries.mapped import journey
from troth.metrics.queries.sides import Touchpoint, touchpoint_sides
from troth.staff.access import requires
from troth.ui.sheets import table_file

_AT_ONCE = 50


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponseBase:
    """Show the four sides of each touchpoint, and the largest gap between them."""
    asked, days = looking_back(request.GET), days_of(request, usual=28)
    known = journey(at=asked.at)
    search = request.GET.get("search", "").strip()[:100]
    chosen = [one for one in known if search.casefold() in one.words] if search else known
    page = Paginator(chosen, _AT_ONCE).get_page(request.GET.get("page"))
    keys = [one.key for one in page.object_list]
    found = touchpoint_sides(keys, days=days, zone=zone_name(), at=asked.at)
    if "format" in request.GET and not asked.problem:
        return table_file("gaps", request.GET["format"], tables.SIDES, tables.sides(found))
    context = {
        "moments": asked, "days": days, "choices": DAYS, "search": search, "page": page,
        "all": len(known), "found": found, "worst": _worst(found), "keep": {"days": days},
    }  # fmt: skip
    return render(request, "desk/insight/sides.html", context)


def _worst(found: list[Touchpoint]) -> Touchpoint | None:
    """Return the touchpoint with the widest sure gap between shares: units do not compare."""
    wide = [one for one in found if one.found.largest and one.stream.reading == "share"]
    return max(wide, key=lambda one: abs(_size(one)), default=None)


def _size(one: Touchpoint) -> float:
    return one.found.largest.size if one.found.largest else 0.0


@require_safe
@requires("viewer")
def show(request: HttpRequest, key: str) -> HttpResponseBase:
    """Show one touchpoint's four sides, and the gap between each two."""
    asked, days = looking_back(request.GET), days_of(request, usual=28)
    found = touchpoint_sides([key], days=days, zone=zone_name(), at=asked.at)
    if not found:
        raise Http404("no touchpoint is watched under this name")
    if "format" in request.GET and not asked.problem:
        return table_file("gaps", request.GET["format"], tables.SIDES, tables.sides(found))
    context = {
        "moments": asked, "days": days, "choices": DAYS, "one": found[0], "keep": {"days": days},
        "promise": key.removeprefix("promise:") if key.startswith("promise:") else "",
    }  # fmt: skip
    return render(request, "desk/insight/side.html", context)
