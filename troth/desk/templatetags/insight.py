"""Readings and fades in words, for the screens of insight."""

from django import template

from troth.desk import fading
from troth.metrics.drift.pictures import StreamView
from troth.metrics.queries.mapped import Cell
from troth.ui import words

register = template.Library()


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
    sign = "+" if value > 0 else words.MINUS if value < 0 else ""
    return f"{sign}{words.number(abs(value) * 100, 2)} pp"


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
