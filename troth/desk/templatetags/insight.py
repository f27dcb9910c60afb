"""Readings and fades in words, for the screens of insight."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django import template
from django.utils.safestring import SafeString

from troth.core.windows import TICK
from troth.desk import fading
from troth.metrics import queries
from troth.metrics.drift.pictures import StreamView
from troth.metrics.models_outcomes import Reported
from troth.metrics.outcomes.results import Curve, Outcome, State
from troth.metrics.outcomes.sides import Between
from troth.metrics.queries.mapped import Cell
from troth.metrics.queries.sides import Touchpoint
from troth.ui import charts, words

register = template.Library()

_PAIR = 2
_WHOLE = 10  # from so much on nobody reads a part
_NONE = {
    State.NOT_ENOUGH: "not enough evidence", State.NO_DATA: "no data", State.SHOWN: "",
    State.UNDEFINED: "no value: nothing to divide by, or no model fits",
}  # fmt: skip
_VERBS = {
    "expected": "customers expected", "promised": "we promised", "delivered": "we delivered",
    "perceived": "customers perceived",
}  # fmt: skip
_CAUSES = {
    "rate": "cases kept more or less often", "mix": "other cases than before",
    "evidence": "more or less evidence", "target": "another target",
    "recounted": "days counted again", "forgiven": "violations fade",
    "joined": "new in the score", "left": "left the score",
    "weight": "counts for more or less", "rules": "new rules of the score",
}  # fmt: skip


@register.filter
def reading(value: float | None, stream: StreamView) -> str:
    """Write a reading in its stream's unit: `{{ 0.93|reading:stream }}`."""
    return fading.reading(value, stream)


@register.simple_tag
def allowed_days() -> str:
    """Write how many days may pass between two false alarms: `{% allowed_days as days %}`."""
    return f"{round(queries.allowed_days(), 1):g}"


@register.filter
def size(value: float, stream: StreamView) -> str:
    """Write a distance between two readings: of shares in percentage points."""
    return _amount(value, stream)


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
def figure(one: Outcome, value: float | None) -> str:
    """Write a value of an outcome in its unit; money in its currency."""
    unit = str(one.facts.get("currency") or "") if one.unit == "money" else one.unit
    return words.measured(value, unit)


@register.filter
def said(row: Reported, unit: str) -> str:
    """Write what was reported, with its interval; without a value why there was none."""
    if row.value is None:
        return _NONE[State(row.state)]
    unit = str(row.detail.get("facts", {}).get("currency") or "") if unit == "money" else unit
    if row.low is None or row.high is None:
        return words.measured(row.value, unit)
    ends = " to ".join(words.measured(end, unit) for end in (row.low, row.high))
    return f"{words.measured(row.value, unit)} ({ends})"


@register.filter
def why_none(one: Outcome) -> str:
    """Say why there is no figure."""
    return f"needs {one.needs}" if one.needs else _NONE[one.state]


@register.filter
def last_day(end: datetime) -> datetime:
    """Return an instant of the last day of a span that ends at midnight."""
    return end - TICK


@register.filter
def minus(value: float) -> float:
    return -value


@register.simple_tag
def apart(gap: Between, stream: StreamView, *, interval: bool = True) -> str:
    """Write a gap in words: “4.9 pp less (3.8 to 6.0)”."""
    way = "less" if gap.size < 0 else "more"
    size = _amount(abs(gap.size), stream)
    if not interval:
        return f"{size} {way}"
    scale = 100 if stream.reading == "share" else 1
    digits = 1 if stream.reading == "share" else 2
    ends = sorted((gap.low, gap.high), reverse=gap.size < 0)
    signed_ends = [end if gap.size >= 0 else -end for end in ends]
    low, high = (words.number(round(end * scale, digits), digits) for end in signed_ends)
    return f"{size} {way} ({low.replace('-', words.MINUS)} to {high.replace('-', words.MINUS)})"


@register.filter
def pair_words(gap: Between) -> str:
    """Say of which two sides a gap is."""
    return f"{gap.first.name.capitalize()} against {gap.second.name}"


@register.simple_tag
def largest_words(one: Touchpoint) -> str:
    """Name the largest gap in a sentence."""
    known = [side for side in one.found.sides if side.is_known]
    gap = one.found.largest
    if len(known) < _PAIR:
        return "One side alone is known: there is no gap to tell."
    if gap is None:
        return "No gap is larger than chance explains."
    first, second = gap.first, gap.second
    return (
        f"The largest gap: {_VERBS[first.name]} {reading(first.value, one.stream)}, "
        f"{_VERBS[second.name]} {reading(second.value, one.stream)}; "
        f"{apart(gap, one.stream)}."
    )


@register.filter
def apart_points(value: float) -> str:
    """Write a difference of shares, whose direction another word says."""
    return f"{words.number(value * 100, 1)} pp"


@register.filter
def amount(value: float) -> str:
    """Write a size that may be small: 0.42, 3.1, 323."""
    return words.number(value, 0 if value >= _WHOLE else 1 if value >= 1 else 2)


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
def curves(
    found: Sequence[Curve], label: str, unit: str = "periods", prefix: str = ""
) -> SafeString:
    """Draw curves, the first in ink: `{% curves one.curves one.title "months" %}`."""
    drawn = [
        (f"{prefix}{one.name}", [charts.Mark(p.x, p.value, p.low, p.high) for p in one.points])
        for one in found
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
