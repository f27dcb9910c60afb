"""Exposure and association: what became of customers who met something broken.

What “broken” means is said by whoever asks: a condition on signals, such as a measure's bad cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from troth.core import clock
from troth.core.windows import Span
from troth.metrics import reading
from troth.metrics.outcomes import association as links
from troth.metrics.outcomes import costs, exposing
from troth.metrics.outcomes.association import Effect, Link
from troth.metrics.outcomes.exposing import Band
from troth.metrics.outcomes.following import NAMELESS
from troth.metrics.outcomes.results import Curve, Figure, State
from troth.metrics.outcomes.tables import Table, known, merged
from troth.metrics.queries.outcome_names import OutcomeError
from troth.metrics.reading import Frame
from troth.metrics.recipes import Input
from troth.metrics.rules import Measure, digest_of
from troth.signals import queries as signals
from troth.signals.emission import micros

MINIMUM = 30
EDITION = 1
ORDERS = Input(over="order", fields={"who": None}, reads="all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an exposure is asked over.

    `broken`: the cases that customers met, one of several inputs; see `bad`. `customers`: the
    cases by which somebody is a customer, and by which they come back. The span is cut at `split`
    (its middle by default): met before it, came back after it.
    """

    broken: Sequence[Input]
    span: Span
    customers: Input = ORDERS
    split: datetime | None = None
    at: datetime | None = None
    as_of: datetime | None = None
    segment: Mapping[str, str] = field(default_factory=dict)

    @property
    def cut(self) -> datetime:
        return self.split or self.span.start + (self.span.end - self.span.start) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Customers by how many broken promises they met before the split, and what became of them.

    Bands are named 0, 1, 2 and 3+. A band with fewer customers than `minimum_n` has counts and no
    rate. `curves`: for each band, who came in each step after the split.
    """

    bands: tuple[Band, ...]
    curves: tuple[Curve, ...]
    span: Span
    split: datetime
    n: int
    excluded: Mapping[str, int]
    state: State
    minimum_n: int
    definition_version: str
    computed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """How coming back differs between those who met a broken promise and those who did not.

    It is an association, not proof of a cause. `link` is None unless `state` is shown; both sides
    have at least `minimum_n` customers then. `holds` says whether the difference within strata is
    apart from none while the placebos are not.
    """

    link: Link | None
    holds: bool
    exposed_n: int
    unexposed_n: int
    span: Span
    split: datetime
    excluded: Mapping[str, int]
    state: State
    minimum_n: int
    definition_version: str
    computed_at: datetime


def bad(measure: Measure) -> Input:
    """Return the cases of a measure that are not good, by whom they concern.

    What has no answer yet is not bad: ask with an instant that lies after it fell due. Raises
    OutcomeError for a measure that says nothing of good.
    """
    if measure.good is None or measure.slice is not None:
        raise OutcomeError("this measure does not say which cases are good")
    broken = f"case when {measure.good} then 0 else 1 end = 1"
    where = broken if measure.where is None else f"({measure.where}) and {broken}"
    return Input(
        over=measure.kinds, at=measure.time, where=where, fields={"who": None}, reads="all"
    )


def exposure(asked: Asked, *, step: timedelta = timedelta(days=30), most: int = 3) -> Exposure:
    """Return customers by how many broken promises they met, and who came back afterwards.

    `step` is the length of the curves' steps. Raises OutcomeError, MeasureError.
    """
    frame, came, met = _read(asked)
    start, split, end = _cuts(asked, frame)
    told = exposing.meetings(came, met)
    found = exposing.people(told, here=(start, split), there=(split, end))
    bands = exposing.bands(found, most=most)
    length = step // timedelta(microseconds=1)
    ends = range(split + length, end + 1, length)
    return Exposure(
        bands=tuple(_hushed(band) for band in bands),
        curves=tuple(
            _shown(curve) for curve in
            exposing.curves(told, here=(start, split), steps=list(ends)[:60], most=most)
        ),
        span=asked.span, split=asked.cut, n=len(found), excluded=merged(came, met),
        state=_state(len(found), len(found)), minimum_n=MINIMUM,
        definition_version=_version(asked), computed_at=frame.at,
    )  # fmt: skip


def association(asked: Asked) -> Association:
    """Compare customers who met something broken with those who did not.

    Raises OutcomeError, MeasureError.
    """
    frame, came, met = _read(asked)
    start, split, end = _cuts(asked, frame)
    told = exposing.meetings(came, met)
    now = exposing.people(told, here=(start, split), there=(split, end))
    future = exposing.people(told, here=(split, end), there=(start, split))
    hurt = int((now.exposures > 0).sum())
    state = _state(len(now), min(hurt, len(now) - hurt))
    link = links.link(now, future) if state is State.SHOWN else None
    return Association(
        link=link, holds=link is not None and links.holds(link), exposed_n=hurt,
        unexposed_n=len(now) - hurt, span=asked.span, split=asked.cut,
        excluded=merged(came, met), state=state, minimum_n=MINIMUM,
        definition_version=_version(asked), computed_at=frame.at,
    )  # fmt: skip


def cost(found: Association, *, broken: int, price: costs.Price) -> costs.Cost | None:
    """Return what `broken` broken promises cost, from an association and a company's own numbers.

    None where no association is shown. See outcomes.costs.
    """
    if found.link is None or found.link.adjusted.value is None:
        return None
    return costs.cost(found.link.adjusted, broken=broken, price=price)


def _read(asked: Asked) -> tuple[Frame, Table, Table]:
    at = asked.at or clock.now()
    if not asked.span.start < asked.cut < asked.span.end:
        raise OutcomeError("the split lies inside the span")
    if at <= asked.cut:
        raise OutcomeError("what comes after the split lies ahead")
    frame = Frame(span=asked.span, at=at, as_of=asked.as_of, segment=dict(asked.segment))
    came = known(_table(asked.customers, frame), "who", NAMELESS)
    met = [known(_table(replace(one, split=False), frame), "who", NAMELESS) for one in asked.broken]
    return frame, came, exposing.stacked(met)


def _table(one: Input, frame: Frame) -> Table:
    return reading.table(signals.store(), replace(one, reads="all"), frame)


def _cuts(asked: Asked, frame: Frame) -> tuple[int, int, int]:
    end = min(asked.span.end, frame.at)
    return micros(asked.span.start), micros(asked.cut), micros(end)


def _state(n: int, least: int) -> State:
    if n == 0:
        return State.NO_DATA
    return State.SHOWN if least >= MINIMUM else State.NOT_ENOUGH


def _hushed(band: Band) -> Band:
    return replace(band, returned=_quiet(band.returned), orders=_quiet(band.orders))


def _quiet(figure: Figure) -> Figure:
    if figure.n >= MINIMUM:
        return figure
    return replace(figure, value=None, low=None, high=None)


def _shown(curve: Curve) -> Curve:
    return replace(curve, points=tuple(point for point in curve.points if point.n >= MINIMUM))


def _version(asked: Asked) -> str:
    told = [
        [one.kinds, one.at, one.where, dict(one.fields), dict(one.excludes)]
        for one in (asked.customers, *asked.broken)
    ]
    return digest_of([EDITION, MINIMUM, told])[:12]


__all__ = ["Asked", "Association", "Effect", "Exposure", "association", "bad", "cost", "exposure"]
