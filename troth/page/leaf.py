"""A promise's own page: everything that stands behind its one line on the front page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import dropwhile, groupby

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troth.page.card import Card, card, figure
from troth.page.edition import Edition
from troth.page.explain import explained
from troth.page.ledger import Entry, entries
from troth.page.parts import Segments, Split, splits
from troth.page.picture import Event, Shown
from troth.page.spans import during
from troth.page.story import Told, told
from troth.page.telling import title
from troth.page.tongue import remedy_of
from troth.promises.rules.figures import wilson
from troth.promises.rules.results import Day, Detail, WindowResult
from troth.ui import charts, words


@dataclass(frozen=True, slots=True)
class Row:
    """One window of the promise, said in words."""

    result: WindowResult
    during: str
    figure: str
    target: str
    raw: str
    counts: str  # "good / total"
    raw_counts: str
    budget: str
    apart: tuple[str, ...]  # what is counted on neither side


@dataclass(frozen=True, slots=True)
class Leaf:
    card: Card
    shown: Shown
    rows: tuple[Row, ...]
    how: tuple[str, ...]
    remedy: str
    chart: SafeString
    events: tuple[Told, ...]
    entries: tuple[Entry, ...]
    series: tuple[Day, ...]
    target: str
    days_url: str
    splits: tuple[Split, ...] = ()

    @property
    def source_is_web(self) -> bool:
        """Whether the source may be linked: no address runs anything in a reader's browser."""
        return self.shown.standing.source_url.startswith(("https://", "http://"))


@dataclass(frozen=True, slots=True)
class Measured:
    """What is read for this page alone. Segments are as of an instant of their own."""

    detail: Detail
    segments: Segments
    segments_at: datetime


def leaf(edition: Edition, shown: Shown, measured: Measured) -> Leaf:
    """Return what the page of one promise shows, in the language now active."""
    detail = measured.detail
    events = sorted(shown.events, key=lambda event: event.at, reverse=True)
    return Leaf(
        card=card(edition, shown),
        shown=shown,
        rows=tuple(_row(result, timed=shown.standing.timed) for result in shown.standing.windows),
        how=tuple(explained(detail.terms)) if detail.terms else detail.how_counted,
        remedy=remedy_of(shown),
        chart=_chart(shown, detail.series or shown.standing.strip, events),
        events=tuple(told(edition, events)),
        entries=entries(edition, [(shown, each) for each in shown.violations]),
        series=shown.standing.strip,
        target=words.target(shown.standing.target),
        days_url=edition.root + f"promises/{shown.slug}/days.csv",
        splits=splits(measured.segments, measured.segments_at),
    )


def _row(result: WindowResult, *, timed: bool) -> Row:
    return Row(
        result=result,
        during=during(result.window),
        figure=figure(result, timed=timed),
        counts=_of(result.good, result.total, timed=timed),
        raw_counts=_of(result.raw_good, result.raw_total, timed=timed),
        target=words.target(result.target),
        raw=words.NOTHING if result.raw_share is None else words.share(
            Fraction(result.raw_good, result.raw_total)
        ),
        budget=_budget(result, timed=timed),
        apart=tuple(_apart(result)),
    )  # fmt: skip


def _apart(result: WindowResult) -> Iterator[str]:
    """Say what no verdict counts: cases without a due time, slices without data."""
    if result.no_promise:
        yield ngettext(
            "%(n)s case had no due time, so there was no promise.",
            "%(n)s cases had no due time, so there was no promise.",
            result.no_promise,
        ) % {"n": words.number(result.no_promise)}
    if result.unknown:
        yield ngettext(
            "For %(n)s slice of time nothing is known.",
            "For %(n)s slices of time nothing is known.",
            result.unknown,
        ) % {"n": words.number(result.unknown)}


def _of(good: int, total: int, *, timed: bool) -> str:
    return f"{words.amount(good, timed=timed)} / {words.amount(total, timed=timed)}"


def _budget(result: WindowResult, *, timed: bool) -> str:
    """Return how many of the failures that the target allows are used: "3 of 12"."""
    if result.budget is None or not result.total:
        return words.NOTHING
    return _("%(bad)s of %(allowed)s") % {
        "bad": words.amount(result.bad, timed=timed),
        "allowed": words.amount(int(result.budget.allowed), timed=timed),
    }


def _chart(shown: Shown, days: Sequence[Day], events: Sequence[Event]) -> SafeString:
    """Draw the share by week: days alone are too few cases to be read as a line."""
    weeks = [_point(list(group)) for _week, group in groupby(days, key=_monday)]
    points = list(dropwhile(lambda point: point.value is None, weeks))
    steps = [
        charts.Step((change.effective_from or _beginning(days)).date(), float(change.now))
        for change in shown.targets
    ]
    marks = [charts.Event(e.at.date(), title(e)) for e in reversed(events) if e.kind != "flip"]
    label = _("Share kept in each week.")
    return charts.line(points, label=label, target=steps, events=marks)


def _monday(day: Day) -> datetime:
    return datetime.combine(day.date - timedelta(days=day.date.weekday()), datetime.min.time(), UTC)


def _beginning(days: Sequence[Day]) -> datetime:
    first = days[0].date if days else datetime(2000, 1, 1, tzinfo=UTC).date()
    return datetime.combine(first, datetime.min.time(), UTC)


def _point(days: Sequence[Day]) -> charts.Point:
    good, total = sum(d.good for d in days), sum(d.total for d in days)
    found = wilson(good, total)
    if found is None:
        return charts.Point(days[0].date, None)
    return charts.Point(days[0].date, good / total, found.low, found.high)


def csv(shown: Shown) -> bytes:
    """Return the days of the strip as a table: anyone can add them up again."""
    rows = [f"{d.date},{d.good},{d.total},{d.verdict}" for d in shown.standing.strip]
    return "\r\n".join(["date,good,total,verdict", *rows, ""]).encode()
