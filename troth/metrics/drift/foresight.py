"""What comes next of a series by the day: where its next day and its next seven days will lie.

Nine times in ten, and beside it how often that was so of this very series. Docs: docs/method.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isnan
from typing import Final

import numpy as np

from troth.metrics.drift.forecasts import Interval, beliefs
from troth.metrics.drift.levels import levels
from troth.metrics.drift.normal import Array

CASES: Final = 30  # in a period of a share or a mean: what the calibration was measured with
WEEK: Final = 7
LONGEST: Final = 400  # days that are looked back
_TOLD: Final = 52  # past forecasts that are held against what came
_LIKE: Final = 4  # past periods of which the next one's cases are the mean


@dataclass(frozen=True, slots=True)
class Days:
    """A series by the day, oldest first, whole days alone. `reading` is share, mean or count.

    `value` is NaN where there is none: a share 0..1, a mean in its unit, a number of cases.
    """

    reading: str
    starts_on: date
    value: Array
    cases: Array


@dataclass(frozen=True, slots=True)
class Foresight:
    """Where the figure of the `days` days from `starts_on` on lies, nine times in ten.

    `cases` is how many are assumed to come (of a count 0: they are what is foreseen). Of the last
    `forecasts` of this series for as many days, made in the same way, `held` were right.
    """

    starts_on: date
    days: int
    expected: float
    low: float
    high: float
    cases: float
    forecasts: int
    held: int

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(days=self.days - 1)


def carried(one: Foresight, *, known: float, cases: float) -> tuple[float, float]:
    """Return where a figure will lie that looks back on what is foreseen and `cases` known ones.

    `known` is what these add up to: of a share its good ones, of a mean its values.
    """
    low, high = ((known + end * one.cases) / (cases + one.cases) for end in (one.low, one.high))
    return low, high


def foreseen(series: Days) -> tuple[Foresight, ...]:
    """Return what is foreseen of the next day and the next seven days; what can be told of them.

    A day and a week each need nine periods before them, and thirty cases in each of a share or a
    mean.
    """
    found = (_next(_cut(series), days) for days in (1, WEEK))
    return tuple(one for one in found if one is not None)


def _cut(series: Days) -> Days:
    """Leave out what lies far back, and the time before the first value."""
    known = np.flatnonzero(~np.isnan(series.value))
    start = max(int(known[0]) if len(known) else 0, len(series.value) - LONGEST)
    return Days(series.reading, series.starts_on + timedelta(days=start), series.value[start:],
                series.cases[start:])  # fmt: skip


def _next(series: Days, days: int) -> Foresight | None:
    value, cases = _periods(series, days)
    if np.isnan(value[-_LIKE:]).all():  # silent, or hardly begun: nothing comes of it
        return None
    coming = 0.0 if series.reading == "count" else _coming(cases, days)
    *past, ahead = _intervals(series.reading, value, cases, coming)
    if ahead is None:
        return None
    told = _held(past, value)
    low, high = _inside(series, ahead)
    return Foresight(
        series.starts_on + timedelta(days=len(series.value)), days, ahead.expected, low, high,
        coming, len(told), sum(told),
    )  # fmt: skip


def _periods(series: Days, days: int) -> tuple[Array, Array]:
    """Return value and cases of each period; whole ones, counted back from the last day."""
    first = len(series.value) % days
    value, cases = (column[first:].reshape(-1, days) for column in (series.value, series.cases))
    if series.reading == "count":
        return value.sum(axis=1), value.sum(axis=1)
    total = np.where(np.isnan(value), 0, cases).sum(axis=1)
    added = (np.nan_to_num(value) * cases).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, added / total, np.nan), total


def _coming(cases: Array, days: int) -> float:
    """Return how many cases the next period will have: of days, like the same weekdays before."""
    like = cases[-WEEK::-WEEK] if days == 1 else cases[::-1]
    return float(like[:_LIKE].mean()) if len(like) else 0.0


def _intervals(
    reading: str, value: Array, cases: Array, coming: float
) -> Iterator[Interval | None]:
    """Yield the interval of each period as it was told before it, and that of the next one."""
    counts = [*cases.tolist(), coming]
    if reading == "share":
        good = np.nan_to_num(value) * cases
        for belief, count in zip(beliefs(good, cases), counts, strict=True):
            yield belief.interval(count) if belief is not None and count >= CASES else None
        return
    enough = cases >= (0 if reading == "count" else CASES)
    for level, count in zip(levels(np.where(enough, value, np.nan)), counts, strict=True):
        is_told = level is not None and (reading == "count" or count >= CASES)
        yield level.interval() if level is not None and is_told else None


def _held(past: Sequence[Interval | None], value: Array) -> list[bool]:
    """Return whether what came lay inside, of the newest forecasts."""
    pairs = zip(past, value.tolist(), strict=True)
    told = [
        one.low <= came <= one.high for one, came in pairs if one is not None and not isnan(came)
    ]
    return told[-_TOLD:]


def _inside(series: Days, ahead: Interval) -> tuple[float, float]:
    """Return the interval without what cannot be: less than nothing of what never was less."""
    is_never_less = bool((series.value[~np.isnan(series.value)] >= 0).all())
    return max(ahead.low, 0.0) if is_never_less else ahead.low, ahead.high
