"""What is foreseen, behind the last point of a line: a box, or a wedge from where the line ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from troth.ui.charts.paths import short
from troth.ui.charts.scale import Scale


@dataclass(frozen=True, slots=True)
class Ahead:
    """Between `low` and `high` from `since` to `until`; with `start` it opens out from there."""

    since: date
    until: date
    low: float
    high: float
    start: float | None = None


def boxes(found: Sequence[Ahead], on: Scale) -> str:
    """Return the path of all of them."""
    return "".join(_shape(one, on) for one in found)


def _shape(one: Ahead, on: Scale) -> str:
    left, right, top, foot = (
        short(place) for place in (on.x(one.since), on.x(one.until), on.y(one.high), on.y(one.low))
    )
    if one.start is None:
        return f"M{left} {top}H{right}V{foot}H{left}Z"
    return f"M{left} {short(on.y(one.start))}L{right} {top}V{foot}Z"
