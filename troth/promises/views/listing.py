from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core.moments import moments
from troth.promises import queries, selection, wording
from troth.staff.access import requires
from troth.ui.shortcuts import page_or_part

_PAGE = 25


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show all promises: how many of each verdict, and a list to search, filter and sort."""
    asked = moments(request.GET)
    standings = queries.standing(at=asked.at, as_of=asked.as_of)
    wishes = {name: request.GET.get(name, "")[:200] for name in _CHOICES}
    choice = selection.Choice(**wishes)
    chosen = selection.select(standings, choice)
    context = {
        "moments": asked,
        "choice": choice,
        "keep": {name: wish for name, wish in wishes.items() if wish},
        "summary": wording.summary(standings),
        "counts": selection.counts(standings),
        "all": len(standings),
        "pillars": sorted({one.pillar for one in standings if one.pillar}),
        "sorts": wording.sorts(),
        "page": Paginator(chosen, _PAGE).get_page(request.GET.get("page")),
    }
    return render(request, page_or_part(request, "promises/index.html", part="rows"), context)


_CHOICES = ("search", "verdict", "pillar", "visibility", "sort")
