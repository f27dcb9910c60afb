"""Readings and fades in words, for the screens of insight."""

from collections.abc import Mapping, Sequence

from django import template
from django.utils.safestring import SafeString

from troth.desk import fading
from troth.metrics.drift.pictures import StreamView
from troth.metrics.outcomes.results import Curve
from troth.metrics.queries.mapped import Cell
from troth.ui import charts, words

register = template.Library()

_CAUSES = {
    "rate": "cases kept more or less often", "mix": "other cases than before",
    "evidence": "more or less evidence", "target": "another target",
    "recounted": "days counted again",
}  # fmt: skip


@register.filter
def reading(value: float | None, stream: StreamView) -> str:
    """Write a reading in its stream's unit: `{{ 0.93|reading:stream }}`."""
    return fading.reading(value, stream)


@register.filter
def gap(cell: Cell) -> str:
    """Write by how much a touchpoint misses or beats its promise."""
    short = cell.short
    if short is None:
        return words.NOTHING
    amount = _amount(short, cell.stream)
    return f"{amount} short" if short > 0 else f"{amount} to spare" if short < 0 else "as promised"


@register.filter
def unsure(cell: Cell) -> str:
    """Write by how much a bad day is worse than a middling one."""
    return words.NOTHING if cell.unsure is None else _amount(cell.unsure, cell.stream)


@register.filter
def points(value: float) -> str:
    """Write a change of a share in percentage points, with its sign."""
    return f"{signed(value * 100)} pp"


@register.filter
def part(weight: float) -> str:
    """Write a weight: what a computer rounds is no missing part."""
    return words.share(round(weight, 4), 0)


@register.filter
def signed(value: float) -> str:
    """Write points with their sign."""
    sign = "+" if value > 0 else words.MINUS if value < 0 else ""
    return f"{sign}{words.number(abs(value), 2)}"


@register.filter
def cause_word(cause: str) -> str:
    return _CAUSES.get(cause, cause)


@register.filter
def grade_word(grade: str) -> str:
    return {"not_enough": "not enough", "nothing": "none"}.get(grade, grade)


@register.simple_tag
def curves(found: Sequence[Curve], label: str, unit: str = "periods") -> SafeString:
    """Draw curves, the first in ink: `{% curves one.curves one.title "months" %}`."""
    drawn = [
        (one.name, [charts.Mark(p.x, p.value, p.low, p.high) for p in one.points]) for one in found
    ]
    return charts.curves(drawn, f"{label}.", unit=unit)


@register.filter
def curve_values(curve: Curve) -> list[float]:
    return [point.value for point in curve.points]


@register.filter
def total(counts: Mapping[str, int]) -> int:
    return sum(counts.values())


@register.filter
def words_of(name: str) -> str:
    return name.replace("_", " ").capitalize()


@register.filter
def fact(value: object) -> str:
    """Write a number of a model with the digits that it is known to, and anything else as it is."""
    if isinstance(value, float):
        return words.number(round(value, 4), 0 if value.is_integer() else 4)
    return words.NOTHING if value is None else str(value)


@register.filter
def fade_word(kind: str) -> str:
    return fading.KINDS.get(kind, kind)


@register.filter
def heat(cell: Cell) -> str:
    """Return how warm a cell is: "", "warm", "hot"; never told by the colour alone."""
    if any(fade.rings for fade in cell.fades):
        return "hot"
    short = cell.short
    if short is not None and short > 0:
        return "warm"
    return ""


def _amount(value: float, stream: StreamView) -> str:
    return fading.size(value * 100 if stream.reading == "share" else value, stream)
