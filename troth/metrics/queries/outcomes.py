"""Outcomes: what became of customers, with all that it takes to believe the figure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from troth.core import clock
from troth.core.windows import Span
from troth.metrics import measuring, reading
from troth.metrics.outcomes.results import Curve, Finding, Outcome, Part, State
from troth.metrics.outcomes.tables import Context, Table
from troth.metrics.queries.mixtures import refuse_mixture
from troth.metrics.queries.outcome_names import Named, OutcomeError, named
from troth.metrics.reading import Frame
from troth.metrics.recipes import Recipe
from troth.signals import queries as signals

_MOST_SEGMENTS = 200
UTC = ZoneInfo("UTC")


def outcome(  # noqa: PLR0913 - one argument for each thing that a question has
    name: str, *, span: Span, segment: Mapping[str, str] | None = None, at: datetime | None = None,
    as_of: datetime | None = None, zone: ZoneInfo | None = None,
) -> Outcome:  # fmt: skip
    """Return the outcome of this name over a span.

    `segment` narrows it to cases with these attributes. `at` is the instant that asks: nothing
    later is read, and what is too recent at it to tell is left out; now by default. `as_of`
    answers with what had been recorded by then. `zone`: whose days, where something asks for a day;
    that of the definition by default. Raises OutcomeError, MeasureError.
    """
    one = named(name)
    frame = framed(span, segment, at, as_of, zone or one.zone or UTC)
    return next(answered(one, frame))


def outcomes_by(  # noqa: PLR0913 - one argument for each thing that a question has
    name: str, *, by: str, span: Span, segment: Mapping[str, str] | None = None,
    at: datetime | None = None, as_of: datetime | None = None, zone: ZoneInfo | None = None,
) -> list[Outcome]:  # fmt: skip
    """Return the outcome for each value of an attribute, the largest first, 200 at most.

    Cases without the attribute are in none of them. Raises OutcomeError, MeasureError.
    """
    one = named(name)
    frame = replace(framed(span, segment, at, as_of, zone or one.zone or UTC), by=by)
    return largest(answered(one, frame))


def largest(found: Iterable[Outcome]) -> list[Outcome]:
    """Return the 200 outcomes with most cases, the largest first."""
    return sorted(found, key=lambda one: (-one.n, [*one.segment.values()]))[:_MOST_SEGMENTS]


def retention(
    *, span: Span, segment: Mapping[str, str] | None = None, at: datetime | None = None,
    name: str = "retention",
) -> tuple[Curve, ...]:  # fmt: skip
    """Return retention curves: “all” first, then one a cohort; name="survival" for contracts'."""
    return outcome(name, span=span, segment=segment, at=at).curves


def framed(
    span: Span, segment: Mapping[str, str] | None, at: datetime | None, as_of: datetime | None,
    zone: ZoneInfo,
) -> Frame:  # fmt: skip
    """Return what is asked, with now as the instant that asks. Raises OutcomeError."""
    if span.end <= span.start:
        raise OutcomeError("a span ends after it starts")
    return Frame(
        span=span, at=at or clock.now(), as_of=as_of, segment=dict(segment or {}), zone=zone
    )


def answered(one: Named, frame: Frame) -> Iterator[Outcome]:
    """Yield the outcome; where the frame splits, for each value of the attribute.

    Raises OutcomeError, MeasureError.
    """
    refuse_mixture(one, frame)
    found = (
        _cooked(one.definition, frame) if isinstance(one.definition, Recipe)
        else measuring.findings(signals.store(), one.definition, frame)
    )  # fmt: skip
    for value, finding in found:
        yield _told(one, frame, value, finding)


def _cooked(recipe: Recipe, frame: Frame) -> Iterator[tuple[str | None, Finding]]:
    """Yield (value of the attribute, finding); (None, finding) where there is no split."""
    tables = reading.tables(signals.store(), recipe.inputs, frame)
    context = Context(
        span=frame.span, at=frame.at, options=dict(recipe.options), minimum=recipe.minimum
    )
    if frame.by is None:
        yield None, recipe.formula(tables, context)
        return
    for value in _values(tables):
        yield value, recipe.formula(_of(tables, value), context)


def _values(tables: Mapping[str, Table]) -> list[str]:
    """Return the values of the attribute that most cases have, in order of the alphabet."""
    counts = Counter(
        text
        for one in tables.values() if reading.SEGMENT in one.columns
        for text in one[reading.SEGMENT].tolist() if text is not None
    )  # fmt: skip
    return sorted(text for text, _ in counts.most_common(_MOST_SEGMENTS))


def _of(tables: Mapping[str, Table], value: str) -> dict[str, Table]:
    return {
        name: one.only(one[reading.SEGMENT] == value) if reading.SEGMENT in one.columns else one
        for name, one in tables.items()
    }


def _told(one: Named, frame: Frame, value: str | None, found: Finding) -> Outcome:
    what, figure = one.definition, found.figure
    state = _state(figure.n, figure.value, what.minimum)
    shown = state is State.SHOWN
    extra = {frame.by: value} if frame.by and value is not None else {}
    facts: dict[str, Any] = dict(found.facts) if shown else {}
    return Outcome(
        name=one.name, title=what.title, doc=what.doc, span=frame.span,
        segment={**frame.segment, **extra}, unit=one.unit, better=what.better,
        numerator=figure.numerator, denominator=figure.denominator, n=figure.n,
        value=figure.value if shown else None, low=figure.low if shown else None,
        high=figure.high if shown else None, state=state, minimum_n=what.minimum,
        definition_version=one.version, computed_at=frame.at, excluded=dict(found.excluded),
        parts=tuple(hushed(part, what.minimum) for part in found.parts),
        curves=found.curves, facts=facts, needs=found.needs if state is State.UNDEFINED else "",
    )  # fmt: skip


def _state(n: int, value: float | None, minimum: int) -> State:
    if n == 0:
        return State.NO_DATA
    if n < minimum:
        return State.NOT_ENOUGH
    return State.UNDEFINED if value is None else State.SHOWN


def hushed(part: Part, minimum: int) -> Part:
    """Return the part without its rate where it has too few cases: its counts stay."""
    if part.figure.n >= minimum:
        return part
    return replace(part, figure=replace(part.figure, value=None, low=None, high=None))
