"""What stands behind a component's bar: its uptime by window, month and year, day by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troth.components.rules.combining import WORST_FIRST
from troth.components.rules.results import Board, Day, Shown, Status, Weights
from troth.incidents.rules.results import IncidentShown
from troth.page.edition import Edition
from troth.page.status import words
from troth.page.status.bars import bars
from troth.page.status.problems import Problem, problem
from troth.page.status.rows import Row, row
from troth.page.status.uptime import Uptime, by_month, troubled, uptime
from troth.ui.words import day, duration, share

_YEARS_BEGIN = 1000  # a span below this is days, from here on it is a year


@dataclass(frozen=True, slots=True)
class Line:
    """Some days in figures: what they are called, both shares, and how long it was down."""

    name: str
    adjusted: str
    raw: str
    down: str
    planned: str
    unknown: str


@dataclass(frozen=True, slots=True)
class ComponentRecord:
    row: Row
    lines: tuple[Line, ...]  # 30, 90, 365 days
    months: tuple[Line, ...]  # newest first
    days: tuple[tuple[date, str], ...]  # those with something to tell, newest first
    incidents: tuple[Problem, ...]
    formula: tuple[str, ...]
    promise_url: str
    year: SafeString
    badges: tuple[tuple[str, str], ...]  # (address, text)


@dataclass(frozen=True, slots=True)
class UptimeRow:
    shown: Shown
    url: str
    line: Line
    bars: SafeString


@dataclass(frozen=True, slots=True)
class UptimeRecord:
    title: str
    rows: tuple[UptimeRow, ...]
    formula: tuple[str, ...]


def component_record(
    edition: Edition, one: Shown, touched: Sequence[IncidentShown]
) -> ComponentRecord:
    """Return all that a component's page tells, in the language now active."""
    now = edition.picture.situation
    weights = now.board.weights if now.board else Weights()
    longer = now.last(365, one.uid)
    days = longer.components[0].strip if longer and longer.components else one.strip
    place = f"components/{one.slug}/"
    return ComponentRecord(
        row=row(edition, one),
        lines=tuple(line(_last(n), days[-n:], weights) for n in (30, 90, 365)),
        months=tuple(_month(start, some, weights) for start, some in by_month(days)[::-1]),
        days=tuple((each.date, _told(each)) for each in troubled(days)),
        incidents=tuple(problem(edition, each, updates=1) for each in touched),
        formula=formula(weights),
        promise_url=edition.path(f"promises/{one.promise}/") if one.promise else "",
        year=bars(days, one.name),
        badges=(
            (f"{edition.picture.site.base_url}/{place}status.svg", _("Status")),
            (f"{edition.picture.site.base_url}/{place}uptime.svg", _("Uptime of 90 days")),
        ),
    )


def uptime_record(edition: Edition, span: int) -> UptimeRecord:
    """Return the uptime of all components over `span` days, or over a year where it is one."""
    now = edition.picture.situation
    is_year = span >= _YEARS_BEGIN
    board = now.year(span) if is_year else now.last(span)
    rows = tuple(_uptime_row(edition, one, board) for one in board.components) if board else ()
    title = _("Uptime in %(year)s") % {"year": span} if is_year else _last(span)
    return UptimeRecord(title, rows, formula(board.weights if board else Weights()))


def _uptime_row(edition: Edition, one: Shown, board: Board) -> UptimeRow:
    return UptimeRow(
        shown=one,
        url=edition.path(f"components/{one.slug}/"),
        line=line(one.name, one.strip, board.weights),
        bars=bars(one.strip, one.name),
    )


def _last(days: int) -> str:
    return ngettext("Last %(n)d day", "Last %(n)d days", days) % {"n": days}


def _month(start: date, days: Sequence[Day], weights: Weights) -> Line:
    name = day(start)
    return line(name.split(" ", 1)[1], days, weights)


def line(name: str, days: Sequence[Day], weights: Weights) -> Line:
    """Return some days in figures, in the language now active."""
    found = uptime(days, weights)
    return Line(
        name=name,
        adjusted=share(found.adjusted, 3),
        raw=share(found.raw, 3),
        down=_length(found, Status.MAJOR, Status.PARTIAL, Status.DEGRADED),
        planned=_length(found, Status.MAINTENANCE),
        unknown=_length(found, Status.NO_DATA),
    )


def _length(found: Uptime, *some: Status) -> str:
    seconds = sum(found.of(one) for one in some)
    return duration(seconds) if seconds else ""


def _told(one: Day) -> str:
    counts = dict(one.seconds)
    parts = [
        f"{words.status(status)} {duration(counts[status])}"
        for status in WORST_FIRST
        if status in counts and status is not Status.OPERATIONAL
    ]
    return ", ".join(parts)


def formula(weights: Weights) -> tuple[str, ...]:
    """Return how uptime is counted, in sentences, with the weights as declared."""
    named = (
        (Status.MAJOR, weights.major),
        (Status.PARTIAL, weights.partial),
        (Status.DEGRADED, weights.degraded),
        (Status.MAINTENANCE, weights.maintenance),
    )
    listed = ", ".join(f"{words.status(status)} {share(value, 0)}" for status, value in named)
    return (
        _("Uptime is one minus the time down, divided by the time known."),
        _("So much of each second counts as down: %(weights)s.") % {"weights": listed},
        _("Planned work is left out only if we announced it in time."),
        _("“Counting all” leaves nothing out: planned work counts as down."),
        _("Time without data counts on neither side; it is never called up."),
    )
