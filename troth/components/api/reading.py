"""How components are and were. Every figure takes `at` and `as_of`."""

from datetime import timedelta
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import Field

from troth.components import queries
from troth.components.api import schemas
from troth.components.queries import FormulaShown, SpanShown
from troth.components.rules.results import GroupShown, Shown, Status
from troth.core import clock
from troth.core.moments import Instant
from troth.core.paging import Paged, part
from troth.core.refusals import Refusal
from troth.core.shapes import Listed, Moment, Pages
from troth.core.windows import Span
from troth.staff.access import ApiKey

router = Router(auth=ApiKey("read"))
Name = Annotated[str, Path(max_length=100, pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
_LONGEST = timedelta(days=366 * 10)


class ComponentFilter(Moment, Pages):
    search: str = Field("", max_length=200)
    status: Status | None = None
    page: str | None = Field(
        None, max_length=60, pattern="^[a-z0-9-]*$", description="Only what this page shows."
    )


class Since(Pages):
    since: Instant | None = Field(None, description="90 days before `until`, without one.")
    until: Instant | None = Field(None, description="Now, without one; ten years at most.")
    as_of: Instant | None = None


@router.get("/components", response=Listed[schemas.ComponentOut])
def list_components(request: HttpRequest, asked: Query[ComponentFilter]) -> Paged[Shown]:
    """List components as staff see them, or as one page shows them."""
    board = queries.board(
        at=asked.at, as_of=asked.as_of, page=asked.page, everything=asked.page is None
    )
    text = asked.search.strip().lower()
    chosen = [
        one
        for one in board.components
        if (asked.status is None or one.status is asked.status)
        and text in f"{one.name} {one.slug}".lower()
    ]
    return part(chosen, name=lambda one: one.uid, cursor=asked.cursor, limit=asked.limit)


@router.get("/component-groups", response=list[schemas.ComponentGroupOut])
def list_groups(request: HttpRequest, moment: Query[Moment]) -> list[GroupShown]:
    """List the groups that hold components."""
    board = queries.board(at=moment.at, as_of=moment.as_of, everything=True)
    return list(board.groups)


@router.get("/components/{component}", response=schemas.ComponentOut)
def show_component(request: HttpRequest, component: Name, moment: Query[Moment]) -> Shown:
    """Show one component by uid or slug, a retired one too."""
    return found(component, moment)


@router.get("/components/{component}/days", response=list[schemas.ComponentDayOut])
def list_component_days(
    request: HttpRequest,
    component: Name,
    moment: Query[Moment],
    days: Annotated[int, Query(ge=1, le=366)] = 90,
) -> list[dict[str, object]]:
    """List its local days, oldest first: seconds in each status, and the uptime."""
    shown = found(component, moment, days=days)
    return [
        {"date": day.date, "worst": day.worst, "share": day.share, "seconds": dict(day.seconds)}
        for day in shown.strip
    ]


@router.get("/components/{component}/history", response=Listed[schemas.ConditionOut])
def list_component_history(
    request: HttpRequest, component: Name, asked: Query[Since]
) -> Paged[SpanShown]:
    """List what held of it in a span and why, newest first."""
    found(component, Moment())
    told = queries.spans(component, _span(asked), as_of=asked.as_of)[::-1]
    return part(
        told, name=lambda one: one.starts_at.isoformat(), cursor=asked.cursor, limit=asked.limit
    )


@router.get("/components/{component}/downtime", response=schemas.DowntimeOut)
def show_component_downtime(
    request: HttpRequest, component: Name, asked: Query[Since]
) -> dict[str, object]:
    """Show how long it was down in a span, to the second, and by whom."""
    found(component, Moment())
    told = queries.downtime(component, _span(asked), as_of=asked.as_of)
    return {
        "known": told.known, "silent": told.silent, "down": told.down, "raw": told.raw,
        "share": told.share, "raw_share": told.raw_share,
        "caused_by": [{"ref": ref, "seconds": seconds} for ref, seconds in told.by_ref],
    }  # fmt: skip


@router.get("/uptime-formula", response=schemas.FormulaOut)
def show_formula(request: HttpRequest) -> dict[str, object]:
    """Show how uptime is counted now, as the page says it."""
    return _formula(queries.uptime_formula())


def _formula(shown: FormulaShown) -> dict[str, object]:
    weights = {name: getattr(shown.weights, name) for name in shown.weights.__slots__}
    named = {name: getattr(shown, name) for name in shown.__slots__}
    return {**named, **weights}


def found(component: str, moment: Moment, *, days: int = 90) -> Shown:
    shown = queries.component(component, at=moment.at, as_of=moment.as_of, days=days)
    if shown is None:
        raise Refusal(404, f"there is no component “{component}”")
    return shown


def _span(asked: Since) -> Span:
    until = asked.until or clock.now()
    since = asked.since or until - timedelta(days=90)
    if since >= until:
        raise Refusal(422, "since must come before until", field="since")
    if until - since > _LONGEST:
        raise Refusal(422, "a span holds ten years at most", field="since")
    return Span(since, until)
