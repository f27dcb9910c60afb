"""What was expected, promised, delivered and perceived of a touchpoint, from signals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from troth.core import clock
from troth.core.windows import Span
from troth.metrics.drift.phases import frozen_from
from troth.metrics.drift.pictures import StreamView
from troth.metrics.models import Stream
from troth.metrics.outcomes import sides
from troth.metrics.outcomes.sides import Fourfold, Side
from troth.metrics.queries.defined import metric
from troth.metrics.queries.faded import view_of
from troth.metrics.queries.kept import Tallies, tallies
from troth.metrics.rules import Measure, Metric, measure_from
from troth.metrics.shelf import last_days
from troth.signals import queries as signals
from troth.signals.expressions import parse
from troth.signals.store import Excerpt

EXPECTED, PERCEIVED = "expectation", "csat"  # the metrics that surveys are read by
SAID: Final = "said by us"
_WHOLE = 1e-9  # by so much sums of yes and no may differ from those of their squares
Answers = Mapping[str, tuple[float, float, int]]  # touchpoint → (sum, sum of squares, n)


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """A watched touchpoint with its four sides over the last whole days."""

    stream: StreamView
    found: Fourfold
    span: Span


def touchpoint_sides(
    keys: Sequence[str], *, days: int, zone: str, at: datetime | None = None
) -> list[Touchpoint]:
    """Return the four sides of these streams, in their order, over the last whole local days.

    Delivered is what the stream counts. Perceived is what customers answered of the same touchpoint
    (CSAT, or the series that the stream names). Expected is what they answered beforehand
    (survey.expectation), what the cases themselves were expected to be (`expected`, where values
    are measured), or else what was declared.
    """
    span = last_days(days, zone, now=at or clock.now())
    rows = Stream.objects.select_related("series__sweep").prefetch_related("baselines")
    found = {row.key: row for row in rows.filter(key__in=keys)}
    streams = [found[key] for key in keys if key in found]
    counted = {row.series_id for row in streams} | {row.perceived_id or 0 for row in streams}
    told = tallies(series=sorted(counted), span=span)
    asked = {name: _answers(name, streams, span, zone) for name in (EXPECTED, PERCEIVED)}
    return [Touchpoint(view_of(row), _fourfold(row, told, asked, span), span) for row in streams]


def _answers(name: str, streams: Sequence[Stream], span: Span, zone: str) -> Answers:
    """Return what surveys of these touchpoints answered: a share's good ones, or the values."""
    wanted = {row.touchpoint for row in streams if row.reading == "share" and row.touchpoint}
    how = metric(name)
    if not wanted or how is None:
        return {}
    where, value = _asked(how)
    found = signals.store().excerpt(
        Excerpt(
            kinds=where.kinds, time=parse(where.time, role="time"), span=span, zone=ZoneInfo(zone),
            where=parse(where.where, role="condition") if where.where else None,
            fields=(parse("touchpoint", role="text"), parse(value, role="number")),
        )
    )  # fmt: skip
    names, values = found.fields
    told: dict[str, tuple[float, float, int]] = {}
    for one in wanted:
        mine = (names == one) & ~np.isnan(values)
        told[one] = _summed(np.repeat(values[mine], found.weight[mine]))
    return told


def _asked(how: Metric) -> tuple[Measure, str]:
    measure = how.measure()
    if measure.good is not None:
        return measure, f"case when {measure.good} then 1 else 0 end"
    return measure, measure.value or "value"


def _summed(values: NDArray[np.float64]) -> tuple[float, float, int]:
    return float(values.sum()), float((values * values).sum()), len(values)


def _fourfold(row: Stream, told: Tallies, asked: Mapping[str, Answers], span: Span) -> Fourfold:
    found = (
        _expected(row, asked[EXPECTED], span), sides.said("promised", row.target, SAID),
        _delivered(row, told.of(row.series_id)), _perceived(row, told, asked[PERCEIVED]),
    )  # fmt: skip
    return sides.fourfold(found, better=row.better)


def _delivered(row: Stream, counted: Tallies) -> Side:
    scale = row.evidence
    good, total = float(counted.good.sum()) / scale, int(counted.total.sum()) // scale
    if row.reading == "count":
        days = len(np.unique(counted.bucket))
        value = total / days if days else None
        return replace(sides.said("delivered", value, "a day"), n=total)
    if row.reading == "mean":
        return _mean("delivered", counted, "counted")
    newest = [one.frozen for one in row.baselines.all() if one.frozen]
    dispersion = frozen_from(newest[-1]).dispersion if newest else 1.0
    return sides.share("delivered", good, total, "counted", dispersion=dispersion)


def _mean(name: str, counted: Tallies, source: str) -> Side:
    added, squares = float(counted.sum.sum()), float(counted.squares.sum())
    return sides.mean(name, added, squares, int(counted.n.sum()), source)


def _perceived(row: Stream, told: Tallies, answers: Answers) -> Side:
    if row.perceived_id:
        own = told.of(row.perceived_id)
        if row.reading == "mean":
            return _mean("perceived", own, "survey")
        return sides.share("perceived", float(own.good.sum()), int(own.total.sum()), "survey")
    good, squares, n = _turned(row, answers)
    source = "satisfied, in CSAT" if row.better == "more" else "not satisfied, in CSAT"
    return _answered("perceived", (good, squares, n), source) if n else Side("perceived")


def _expected(row: Stream, answers: Answers, span: Span) -> Side:
    if row.reading == "mean":
        added, squares, n = _of_cases(row, span)
        if n:
            return sides.mean("expected", added, squares, n, "of each case")
    told = _turned(row, answers)
    if told[2]:
        return _answered("expected", told, "survey beforehand")
    return sides.said("expected", row.expected, "declared")


def _turned(row: Stream, answers: Answers) -> tuple[float, float, int]:
    """Return the answers as shares of what the stream counts: of what goes well, or of what fails.

    Answers are of what goes well; where less is better, the stream counts what fails.
    """
    added, squares, n = answers.get(row.touchpoint, (0.0, 0.0, 0))
    return (added, squares, n) if row.better == "more" else (n - added, n - 2 * added + squares, n)


def _answered(name: str, told: tuple[float, float, int], source: str) -> Side:
    """Return answers between 0 and 1: yes and no have Wilson's interval, shades that of a mean."""
    added, squares, n = told
    if abs(added - squares) < _WHOLE:
        return sides.share(name, added, n, source)
    side = sides.mean(name, added, squares, n, source)
    if side.low is None or side.high is None:
        return side
    return replace(side, low=max(0.0, side.low), high=min(1.0, side.high))


def _of_cases(row: Stream, span: Span) -> tuple[float, float, int]:
    """Return what the stream's own cases were expected to be, where they say so."""
    measure = measure_from(row.series.measure)
    found = signals.store().excerpt(
        Excerpt(
            kinds=measure.kinds, time=parse(measure.time, role="time"), span=span,
            where=parse(measure.where, role="condition") if measure.where else None,
            fields=(parse("expected", role="number"),),
        )
    )  # fmt: skip
    (values,) = found.fields
    known = ~np.isnan(values)
    return _summed(np.repeat(values[known], found.weight[known]))
