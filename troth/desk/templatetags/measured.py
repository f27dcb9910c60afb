"""`{% load measured %}`: figures of metrics and promises, and how two of them differ, in words."""

from collections.abc import Mapping
from datetime import date

from django import template

from troth.metrics.outcomes.sides import Between, Side
from troth.ui import words

register = template.Library()


@register.filter
def reads(value: float | None, unit: str) -> str:
    """Write a figure: unit "share", "s", a word, or "a day" for counts."""
    if value is None:
        return words.NOTHING
    return f"{_plain(value, unit)} a day" if unit == "a day" else _plain(value, unit)


@register.simple_tag
def spans(side: Side, unit: str) -> str:
    """Write a figure's 90 % interval."""
    if side.low is None or side.high is None:
        return words.NOTHING
    if unit == "share":
        return words.interval(side.low, side.high)
    return f"{_plain(side.low, unit)} to {_plain(side.high, unit)}"


@register.filter
def moved(value: float | None, unit: str) -> str:
    """Write a change with its sign: of shares in percentage points."""
    if value is None:
        return words.NOTHING
    sign = "+" if value > 0 else words.MINUS if value < 0 else ""
    return f"{sign}{_size(abs(value), unit)}"


@register.simple_tag
def between(gap: Between, unit: str) -> str:
    """Write the 90 % interval of a change, both ends with their signs."""
    return f"{moved(gap.low, unit)} and {moved(gap.high, unit)}"


@register.filter
def first_of(values: Mapping[float, float]) -> float:
    """Return the value at the lowest rank."""
    return values[min(values)]


@register.filter
def last_of(values: Mapping[float, float]) -> float:
    """Return the value at the highest rank."""
    return values[max(values)]


@register.filter
def iso(day: date) -> str:
    return day.isoformat()


def _size(value: float, unit: str) -> str:
    return f"{words.number(value * 100, 2)} pp" if unit == "share" else _plain(value, unit)


def _plain(value: float, unit: str) -> str:
    if unit == "a day":
        return words.number(value, 0 if value == int(value) else 1 if value >= 1 else 3)
    return words.measured(value if unit in {"share", "s"} else round(value, 2), unit)
