"""Figures under each other on one scale, each with its interval, its target and where it was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from troth.ui import words
from troth.ui.charts.paths import short
from troth.ui.charts.scale import rounded

_ROW, _FOOT = 46, 24  # of one figure, of the scale below: in px
_LONGEST: Final = 38  # characters of a name: what fits a narrow screen
Say = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Range:
    """A figure with its interval, what was promised of it, and what it was before.

    Without a value `remark` says why there is none.
    """

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    target: float | None = None
    before: float | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Ruler:
    """The scale of figures: its ends and round numbers, how a figure is written and how these."""

    low: float
    high: float
    ticks: tuple[float, ...]
    say: Say
    mark: Say

    def at(self, value: float) -> float:
        """Return where a value stands, from 0 (left) to 1."""
        return (value - self.low) / (self.high - self.low)


def ruler(rows: Sequence[Range], unit: str) -> Ruler | None:
    """Return the scale that holds all of them; None where there is nothing to draw."""
    if all(one.value is None for one in rows):
        return None
    ends = [v for one in rows for v in (one.value, one.low, one.high, one.target, one.before)]
    top = 1.0 if unit == "share" else None
    low, high, ticks = rounded([v for v in ends if v is not None], top=top)
    return Ruler(low, high, ticks, *_saying(unit))


def _saying(unit: str) -> tuple[Say, Say]:
    if unit == "share":
        return words.share, lambda value: words.target(round(value, 6))
    return lambda value: f"{words.number(value, 1)} {unit}".strip(), lambda value: words.number(
        round(value, 6), 0 if value == int(value) else 1
    )


def ranges(rows: Sequence[Range], *, label: str, unit: str, legend: Sequence[str]) -> SafeString:
    """Return a figure of the rows that has as much height as they need; "" without a value.

    `unit` is "share" (values 0..1) or the word behind a number. The numbers stand in a table of
    the page; the text alternative names the lowest and the highest.
    """
    on = ruler(rows, unit)
    if on is None:
        return SafeString("")
    return format_html(
        '<figure class="ranges"><svg role="img" width="100%" height="{}" aria-label="{}">{}{}'
        '</svg><figcaption class="legend">{}</figcaption></figure>',
        len(rows) * _ROW + _FOOT,
        f"{label} {told(rows, on)}",
        _grid(on, len(rows) * _ROW),
        format_html_join("", "{}", ((_row(one, n * _ROW, on),) for n, one in enumerate(rows))),
        format_html_join("", "<span>{}</span>", ((part,) for part in legend)),
    )


def told(rows: Sequence[Range], on: Ruler) -> str:
    """Say of what the figures are, in a sentence: how many, the lowest and the highest."""
    known = sorted((one for one in rows if one.value is not None), key=lambda one: one.value or 0)
    first, last = known[0], known[-1]
    if first is last:
        return f"{first.name}: {on.say(first.value or 0)}."
    return (
        f"{len(known)} figures, from {on.say(first.value or 0)} ({first.name}) "
        f"to {on.say(last.value or 0)} ({last.name})."
    )


def shortened(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _row(one: Range, top: int, on: Ruler) -> SafeString:
    """Draw the name and the number above, the interval with its marks below."""
    said = on.say(one.value) if one.value is not None else one.remark
    names = format_html(
        '<text x="0" y="{0}">{1}</text><text class="said" x="100%" y="{0}" text-anchor="end">'
        "{2}</text>", top + 14, shortened(one.name), said,
    )  # fmt: skip
    return format_html("{}{}", names, _marks(one, top + 28, on))


def _marks(one: Range, middle: int, on: Ruler) -> SafeString:
    def x(value: float) -> str:
        return f"{short(on.at(value) * 100)}%"

    line = '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>'
    parts = [format_html(line, "track", "0%", "100%", middle, middle)]
    if one.low is not None and one.high is not None:
        parts.append(format_html(line, "held", x(one.low), x(one.high), middle, middle))
    if one.target is not None:
        at = x(one.target)
        parts.append(format_html(line, "aim", at, at, middle - 8, middle + 8))
    dot = '<circle class="{}" cx="{}" cy="{}" r="4"/>'
    if one.before is not None:
        parts.append(format_html(dot, "before", x(one.before), middle))
    if one.value is not None:
        parts.append(format_html(dot, "now", x(one.value), middle))
    return format_html_join("", "{}", ((part,) for part in parts))


def _grid(on: Ruler, foot: int) -> SafeString:
    return format_html_join(
        "",
        '<line class="grid" x1="{0}%" x2="{0}%" y2="{1}"/>'
        '<text class="tick" x="{0}%" y="{2}" text-anchor="{3}">{4}</text>',
        (
            (short(on.at(tick) * 100), foot, foot + 16, anchor(on.at(tick)), on.mark(tick))
            for tick in on.ticks
        ),
    )


def anchor(at: float) -> str:
    """Return how a text at the edge of the scale is kept inside."""
    return "start" if at < 0.03 else "end" if at > 0.97 else "middle"  # noqa: PLR2004 - of 1
