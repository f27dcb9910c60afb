"""`{% load components %}`: a status and its days, drawn and said one way on the desk."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from troth.components.rules.combining import SEVERITY
from troth.components.rules.results import Cause, Day, Status
from troth.components.rules.words import CAUSES, PRIVACY, WORDS

register = template.Library()
_SHAPES = {
    Status.OPERATIONAL: "kept",
    Status.DEGRADED: "at_risk",
    Status.PARTIAL: "partial",
    Status.MAJOR: "broken",
    Status.MAINTENANCE: "suspended",
    Status.NO_DATA: "no_data",
}
# Name in the style sheet (ui: service.css), and where the middle of each stroke runs.
_DRAWN: dict[Status, tuple[str, tuple[str, ...]]] = {
    Status.OPERATIONAL: ("up", ("10",)),
    Status.DEGRADED: ("slow", ("13",)),
    Status.PARTIAL: ("part", ("4", "16")),
    Status.MAJOR: ("down", ("12",)),
    Status.MAINTENANCE: ("work", ("2", "18")),
    Status.NO_DATA: ("none", ("18",)),
}
_STEP, _HIGH = 6, 24
_WORST_FIRST = sorted(Status, key=SEVERITY.__getitem__, reverse=True)


@register.simple_tag
def status(value: Status) -> SafeString:
    """Show a status by colour, shape and word."""
    return format_html('<span class="verdict is-{}">{}</span>', _SHAPES[value], WORDS[value])


@register.filter
def status_word(value: Status) -> str:
    return WORDS[value]


@register.filter
def cause_word(value: Cause | None) -> str:
    return CAUSES[value] if value else ""


@register.simple_tag
def sources(refs: Sequence[str]) -> str:
    """Return who says so, in words: "monitor web"; a person is named by the word's own line."""
    return ", ".join(ref.replace(":", " ", 1) for ref in refs if not ref.startswith("word:"))


@register.filter
def privacy_word(value: str) -> str:
    return PRIVACY[value]


@register.filter
def percent(value: object, digits: int = 2) -> str:
    """Return a share as "99.95 %"; nothing known is a dash."""
    return "\u2013" if value is None else f"{float(value) * 100:.{digits}f} %"  # type: ignore[arg-type]


@register.simple_tag
def bars(days: Sequence[Day], name: str) -> SafeString:
    """Show days, oldest first, as one picture with its text."""
    counts = Counter(day.worst for day in days)
    said = ", ".join(f"{counts[one]} {WORDS[one]}" for one in _WORST_FIRST if counts[one])
    return format_html(
        '<svg class="bars" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" '
        'aria-label="{}, {} days: {}">{}</svg>',
        max(len(days) * _STEP - 2, 1), _HIGH, name, len(days), said,
        mark_safe("".join(_paths(days))),  # noqa: S308 - numbers and our own words
    )  # fmt: skip


def _paths(days: Sequence[Day]) -> Iterator[str]:
    strokes: dict[Status, list[str]] = {}
    start = 0
    for worst, group in groupby(days, key=lambda day: day.worst):
        count = sum(1 for _ in group)
        for middle in _DRAWN[worst][1]:
            strokes.setdefault(worst, []).append(f"M{start * _STEP} {middle}h{count * _STEP - 2}")
        start += count
    for one, paths in strokes.items():
        yield f'<path class="{_DRAWN[one][0]}" d="{"".join(paths)}"/>'
