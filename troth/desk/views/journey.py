"""The map of touchpoints: what is promised down, the steps of the journey across."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.core.moments import looking_back
from troth.desk import fading, tables
from troth.metrics import queries
from troth.metrics.drift.pictures import FadeView
from troth.metrics.queries.mapped import Cell, cells, streams_of
from troth.metrics.queries.matrixed import (
    Row,
    Seen,
    Sheet,
    Step,
    outlook,
    rows_of,
    sheets,
    steps_of,
)
from troth.promises import queries as promises
from troth.staff.access import requires
from troth.ui.sheets import table_file

NO_STEP: Final = "-"  # in an address: what stands at no step
ONLY: Final = {"short": "Short of its promise", "fading": "Fading", "silent": "Silent"}
_AT_ONCE = 50  # rows on a page
_FIRST = 20  # fades above the map


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader wants to see: words, a step, and what is the matter."""

    search: str = ""
    step: str = ""
    only: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "Choice":
        only = values.get("only", "")
        return cls(values.get("search", "").strip()[:100], values.get("step", "").strip()[:100],
                   only if only in ONLY else "")  # fmt: skip

    @property
    def kept(self) -> dict[str, str]:
        """Return what is chosen, for links and forms."""
        pairs = {"search": self.search, "step": self.step, "only": self.only}
        return {name: value for name, value in pairs.items() if value}

    def takes(self, one: Seen, fades: set[int], silent: set[int]) -> bool:
        """Whether it is among what is chosen; `fades` are streams that fade, `silent` as told."""
        if self.step and (one.step or NO_STEP) != self.step:
            return False
        held = {
            "short": one.missed > 0,
            "fading": one.pk in fades,
            "silent": one.is_silent or one.pk in silent,
        }
        return held.get(self.only, True) and self.search.casefold() in one.words


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the map: its steps, and of each row the cells at each of them."""

    steps: tuple[Step, ...]
    rows: tuple[tuple[Row, tuple[tuple[Step, tuple[Cell, ...]], ...]], ...]


@require_safe
@requires("viewer")
def index(request: HttpRequest) -> HttpResponseBase:
    """Show every touchpoint on the journey: its gap, how predictable it is, what fades there."""
    asked, choice = looking_back(request.GET), Choice.of(request.GET)
    every = queries.fades(open_only=True, at=asked.at)
    told = [one for one in every if one.rings]
    faded = set().union(*(streams_of(one) for one in told))
    silent = set().union(*(streams_of(one) for one in every if one.kind == "no_data"))
    seen = outlook(at=asked.at)
    chosen = [one for one in seen if choice.takes(one, faded, silent)]
    if "format" in request.GET and not asked.problem:
        found = cells(at=asked.at, streams=[one.pk for one in chosen])
        return table_file("touchpoints", request.GET["format"], tables.CELLS, tables.cells(found))
    steps = steps_of(seen, fading=faded)
    page = Paginator(rows_of(chosen), _AT_ONCE).get_page(request.GET.get("page"))
    shown = [one.pk for row in page.object_list for one in row.seen]
    found = cells(at=asked.at, streams=shown, told=every)
    context = {
        "moments": asked, "choice": choice, "keep": choice.kept, "only": ONLY, "no_step": NO_STEP,
        "steps": steps, "all": len(seen), "shown": len(chosen), "page": page,
        "tables": _tables(page.object_list, found, steps),
        "worst": max((one for one in seen if one.loss > 0), key=lambda one: one.loss, default=None),
        "worst_step": _worst(steps), "fading": len(faded), "short": _short(every),
        "fades": fading.with_answers(told[:_FIRST]), "more_fades": len(told[_FIRST:]),
        "blind": promises.blind_spots(at=asked.at or clock.now()),
    }  # fmt: skip
    return render(request, "desk/insight/index.html", context)


def _tables(rows: Iterable[Row], found: Iterable[Cell], steps: Iterable[Step]) -> list[Table]:
    by_pk, by_name = {one.stream.pk: one for one in found}, {one.name: one for one in steps}
    return [_table(sheet, by_pk, tuple(by_name[name] for name in sheet.steps))
            for sheet in sheets(rows)]  # fmt: skip


def _table(sheet: Sheet, found: Mapping[int, Cell], steps: tuple[Step, ...]) -> Table:
    rows = []
    for row, places in sheet.rows:
        held = [tuple(found[one.pk] for one in ones if one.pk in found) for ones in places]
        rows.append((row, tuple(zip(steps, held, strict=True))))
    return Table(steps, tuple(rows))


def _worst(steps: Sequence[Step]) -> Step | None:
    """Return the step that lost most; where no step has a name, none is the worst of them."""
    named = [one for one in steps if one.name and one.loss > 0]
    return max(named, key=lambda one: one.loss, default=None)


def _short(every: Iterable[FadeView]) -> int:
    """Return how many touchpoints are surely short of their promise."""
    return len(set().union(*(streams_of(one) for one in every if one.kind == "gap")))
