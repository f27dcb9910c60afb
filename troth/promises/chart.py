"""A promise over time: the figure on each day, its interval, the target and what happened."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troth.core import windows
from troth.core.windows import Span
from troth.promises import happening
from troth.promises.rules import figures
from troth.promises.rules.results import Day, Detail, WindowResult
from troth.ui import charts, verdicts, words
from troth.ui.charts import Event, Point, Step

_MOST_EVENTS = 12
_MONTH = 28


def drawn(
    detail: Detail, *, at: datetime | None = None, ahead: Sequence[charts.Ahead] = ()
) -> SafeString:
    """Return the chart of the headline figure, day by day, with the table behind it.

    `at`: what happened beside it is told as of then. `ahead`: where it will stand in a week.
    """
    found = points(detail)
    happened = (
        events(detail, _drawn_over(found, ZoneInfo(detail.standing.zone)), at) if found else ()
    )
    return charts.line(
        found,
        label=_("Share kept over the last %(days)s days, on each day.") % {"days": span(detail)},
        target=targets(detail),
        events=happened,
        ahead=ahead,
        boxed="wedge: where it will stand in a week, nine times in ten",
    )


def _drawn_over(found: Sequence[Point], zone: ZoneInfo) -> Span:
    first, last = found[0].at, found[-1].at + timedelta(days=1)
    return Span(windows.midnight(first, zone), windows.midnight(last, zone))


def span(detail: Detail) -> int:
    """Return over how many days each point of the chart looks back: those of the headline."""
    names = [window.window for window in detail.standing.windows]
    window = windows.parse_window(names[0]) if names else None
    if isinstance(window, windows.Rolling):
        return max(1, window.seconds // windows.DAY)
    return _MONTH


def points(detail: Detail) -> list[Point]:
    """Return the figure and its interval at the end of each day, from the first full window on."""
    days, back = _known(detail.series), span(detail)
    if not days:
        return []
    first = min(back, len(days)) - 1
    phi = _dispersion(detail.standing.windows)
    good = np.cumsum([0, *(day.good for day in days)])
    total = np.cumsum([0, *(day.total for day in days)])
    found = []
    for end in range(first, len(days)):
        start = max(0, end + 1 - back)
        kept, cases = int(good[end + 1] - good[start]), int(total[end + 1] - total[start])
        interval = figures.wilson(kept, cases, phi)
        share = kept / cases if cases else None
        low, high = (interval.low, interval.high) if interval else (None, None)
        found.append(Point(days[end].date, share, low, high))
    return found


def _known(series: Sequence[Day]) -> Sequence[Day]:
    """Leave out the days before the first case: nothing was promised to anyone then."""
    first = next((index for index, day in enumerate(series) if day.total), len(series))
    return series[first:]


def _dispersion(results: Sequence[WindowResult]) -> float:
    return results[0].dispersion if results else 1.0


def targets(detail: Detail) -> list[Step]:
    zone = ZoneInfo(detail.standing.zone)
    long_ago = date(1970, 1, 1)
    return [
        Step(
            change.effective_from.astimezone(zone).date() if change.effective_from else long_ago,
            float(change.now),
        )
        for change in detail.targets
    ]


def events(detail: Detail, of: Span, at: datetime | None = None) -> list[Event]:
    """Return what was decided and what happened beside it in a span, oldest first.

    Where much was decided, the newest of it.
    """
    found = [*_target_events(detail), *_flip_events(detail), *_exclusion_events(detail)]
    found += _restatement_events(detail)
    place = happening.Place(detail.standing.zone, detail.standing.touchpoint)
    told = [Event(one.at, one.text, one.href) for one in happening.beside(place, of, at)]
    own = sorted(found, key=lambda event: event.at)[-_MOST_EVENTS:]
    return sorted([*own, *told], key=lambda event: event.at)


def _target_events(detail: Detail) -> Iterator[Event]:
    zone = ZoneInfo(detail.standing.zone)
    for change in detail.targets:
        if change.effective_from is not None and change.was not in {None, change.now}:
            text = _("target %(was)s → %(now)s") % {
                "was": words.target(change.was or 0),
                "now": words.target(change.now),
            }
            yield Event(change.effective_from.astimezone(zone).date(), text, "#targets")


def _flip_events(detail: Detail) -> Iterator[Event]:
    zone = ZoneInfo(detail.standing.zone)
    for flip in detail.flips:
        if flip.headline and flip.was:
            text = f"{verdicts.word(flip.was)} → {verdicts.word(flip.now)}"
            yield Event(flip.at.astimezone(zone).date(), text, "#flips")


def _exclusion_events(detail: Detail) -> Iterator[Event]:
    zone = ZoneInfo(detail.standing.zone)
    for exclusion in detail.exclusions:
        start = exclusion.starts_at or exclusion.recorded_at
        text = _("excluded: %(category)s") % {"category": exclusion.category}
        yield Event(start.astimezone(zone).date(), text, "#exclusions")


def _restatement_events(detail: Detail) -> Iterator[Event]:
    """Yield one event for each day on which results were found to have changed."""
    zone = ZoneInfo(detail.standing.zone)
    found = Counter(row.at.astimezone(zone).date() for row in detail.restatements)
    for day, number in found.items():
        text = ngettext("%(n)s day restated", "%(n)s days restated", number) % {"n": number}
        yield Event(day, text, "#restatements")
