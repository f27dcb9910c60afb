from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core.moments import Moments, moments, named_day
from troth.promises import cases
from troth.promises.rules.results import Detail, Standing
from troth.promises.views import found
from troth.signals.store import CasePage, Row
from troth.staff.access import requires
from troth.ui.shortcuts import page_or_part

_PAGE = 50
_KEPT = ("part", "window", "search", "by", "is", "day")
_NAMES = (
    ("judged", "judged"),
    ("broken", "not kept"),
    ("kept", "kept"),
    ("pending", "not yet due"),
    ("no_promise", "without a promise"),
)


@require_safe
@requires("viewer")
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the cases behind a number: of a window, and of a part of its figure."""
    asked = moments(request.GET)
    detail = found.detail(slug, asked)
    standing = detail.standing
    which = chosen(request, standing)
    page, problem = _page(which, asked, request.GET.get("after"))
    context = {
        "standing": standing,
        "moments": asked,
        "which": which,
        "keep": {name: request.GET[name] for name in _KEPT if request.GET.get(name)},
        "window": which.window or next((w.window for w in standing.windows), ""),
        "parts": [*_NAMES, *_excluded(standing)],
        "page": page,
        "rows": [(row, _cells(row, standing)) for row in page.cases],
        "problem": problem,
        "gone": None if problem else cases.let_go_before(which, asked),
        "counted": _counted(which, detail),
        "outcomes": any(row.outcome or row.value is not None for row in page.cases),
        "deadline": any(row.due_at for row in page.cases),
    }
    return render(request, page_or_part(request, "promises/cases.html", part="cases"), context)


def _cells(row: Row, standing: Standing) -> list[tuple[str, str | None]]:
    return [(name, row.segment.get(name)) for name in standing.segments]


def chosen(request: HttpRequest, standing: Standing) -> cases.Asked:
    """Return which cases the address asks for. An unknown part or window is not there: 404."""
    part = request.GET.get("part", "judged")
    window = request.GET.get("window") or None
    known = {name for name, _ in [*_NAMES, *_excluded(standing)]}
    if window and window not in {w.window for w in standing.windows}:
        raise Http404(window)
    if part not in known:
        raise Http404(part)
    by = request.GET.get("by", "")
    if by and by not in standing.segments:
        raise Http404(by)
    search, value = (request.GET.get(name, "").strip()[:200] for name in ("search", "is"))
    return cases.Asked(standing.slug, part, window, search, by, value, _day(request))


def _counted(which: cases.Asked, detail: Detail) -> int | None:
    """Return how many cases of the day or the window were counted; None where nobody can say.

    Of a day as adjusted by exclusions, of a window raw, as its cases are listed.
    """
    if which.by or which.search or which.part not in ("judged", "kept", "broken"):
        return None
    if which.day:
        held = next((day for day in detail.series if day.date == which.day), None)
        sums = (held.good, held.total) if held else None
    else:
        named = (w for w in detail.standing.windows if which.window in (None, w.window))
        window = next(named, None)
        sums = (window.raw_good, window.raw_total) if window else None
    if sums is None:
        return None
    return {"kept": sums[0], "broken": sums[1] - sums[0]}.get(which.part, sums[1])


def _day(request: HttpRequest) -> date | None:
    text = request.GET.get("day", "")
    found = named_day(text)
    if text and found is None:
        raise Http404(text)
    return found


def _excluded(standing: Standing) -> list[tuple[str, str]]:
    names = sorted({e.category for window in standing.windows for e in window.excluded if e.total})
    return [(f"{cases.EXCLUDED}{name}", f"excluded: {name}") for name in names]


def _page(which: cases.Asked, asked: Moments, after: str | None) -> tuple[CasePage, str]:
    try:
        return cases.page(which, asked, after=after, limit=_PAGE), ""
    except ValueError as error:
        return CasePage([], None, 0), str(error)
