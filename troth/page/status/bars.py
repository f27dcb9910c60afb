"""Days of a component as bars: each status has a height and place of its own beside its colour.

One path for each status, and one stroke for each run of days: dashes make the bars. So a year of
health is as short to say as a day of it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from troth.components.rules.results import Day, Status
from troth.page.situation import WORST_FIRST
from troth.page.status.words import status
from troth.ui import words

STEP = 6  # 4 of bar and 2 of gap: the dashes in the style sheet
HIGH = 24
# Name in the style sheet, and where the middle of each stroke runs.
_DRAWN: dict[Status, tuple[str, tuple[str, ...]]] = {
    Status.OPERATIONAL: ("up", ("10",)),
    Status.DEGRADED: ("slow", ("13",)),
    Status.PARTIAL: ("part", ("4", "16")),
    Status.MAJOR: ("down", ("12",)),
    Status.MAINTENANCE: ("work", ("2", "18")),
    Status.NO_DATA: ("none", ("18",)),
}


def bars(days: Sequence[Day], name: str = "") -> SafeString:
    """Return the days, oldest first, as one picture with its text."""
    if not days:
        return SafeString("")
    return format_html(
        '<svg class="bars" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg>',
        len(days) * STEP - 2,
        HIGH,
        said(days, name),
        mark_safe("".join(_paths(days))),  # noqa: S308 - numbers and our own words
    )


def said(days: Sequence[Day], name: str = "") -> str:
    """Return the same in words: "Web, 90 days: 88 works, 2 down."."""
    counts = Counter(day.worst for day in days)
    parts = [f"{words.number(counts[one])} {status(one)}" for one in WORST_FIRST if counts[one]]
    text = _("%(days)s days: %(parts)s") % {
        "days": words.number(len(days)),
        "parts": ", ".join(parts),
    }
    return f"{name}, {text}" if name else text


def legend() -> list[tuple[SafeString, str]]:
    """Return each status as one bar, with its word."""
    return [(_alone(one), status(one)) for one in _DRAWN]


def _alone(one: Status) -> SafeString:
    name, middles = _DRAWN[one]
    path = "".join(f"M0 {middle}h4" for middle in middles)
    return format_html(
        '<svg class="bars" viewBox="0 0 4 {}"><path class="{}" d="{}"/></svg>', HIGH, name, path
    )


def _paths(days: Sequence[Day]) -> Iterator[str]:
    strokes: dict[Status, list[str]] = {}
    start = 0
    for worst, group in groupby(days, key=lambda day: day.worst):
        count = sum(1 for _day in group)
        for middle in _DRAWN[worst][1]:
            strokes.setdefault(worst, []).append(f"M{start * STEP} {middle}h{count * STEP - 2}")
        start += count
    for one in WORST_FIRST:
        if one in strokes:
            yield f'<path class="{_DRAWN[one][0]}" d="{"".join(strokes[one])}"/>'
