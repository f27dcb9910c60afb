from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.probes import queries
from troth.probes.rules.results import StateShown
from troth.staff.access import requires
from troth.ui.shortcuts import page_or_part

_A_PAGE = 50
_ORDER = {"down": 0, "degraded": 1, "unknown": 2, "up": 3}


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show what is watched and how it is, what is wrong first."""
    now = clock.now()
    every = queries.states(at=now)
    choice = {name: request.GET.get(name, "")[:100] for name in ("search", "state")}
    chosen = sorted(_chosen(every, choice), key=lambda one: _ORDER[_shown_state(one)])
    page = Paginator(chosen, _A_PAGE).get_page(request.GET.get("page"))
    context = {
        "all": len(every),
        "counts": _counts(every),
        "choice": choice,
        "page": page,
        "rows": _rows(page),
        "now": now,
    }
    return render(request, page_or_part(request, "probes/index.html", part="rows"), context)


def _chosen(every: list[StateShown], choice: dict[str, str]) -> list[StateShown]:
    words = choice["search"].lower().split()
    return [
        one
        for one in every
        if all(word in f"{one.name} {one.slug} {one.kind}".lower() for word in words)
        and choice["state"] in ("", _shown_state(one))
    ]


def _shown_state(one: StateShown) -> str:
    return "unknown" if one.no_data else one.state


def _counts(every: list[StateShown]) -> dict[str, int]:
    found = dict.fromkeys(_ORDER, 0)
    for one in every:
        found[_shown_state(one)] += 1
    return {state: number for state, number in found.items() if number}


def _rows(page: Page[StateShown]) -> list[dict[str, object]]:
    latencies = queries.latencies([one.slug for one in page])
    return [
        {"one": one, "state": _shown_state(one), "latencies": latencies.get(one.slug, [])}
        for one in page
    ]
