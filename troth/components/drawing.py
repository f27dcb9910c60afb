"""How a status and the days of a component are drawn, on the page as on the desk.

Each status has a height and a place of its own beside its colour. One path for each status, and
one stroke for each run of days: dashes make the bars. So a year of health is as short to say as a
day of it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import groupby

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from troth.components.rules.combining import WORST_FIRST
from troth.components.rules.results import Day, Status

STEP = 6  # 4 of bar and 2 of gap: the dashes in the style sheet (ui: service.css)
HIGH = 24
# The shapes of verdicts serve here too: colour, form and word (`is-kept` and its sisters).
SHAPES = {
    Status.OPERATIONAL: "kept",
    Status.DEGRADED: "at_risk",
    Status.PARTIAL: "partial",
    Status.MAJOR: "broken",
    Status.MAINTENANCE: "suspended",
    Status.NO_DATA: "no_data",
}
# Name in the style sheet, and where the middle of each stroke runs.
_DRAWN: dict[Status, tuple[str, tuple[str, ...]]] = {
    Status.OPERATIONAL: ("up", ("10",)),
    Status.DEGRADED: ("slow", ("13",)),
    Status.PARTIAL: ("part", ("4", "16")),
    Status.MAJOR: ("down", ("12",)),
    Status.MAINTENANCE: ("work", ("2", "18")),
    Status.NO_DATA: ("none", ("18",)),
}
_REMEMBERED = 4096  # rows of days; most days and most components are like others


def bars(days: Sequence[Day], label: str) -> SafeString:
    """Return the days, oldest first, as one picture with its text; nothing for no days."""
    if not days:
        return SafeString("")
    return format_html(
        '<svg class="bars" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg>',
        len(days) * STEP - 2,
        HIGH,
        label,
        mark_safe(_paths(tuple([day.worst for day in days]))),  # noqa: S308 - numbers, our words
    )


def counted(
    days: Iterable[Day], word: Callable[[Status], str], number: Callable[[int], str] = str
) -> str:
    """Return how many days were how, the worst first: "2 down, 88 works"."""
    counts = Counter([day.worst for day in days])
    return ", ".join(f"{number(counts[one])} {word(one)}" for one in WORST_FIRST if counts[one])


def legend(word: Callable[[Status], str]) -> list[tuple[SafeString, str]]:
    """Return each status as one bar, with its word."""
    return [(_alone(one), word(one)) for one in _DRAWN]


def _alone(one: Status) -> SafeString:
    name, middles = _DRAWN[one]
    path = "".join(f"M0 {middle}h4" for middle in middles)
    return format_html(
        '<svg class="bars" viewBox="0 0 4 {}"><path class="{}" d="{}"/></svg>', HIGH, name, path
    )


@lru_cache(maxsize=_REMEMBERED)
def _paths(days: tuple[Status, ...]) -> str:
    strokes: dict[Status, list[str]] = {}
    start = 0
    for worst, group in groupby(days):
        count = sum(1 for _day in group)
        for middle in _DRAWN[worst][1]:
            strokes.setdefault(worst, []).append(f"M{start * STEP} {middle}h{count * STEP - 2}")
        start += count
    drawn = (one for one in WORST_FIRST if one in strokes)
    return "".join(f'<path class="{_DRAWN[one][0]}" d="{"".join(strokes[one])}"/>' for one in drawn)
