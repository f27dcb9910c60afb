"""What is left of a beginning, step by step: the first curve thick with its band, others behind.

Steps are numbered from where all were there: not days of a calendar.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from troth.ui import words
from troth.ui.charts.paths import short

_SIZE = 1000
_TICKS = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """The share (0..1) at step `x`, and its interval."""

    x: float
    value: float
    low: float | None = None
    high: float | None = None


def curves(found: Sequence[tuple[str, Sequence[Mark]]], label: str, *, unit: str) -> SafeString:
    """Return a figure of named curves; nothing to draw, nothing returned.

    `unit` is what a step is, in the plural. What it shows is said in words for the unseen; the
    numbers behind it stand in a table of the page.
    """
    drawn = [(name, list(marks)) for name, marks in found if marks]
    if not drawn:
        return SafeString("")
    most = max(mark.x for _, marks in drawn for mark in marks) or 1.0
    top = _top(max(mark.high or mark.value for _, marks in drawn for mark in marks))
    name, first = drawn[0]
    said = (
        f"{label} {name.capitalize()}: {words.share(first[0].value)} at {first[0].x:g} {unit}, "
        f"{words.share(first[-1].value)} at {round(first[-1].x, 1):g}."
    )
    return format_html(
        '<figure class="chart"><svg role="img" aria-label="{}">{}{}{}</svg>'
        '<figcaption><span class="legend">{}</span></figcaption></figure>',
        said, _grid(top), _steps(most, unit), _paths(drawn, most, top), _legend(drawn),
    )  # fmt: skip


def _top(most: float) -> float:
    """Return a round share that all of it lies under."""
    return next((edge for edge in (0.04, 0.08, 0.2, 0.4, 0.6, 0.8) if most <= edge), 1.0)


def _grid(top: float) -> SafeString:
    ticks = [top * part / _TICKS for part in range(_TICKS + 1)]
    return format_html_join(
        "",
        '<line class="grid" x2="100%" y1="{0}%" y2="{0}%"/>'
        '<text class="tick" x="-8" y="{0}%" dy="4">{1}</text>',
        ((short(6 + 82 * (1 - tick / top)), words.share(tick, 0)) for tick in ticks),
    )


def _steps(most: float, unit: str) -> SafeString:
    last = f"{round(most, 1):g} {unit}"
    return format_html('<text x="0" y="97%">0</text>'
                       '<text x="100%" y="97%" text-anchor="end">{}</text>', last)  # fmt: skip


def _paths(drawn: Sequence[tuple[str, Sequence[Mark]]], most: float, top: float) -> SafeString:
    def at(x: float, share: float) -> str:
        return f"{short(_SIZE * x / most)} {short(_SIZE * (1 - min(share, top) / top))}"

    def line(marks: Sequence[Mark]) -> str:
        return "M" + "L".join(at(mark.x, mark.value) for mark in marks)

    first = drawn[0][1]
    held = [mark for mark in first if mark.low is not None and mark.high is not None]
    upper = [at(mark.x, mark.high or 0) for mark in held]
    lower = [at(mark.x, mark.low or 0) for mark in reversed(held)]
    paths = [("band", f"M{'L'.join(upper + lower)}Z")] if held else []
    paths += [("other", line(marks)) for _, marks in drawn[1:]]
    paths += [("value", line(first)), ("dots", "".join(f"M{at(m.x, m.value)}h0" for m in first))]
    text = "".join(f'<path class="{name}" d="{d}"/>' for name, d in paths)
    return mark_safe(  # noqa: S308 - made of numbers alone
        '<svg y="6%" width="100%" height="82%" viewBox="0 0 1000 1000" '
        f'preserveAspectRatio="none" overflow="visible">{text}</svg>'
    )


def _legend(drawn: Sequence[tuple[str, Sequence[Mark]]]) -> SafeString:
    parts = [f"thick: {drawn[0][0]}"]
    if any(mark.low is not None for mark in drawn[0][1]):
        parts.append("shaded: 95 % interval")
    if len(drawn) > 1:
        parts.append(f"thin: {', '.join(name for name, _ in drawn[1:])}")
    return format_html_join("", "<span>{}</span>", ((part,) for part in parts))
