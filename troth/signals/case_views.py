"""The desk's screens about what came in: who says what, and the cases."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.core.moments import Moments, moments
from troth.signals import finding, overview, queries
from troth.signals.store import FLAGS, CasePage, Filter
from troth.staff.access import requires
from troth.ui.shortcuts import page_or_part

_PAGE = 50
_ODD = {
    "resolved-before-happened": later("done before happening"),
    "future": later("that happened in the future"),
}
_NAMES = ("source", "kind", "search", "where", "flagged")


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show the sources and kinds, when each was heard last, and what waits or is odd."""
    now, store = clock.now(), queries.store()
    flagged = {name: store.cases(Filter(flagged=name), limit=1).total for name in FLAGS}
    context = {
        "now": now,
        "sources": overview.sources(now=now),
        "kinds": overview.kinds(now=now),
        "flagged": [(name, _ODD[name], count) for name, count in flagged.items() if count],
        "inbox": queries.inbox_depth(),
        "statistics": store.statistics(),
    }
    return render(request, "signals/index.html", context)


@require_safe
@requires("viewer")
def cases(request: HttpRequest) -> HttpResponse:
    """Show cases by source, kind, key, a condition or a flag, newest first."""
    asked = moments(request.GET)
    wishes = {name: request.GET.get(name, "").strip()[:2000] for name in _NAMES}
    page, problem = _page(wishes, asked, request.GET.get("after"))
    store = queries.store()
    context = {
        "moments": asked,
        "wishes": wishes,
        "page": page,
        "problem": problem,
        "sources": store.sources(),
        "kinds": store.kinds(),
        "flags": FLAGS,
    }
    return render(request, page_or_part(request, "signals/cases.html", part="cases"), context)


def _page(wishes: dict[str, str], asked: Moments, after: str | None) -> tuple[CasePage, str]:
    try:
        return queries.store().cases(finding.chosen(wishes, asked), after=after, limit=_PAGE), ""
    except ValueError as error:
        return CasePage([], None, 0), str(error)
