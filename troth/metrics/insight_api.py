"""Where trust fades, as JSON: the map, days against what was usual, facts, trifles, blind spots."""

from datetime import date, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from troth.core import clock
from troth.core.moments import Instant
from troth.core.paging import Paged, part
from troth.core.shapes import Listed, Pages
from troth.core.windows import Span
from troth.metrics import insight_schemas as shapes
from troth.metrics import queries, wording
from troth.metrics.drift.pictures import FadeView, StreamView
from troth.metrics.queries import mapped
from troth.metrics.queries.sides import touchpoint_sides
from troth.staff.access import ApiKey

router = Router(tags=["insight"], auth=ApiKey("read"))
_A_YEAR = 365
_LONGEST = 1_100  # days of one stream in one answer


class At(Schema):
    at: Instant | None = Field(None, description="The instant judged, as it is counted now.")


class Places(Pages):
    at: Instant | None = None
    search: str = Field("", max_length=100, description="In name, touchpoint and step.")


class Days(At):
    days: int = Field(90, ge=1, le=_LONGEST)


class Facts(Pages):
    at: Instant | None = Field(None, description="Those opened by then, as they stood.")
    state: Literal["open", "closed", "all"] = "open"
    kind: Literal[
        "", "stack", "fade", "spike", "surprise", "predictability", "gap", "threshold", "no_data"
    ] = ""
    stream: str = Field("", max_length=150, description="The key of one stream.")
    since: Instant | None = Field(None, description="Without those that had closed by then.")


class Week(Pages):
    week: date | None = Field(None, description="Its last day; yesterday by default.")


@router.get("/touchpoints", response=Listed[shapes.CellOut])
def list_touchpoints(request: HttpRequest, asked: Query[Places]) -> Paged[dict[str, Any]]:
    """List what is watched in the order of the journey, each over the last 28 whole days."""
    words = asked.search.strip().casefold()
    places = [one for one in mapped.journey(at=asked.at) if words in one.words]
    page = part(places, name=lambda one: one.key, cursor=asked.cursor, limit=asked.limit)
    found = {
        one.stream.pk: one
        for one in mapped.cells(at=asked.at, streams=[place.pk for place in page.items])
    }
    return Paged([_cell(found[one.pk]) for one in page.items], page.next, page.total)


@router.get("/touchpoints/{key}", response=shapes.DriftOut)
def show_touchpoint(request: HttpRequest, key: str, asked: Query[Days]) -> dict[str, Any]:
    """Show one stream day by day against what was usual of it, with what was told."""
    one, now = _stream(key), asked.at or clock.now()
    span = Span(now - timedelta(days=asked.days), now)
    chart = queries.chart(stream=one.pk, span=span, at=asked.at)
    return {
        "stream": one, "limit": chart.limit, "days": chart.points, "phases": chart.phases,
        "level_changed_on": chart.shifts, "facts": [_fact(fade) for fade in chart.fades],
    }  # fmt: skip


@router.get("/touchpoints/{key}/sides", response=shapes.SidesOut)
def show_sides(request: HttpRequest, key: str, asked: Query[Days]) -> dict[str, Any]:
    """Show what was expected, promised, delivered and perceived of one stream."""
    one, zone = _stream(key), settings.TROTH.time_zone
    (found,) = touchpoint_sides([one.key], days=min(asked.days, _A_YEAR), zone=zone, at=asked.at)
    gaps = [
        {
            "first": gap.first.name, "second": gap.second.name, "size": gap.size, "low": gap.low,
            "high": gap.high, "is_sure": gap.is_sure, "is_worse": gap.worse,
        }
        for gap in found.found.gaps
    ]  # fmt: skip
    return {
        "stream": one, "start": found.span.start, "end": found.span.end,
        "sides": found.found.sides, "gaps": gaps,
    }  # fmt: skip


@router.get("/fades", response=Listed[shapes.FactOut])
def list_fades(request: HttpRequest, asked: Query[Facts]) -> Paged[dict[str, Any]]:
    """List the facts of what faded, the newest first."""
    pk = _stream(asked.stream).pk if asked.stream else None
    found = queries.fades(open_only=asked.state == "open", since=asked.since, at=asked.at,
                          stream=pk)  # fmt: skip
    chosen = [
        one
        for one in found
        if (not asked.kind or one.kind == asked.kind)
        and (asked.state == "all" or one.is_open == (asked.state == "open"))
    ]
    page = part(chosen, name=lambda one: str(one.pk), cursor=asked.cursor, limit=asked.limit)
    return Paged([_fact(one) for one in page.items], page.next, page.total)


@router.get("/fades/{int:number}", response=shapes.FactOut)
def show_fade(request: HttpRequest, number: int) -> dict[str, Any]:
    """Show one fact as it stands."""
    found = queries.fade(number)
    if found is None:
        raise Http404("there is no fact of this number")
    return _fact(found)


@router.get("/unnoticed", response=Listed[shapes.TrifleOut])
def list_unnoticed(request: HttpRequest, asked: Query[Week]) -> Paged[Any]:
    """List a week's trifles by what they add up to: first those that nobody was told of."""
    zone = ZoneInfo(settings.TROTH.time_zone)
    week = asked.week or clock.now().astimezone(zone).date() - timedelta(days=1)
    found = list(queries.losses(week=week))
    return part(found, name=lambda one: one.stream.key, cursor=asked.cursor, limit=asked.limit)


@router.get("/blind-spots", response=list[shapes.BlindOut])
def list_blind_spots(request: HttpRequest, asked: Query[At]) -> list[Any]:
    """List the touchpoints of which nothing is known: they are not well."""
    return list(queries.coverage(at=asked.at or clock.now()))


def _stream(key: str) -> StreamView:
    found = queries.stream(key)
    if found is None:
        raise Http404("nothing of this key is watched")
    return found


def _cell(one: mapped.Cell) -> dict[str, Any]:
    known = one.is_enough
    return {
        "stream": one.stream, "cases": one.gap.n, "short": one.short, "missed": one.missed,
        "delivered": one.gap.delivered if known else None, "low": one.gap.low if known else None,
        "high": one.gap.high if known else None, "typical_day": one.typical if known else None,
        "bad_day": one.bad if known else None, "last_day": one.last,
        "fading": [fade.kind for fade in one.fades],
    }  # fmt: skip


def _fact(one: FadeView) -> dict[str, Any]:
    return {
        "id": one.pk, "kind": one.kind, "stream": one.stream.key if one.stream else None,
        "name": wording.title(one), "segment": one.segment, "text": wording.text(one),
        "since": one.onset, "opened_on": one.opened_on, "opened_at": one.opened_at,
        "recorded_at": one.recorded_at, "size": one.size, "rings": one.rings,
        "evidence": one.evidence, "contributors": one.contributors, "growth": one.growth,
        "closed_on": one.closed_on, "closed_at": one.closed_at, "why_closed": one.why_closed,
    }  # fmt: skip
