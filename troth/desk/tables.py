"""The tables of insight as files: columns with their types, and rows."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from troth.core.sheets import Row
from troth.metrics.drift.pictures import FadeView, Loss
from troth.metrics.outcomes.results import Figure, Outcome
from troth.metrics.queries.mapped import Cell
from troth.metrics.queries.sides import Touchpoint
from troth.promises.scoring.parts import Parted

OUTCOMES: Final = {
    "name": "VARCHAR", "part": "VARCHAR", "segment": "VARCHAR", "start": "TIMESTAMPTZ",
    "end": "TIMESTAMPTZ", "unit": "VARCHAR", "state": "VARCHAR", "value": "DOUBLE",
    "low": "DOUBLE", "high": "DOUBLE", "n": "BIGINT", "minimum_n": "BIGINT",
    "numerator": "DOUBLE", "denominator": "DOUBLE", "excluded": "VARCHAR",
    "definition_version": "VARCHAR", "computed_at": "TIMESTAMPTZ",
}  # fmt: skip
CELLS: Final = {
    "key": "VARCHAR", "name": "VARCHAR", "touchpoint": "VARCHAR", "step": "VARCHAR",
    "reading": "VARCHAR", "unit": "VARCHAR", "promised": "DOUBLE", "delivered": "DOUBLE",
    "low": "DOUBLE", "high": "DOUBLE", "cases": "BIGINT", "missed": "DOUBLE",
    "typical_day": "DOUBLE", "bad_day": "DOUBLE", "last_day": "DATE", "fading": "VARCHAR",
    "gap": "DOUBLE", "bad_day_worse_by": "DOUBLE",
}  # fmt: skip
FADES: Final = {
    "kind": "VARCHAR", "stream": "VARCHAR", "name": "VARCHAR", "segment": "VARCHAR",
    "since": "DATE", "told_on": "DATE", "closed_on": "DATE", "why_closed": "VARCHAR",
    "size": "DOUBLE", "rings": "BOOLEAN", "recorded_at": "TIMESTAMPTZ",
}  # fmt: skip
SIDES: Final = {
    "key": "VARCHAR", "name": "VARCHAR", "touchpoint": "VARCHAR", "unit": "VARCHAR",
    "start": "TIMESTAMPTZ", "end": "TIMESTAMPTZ", "what": "VARCHAR", "value": "DOUBLE",
    "low": "DOUBLE", "high": "DOUBLE", "n": "BIGINT", "source": "VARCHAR", "sure": "BOOLEAN",
}  # fmt: skip
LOSSES: Final = {
    "stream": "VARCHAR", "name": "VARCHAR", "cases": "DOUBLE", "volume": "BIGINT",
    "gap": "DOUBLE", "days": "BIGINT", "loss": "DOUBLE", "noticed": "BOOLEAN",
}  # fmt: skip
PARTS: Final = {
    "segment": "VARCHAR", "kept": "DOUBLE", "broken": "DOUBLE", "effective": "DOUBLE",
    "share": "DOUBLE", "share_low": "DOUBLE", "share_high": "DOUBLE", "points": "DOUBLE",
    "points_low": "DOUBLE", "points_high": "DOUBLE", "beyond": "DOUBLE", "none_may_fail": "BOOLEAN",
}  # fmt: skip


def outcomes(found: Iterable[Outcome]) -> Iterator[Row]:
    """Yield outcomes and their parts, a row each; shares are 0 to 1."""
    for one in found:
        whole = Figure(value=one.value, low=one.low, high=one.high, n=one.n,
                       numerator=one.numerator, denominator=one.denominator)  # fmt: skip
        yield _figure(one, "", one.unit, whole)
        for part in one.parts:
            yield _figure(one, part.name, part.unit, part.figure)


def _figure(one: Outcome, part: str, unit: str, figure: Figure) -> Row:
    return [
        one.name, part, _compact(one.segment), one.span.start, one.span.end, unit,
        one.state.value, figure.value, figure.low, figure.high, figure.n, one.minimum_n,
        float(figure.numerator), float(figure.denominator),
        "" if part else _compact(one.excluded), one.definition_version, one.computed_at,
    ]  # fmt: skip


def _compact(found: Mapping[str, object]) -> str:
    return json.dumps(dict(found), ensure_ascii=False, sort_keys=True) if found else ""


def cells(found: Iterable[Cell]) -> Iterator[Row]:
    """Yield cells, a row each; of few cases there are counts alone."""
    for one in found:
        of, gap = one.stream, one.gap
        rates: Row = [gap.delivered, gap.low, gap.high]
        days: Row = [one.typical, one.bad]
        if not one.is_enough:
            rates, days = [None] * len(rates), [None] * len(days)
        fading = ", ".join(fade.kind for fade in one.fades if fade.rings)
        yield [
            of.key, of.name, of.touchpoint, of.step, of.reading, of.unit, gap.promised,
            *rates, gap.n, one.missed, *days, one.last, fading, one.short, one.unsure,
        ]  # fmt: skip


def fades(found: Iterable[FadeView]) -> Iterator[Row]:
    for one in found:
        of = one.stream
        yield [
            one.kind, of.key if of else "", of.name if of else "", _compact(one.segment),
            one.onset, one.opened_on, one.closed_on, one.why_closed, one.size, one.rings,
            one.recorded_at,
        ]  # fmt: skip


def sides(found: Iterable[Touchpoint]) -> Iterator[Row]:
    """Yield each side and each gap (“expected to delivered”), a row each."""
    for one in found:
        of = one.stream
        unit = "share" if of.reading == "share" else of.unit
        place: Row = [of.key, of.name, of.touchpoint, unit, one.span.start, one.span.end]
        for side in one.found.sides:
            told: Row = [side.name, side.value, side.low, side.high, side.n, side.source, None]
            yield [*place, *told]
        for gap in one.found.gaps:
            what = f"{gap.first.name} to {gap.second.name}"
            told = [what, gap.size, gap.low, gap.high, None, "", gap.is_sure]
            yield [*place, *told]


def losses(found: Iterable[Loss]) -> Iterator[Row]:
    for one in found:
        yield [
            one.stream.key, one.stream.name, one.cases, one.volume, one.gap, one.days, one.loss,
            one.noticed,
        ]  # fmt: skip


def parts(found: Iterable[Parted]) -> Iterator[Row]:
    """Yield the segments of a promise's strands, a row each; without points where cases are few."""
    for strand in found:
        for one in strand.parts:
            band: Row = [one.band.low, one.band.high] if one.band else [None, None]
            yield [
                one.name, one.kept, one.broken, one.effective, one.share, one.interval.low,
                one.interval.high, one.points, *band, one.beyond, strand.belief.zero,
            ]  # fmt: skip
