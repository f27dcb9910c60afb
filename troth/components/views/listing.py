from collections import Counter
from collections.abc import Sequence

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from troth.components import actions, queries
from troth.components.models import Component
from troth.components.rules.combining import SEVERITY
from troth.components.rules.results import Board, GroupShown, Shown, Status
from troth.components.rules.words import WORDS
from troth.components.views import found
from troth.core import clock
from troth.core.moments import moments
from troth.staff.access import person, requires
from troth.ui.sheets import csv_file
from troth.ui.shortcuts import page_or_part

_PAGE = 50
_COLUMNS = ["uid", "name", "group", "status", "since", "uptime_90_days", "audiences", "monitors"]


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponse:
    """Show all components by group: how they are and were, to search and to filter."""
    asked = moments(request.GET)
    board = queries.board(at=asked.at, as_of=asked.as_of, everything=True)
    search, wanted = request.GET.get("search", "")[:200], request.GET.get("status", "")
    page = Paginator(_chosen(board, search, wanted), _PAGE).get_page(request.GET.get("page"))
    context = {
        "moments": asked,
        "board": board,
        "search": search,
        "status": wanted,
        "counts": _counts(board.components),
        "summary": _summary(board.components),
        "page": page,
        "rows": _rows(list(page.object_list), board.groups),
        "keep": {"search": search, "status": wanted},
    }
    return render(request, page_or_part(request, "components/index.html", part="rows"), context)


def _chosen(board: Board, search: str, wanted: str) -> list[Shown]:
    text = search.strip().lower()
    names = {one.uid: one.name for one in board.groups}
    return [
        one
        for one in board.components
        if (not wanted or one.status == wanted)
        and (not text or text in f"{names.get(one.group or '', '')} {one.name} {one.slug}".lower())
    ]


def _counts(shown: Sequence[Shown]) -> list[tuple[Status, int]]:
    counts = Counter(one.status for one in shown)
    return sorted(counts.items(), key=lambda item: -SEVERITY[item[0]])


def _summary(shown: Sequence[Shown]) -> str:
    counts = Counter(one.status for one in shown)
    wrong = len(shown) - counts[Status.OPERATIONAL] - counts[Status.NO_DATA]
    if not shown:
        return "Components"
    if wrong:
        return f"{wrong} of {len(shown)} components {'is' if wrong == 1 else 'are'} not well."
    if counts[Status.NO_DATA]:
        return f"We know nothing of {counts[Status.NO_DATA]} of {len(shown)} components."
    return f"All {len(shown)} components work." if len(shown) > 1 else "The component works."


def _rows(
    shown: Sequence[Shown], groups: Sequence[GroupShown]
) -> list[tuple[GroupShown | None, str, list[Shown]]]:
    """Return (group, its whole name, components) in order; those of no group first."""
    by_uid = {one.uid: one for one in groups}
    found: list[tuple[GroupShown | None, str, list[Shown]]] = []
    for one in shown:
        group = by_uid.get(one.group or "")
        if not found or found[-1][0] != group:
            parent = by_uid.get(group.parent or "") if group else None
            name = f"{parent.name} / {group.name}" if group and parent else ""
            found.append((group, name or (group.name if group else ""), []))
        found[-1][2].append(one)
    return found


@require_POST
@requires("editor")
def move(request: HttpRequest, slug: str, way: str) -> HttpResponse:
    """Move a component up or down among those of its group."""
    row = found.row(Component, slug)
    beside = Component.objects.filter(group=row.group, retired_at=None)
    order = list(beside.values_list("slug", flat=True))
    here = order.index(slug) if slug in order else 0
    there = min(max(here + (-1 if way == "up" else 1), 0), len(order) - 1)
    if slug in order and here != there:
        order.insert(there, order.pop(here))
        actions.arrange(order=order, by=person(request), now=clock.now())
    return redirect(f"/desk/status/#c-{slug}")


@require_safe
@requires("viewer")
def export(request: HttpRequest) -> HttpResponseBase:
    """Hand out the components as the list was filtered."""
    asked = moments(request.GET)
    board = queries.board(at=asked.at, as_of=asked.as_of, everything=True)
    shown = _chosen(board, request.GET.get("search", ""), request.GET.get("status", ""))
    names = {one.uid: one.name for one in board.groups}
    rows = (
        [one.uid, one.name, names.get(one.group or "", ""), WORDS[one.status], one.since,
         None if one.share is None else float(one.share), " ".join(one.audiences),
         " ".join(one.monitors)]
        for one in shown
    )  # fmt: skip
    return csv_file("components", _COLUMNS, rows)
