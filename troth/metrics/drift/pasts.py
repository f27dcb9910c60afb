"""What lies behind a stream on the day on which it is enrolled: the longer it was even, the better.

A level that comes from 28 days is hardly known, and limits are as wide as that demands. Where the
store holds a past, the first baseline is made of it: of the newest stretch of one level that spans
a year at least, of the last three. A stream without such a past begins with its first days.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from troth.metrics.drift.normal import Array
from troth.metrics.drift.onsets import WORTH, changes
from troth.metrics.drift.panels import Panel
from troth.metrics.drift.phases import Days, Frozen, counted_days, deviations, freeze

A_YEAR = 365  # days that a stretch spans at least: it has seen each season
LONGEST = 3 * A_YEAR  # what lies further back is another time
_TWO_YEARS = 2 * A_YEAR  # from so many on, a season is told apart from a change of level
_WEEK = 7
_TWO_WEEKS = 1.128  # mean range of two standard normals
_CLEAR = 16.0  # variances of a week: what chance makes of a year is worth less, 98 times in 100


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of a panel, from `start` to before `end`, `days` of them with data."""

    start: int
    end: int
    days: int


def first_baseline(
    panel: Panel, row: int, *, start: int, enrolled: int, days: int
) -> Frozen | None:
    """Return the first baseline of a stream that was enrolled on the day `enrolled` of the panel.

    From its even past, else from its first `days` days with data from the day `start` on; None
    where there are not so many yet.
    """
    found = even_stretch(panel, row, start=start, until=enrolled, fewest=days)
    if found is None:
        return freeze(panel, row, start=start, days=days)
    return freeze(panel.until(found.end), row, start=found.start, days=found.days)


def even_stretch(panel: Panel, row: int, *, start: int, until: int, fewest: int) -> Stretch | None:
    """Return the newest stretch of one level of a year at least, of three years before `until`.

    None where there is none, or none with `fewest` days with data.
    """
    begin = max(start, until - LONGEST, 0)
    chosen = _with_data(panel, row, begin, until)
    if len(chosen) < fewest or until - int(chosen[0]) < A_YEAR:
        return None
    edges = [int(chosen[0]), *_changes(panel, row, chosen, until), until]
    for first, last in reversed(list(pairwise(edges))):
        days = int(((chosen >= first) & (chosen < last)).sum())
        if last - first >= A_YEAR and days >= fewest:
            return Stretch(first, last, days)
    return None


def _with_data(panel: Panel, row: int, begin: int, until: int) -> Days:
    found: Days = np.flatnonzero(panel.volume()[row, begin:until] > 0) + begin
    if panel.readings[row] == "count" and len(found):
        return counted_days(panel, row, int(found[0]), until)
    return found


def _changes(panel: Panel, row: int, chosen: Days, until: int) -> list[int]:
    """Return the days on which the level changed, as weeks show it: a day alone scatters too much.

    A change must be worth an eighth of the scatter of weeks, as everywhere, and more than chance.
    """
    alone = panel.of([row]).until(until)
    found = freeze(alone, 0, start=int(chosen[0]), days=len(chosen))
    if found is None:
        return []
    if until - int(chosen[0]) < _TWO_YEARS:
        found = replace(found, month=None)
    weeks = _by_week(deviations(alone, [found])[0], chosen, until)
    known = weeks[~np.isnan(weeks)]
    scatter = float(((known - known.mean()) ** 2).sum())
    if scatter <= 0:
        return []
    chance = (float(np.abs(np.diff(known)).mean()) / _TWO_WEEKS) ** 2
    first = until - len(weeks) * _WEEK
    cuts = changes(weeks, worth=max(WORTH, _CLEAR * chance / scatter))
    return [first + _WEEK * cut for cut in cuts]


def _by_week(distance: Array, chosen: Days, until: int) -> Array:
    """Return the mean distance of each week, the last of which ends with the day before `until`."""
    count = -(-(until - int(chosen[0])) // _WEEK)
    week = count - 1 - (until - 1 - chosen) // _WEEK
    sums = np.bincount(week, weights=distance[chosen], minlength=count)
    days = np.bincount(week, minlength=count)
    return np.where(days > 0, sums / np.maximum(days, 1), np.nan)


def made_of(found: Frozen) -> str:
    """Return in words what a first baseline was made of: it stands beside it as its reason."""
    span = f"{found.days:,} days, {found.first} to {found.last}"
    long = (found.last - found.first).days + 1 >= A_YEAR
    return f"the even past on the day it was watched: {span}" if long else f"the first {span}"


def offered(
    panel: Panel, row: int, *, start: int, until: int, usual: Frozen
) -> tuple[date, int] | None:
    """Return (first day, days with data) of a past that would make a better usual, if there is one.

    An even stretch after the day `start`, with twice as many days as the baseline that stands. It
    is offered, never taken: what is usual moves by a decision alone.
    """
    found = even_stretch(panel, row, start=start, until=until, fewest=2 * usual.days)
    return (panel.first + timedelta(days=found.start), found.days) if found else None
