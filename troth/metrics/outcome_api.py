"""Outcomes as JSON. Shares are 0..1, instants UTC, a span holds what is after start, up to end."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from troth.core import clock
from troth.core.attributes import ATTRIBUTE
from troth.core.moments import Instant
from troth.core.paging import Paged, part
from troth.core.refusals import Refusal
from troth.core.shapes import Listed, Pages
from troth.core.windows import Span
from troth.metrics import queries
from troth.metrics.models_outcomes import Reported
from troth.metrics.outcomes import telling
from troth.metrics.recipes import Recipe, plain
from troth.metrics.rules import MeasureError
from troth.staff.access import ApiKey

router = Router(tags=["outcomes"], auth=ApiKey("read"))
Pair = Annotated[
    str, StringConstraints(pattern=rf"^{ATTRIBUTE}=[^\x00-\x1f\x7f]*$", max_length=200)
]


class OutcomeDefinitionOut(Schema):
    name: str
    title: str
    doc: str
    unit: str
    better: str = Field(description="Which is good news: more or less.")
    source: str = Field(description="catalogue, or own for one that somebody wrote.")
    definition_version: str
    minimum_n: int = Field(description="The least n for which a figure is shown.")
    kinds: list[str] = Field(description="The kinds of signals that it reads; empty: all.")
    options: dict[str, float | int | str | bool]


class FigureOut(Schema):
    value: float | None
    low: float | None = Field(description="The lower end of the 95 % interval.")
    high: float | None
    n: int
    numerator: float
    denominator: float


class PartOut(FigureOut):
    name: str
    unit: str


class PointOut(Schema):
    x: float
    value: float
    low: float | None
    high: float | None
    n: int


class CurveOut(Schema):
    name: str
    points: list[PointOut]


class SaidOut(FigureOut):
    """A figure over a span. Without a state of `shown` there is no value."""

    name: str
    start: datetime
    end: datetime
    segment: dict[str, str]
    state: str = Field(description="shown, not_enough, no_data or undefined.")
    excluded: dict[str, int] = Field(description="How many cases were left out, and why.")
    definition_version: str
    computed_at: datetime
    parts: list[PartOut]
    curves: list[CurveOut]
    facts: dict[str, float | int | str | None]
    needs: str = Field("", description="What it would take, where there are cases and no value.")


class OutcomeOut(SaidOut):
    title: str
    unit: str
    better: str
    minimum_n: int


class ReportedOut(SaidOut):
    reason: str = Field(description="What it was reported for.")


class Asked(Schema):
    start: Instant | None = Field(
        None, description="Default: 90 days before the end, or the history that the outcome reads."
    )
    end: Instant | None = Field(None, description="Default: now.")
    at: Instant | None = Field(None, description="The instant that asks. Default: now.")
    as_of: Instant | None = Field(None, description="What had been recorded by then.")
    segment: list[Pair] = Field([], description="Only this segment, as country=DE.", max_length=20)


class AskedBy(Pages, Asked):
    by: str = Field(description="An attribute of the segment.", pattern=f"^{ATTRIBUTE}$")


@router.get("/outcomes", response=Listed[OutcomeDefinitionOut])
def list_outcomes(request: HttpRequest, pages: Query[Pages]) -> Paged[dict[str, Any]]:
    """List every outcome: the catalogue's, and those that somebody wrote."""
    found = [_defined(one) for one in queries.outcome_definitions()]
    return part(found, name=lambda one: str(one["name"]), cursor=pages.cursor, limit=pages.limit)


@router.get("/outcomes/{name}", response=OutcomeOut)
def show_outcome(request: HttpRequest, name: str, asked: Query[Asked]) -> dict[str, Any]:
    """Show one outcome over a span, with its counts, interval and what was left out."""
    _known(name)
    try:
        found = queries.outcome(name, **_arguments(name, asked))
    except (queries.OutcomeError, MeasureError) as error:
        raise Refusal(422, str(error)) from None
    return telling.as_json(found)


@router.get("/outcomes/{name}/segments", response=Listed[OutcomeOut])
def list_segments(request: HttpRequest, name: str, asked: Query[AskedBy]) -> Paged[dict[str, Any]]:
    """List one outcome for each value of an attribute, the largest first, 200 at most."""
    _known(name)
    try:
        found = queries.outcomes_by(name, by=asked.by, **_arguments(name, asked))
    except (queries.OutcomeError, MeasureError) as error:
        raise Refusal(422, str(error)) from None
    return part(
        [telling.as_json(one) for one in found], name=lambda one: str(one["segment"]),
        cursor=asked.cursor, limit=asked.limit,
    )  # fmt: skip


@router.get("/outcomes/{name}/reported", response=Listed[ReportedOut])
def list_reported(request: HttpRequest, name: str, pages: Query[Pages]) -> Paged[dict[str, Any]]:
    """List what an outcome was said to be, span by span: the last of a span is said now."""
    found = [(row.pk, _said(row)) for row in queries.reported(name=name)]
    page = part(found, name=lambda one: str(one[0]), cursor=pages.cursor, limit=pages.limit)
    return Paged([said for _, said in page.items], page.next, page.total)


def _known(name: str) -> None:
    try:
        queries.outcome_named(name)
    except queries.OutcomeError as error:
        raise Http404(str(error)) from None


def _arguments(name: str, asked: Asked) -> dict[str, Any]:
    until = asked.end or asked.at or clock.now()
    if asked.start and asked.start >= until:
        raise Refusal(422, "start must lie before end", field="start")
    span = Span(asked.start, until) if asked.start else queries.outcome_span(name, until)
    return {
        "span": span, "segment": _segment(asked.segment), "at": asked.at,
        "as_of": asked.as_of,
    }  # fmt: skip


def _segment(pairs: Sequence[str]) -> dict[str, str]:
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}


def _defined(one: queries.NamedOutcome) -> dict[str, Any]:
    what = one.definition
    options = what.options if isinstance(what, Recipe) else {}
    return {
        "name": one.name, "title": what.title, "doc": what.doc, "unit": one.unit,
        "better": what.better, "source": one.source, "definition_version": one.version,
        "minimum_n": what.minimum, "kinds": list(one.kinds),
        "options": {name: plain(value) for name, value in options.items()},
    }  # fmt: skip


def _said(row: Reported) -> dict[str, Any]:
    return {
        "name": row.name, "start": row.starts_at, "end": row.ends_at,
        "segment": json.loads(row.segment or "{}"), "state": row.state, "value": row.value,
        "low": row.low, "high": row.high, "n": row.n, "numerator": row.numerator,
        "denominator": row.denominator, "excluded": row.excluded,
        "definition_version": row.definition_version, "computed_at": row.computed_at,
        "reason": row.reason, **row.detail,
    }  # fmt: skip
