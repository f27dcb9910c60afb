"""What was usual, frozen: the level, the seasons and the scatter of a stream's first days.

A baseline is made once, from the first days with data after a decision, and then stands. Nothing
here ever moves it: a rolling baseline learns the fading as if it were usual, and so is twice as
late in telling of it (docs/method.md).
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from math import log, sqrt
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from troth.metrics.drift.normal import Array
from troth.metrics.drift.panels import Flags, Panel

Days = NDArray[np.int64]
_TWO_DAYS = 1.128  # mean range of two standard normals: d2 of Shewhart's tables
_TWO_DAYS_MEDIAN = 0.954  # and its median
_RANGES_WORTH = 0.605  # a moving range tells this share of what a standard deviation does
_YEAR = 365
OUTSIDE = 4.0  # sigmas: a day so far off in a baseline was an incident, and is left out
_MOST_OUTSIDE = 0.15
CALENDAR_DAYS = 3  # so many holidays in a baseline say what holidays are like


@dataclass(frozen=True, slots=True)
class Frozen:
    """A baseline as numbers.

    `center` is the share that goes the worse way (p), the count by the hour (u) or the mean (x).
    `weekday`, `month` and `holiday` are added to it: to the log odds of a share, the log of a
    count, the mean itself. `dispersion` multiplies the sigma that theory gives: 1 for shares and
    counts that scatter as independent cases do; for means it is the sigma. `lag` is how much a day
    resembles the one before. `quiet` is for how many days on end nothing came, at most.
    """

    first: date
    last: date
    days: int
    left_out: int
    center: float
    weekday: tuple[float, ...]
    month: tuple[float, ...] | None
    holiday: float | None
    dispersion: float
    freedom: float | None
    lag: float
    longest_gap: int
    range_ratio: float | None = None
    quiet: int | None = None

    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.to_builtins(asdict(self))
        return found


def frozen_from(document: dict[str, Any]) -> Frozen:
    return msgspec.convert(document, Frozen)


def freeze(panel: Panel, row: int, *, start: int, days: int) -> Frozen | None:
    """Return the baseline of a stream's first `days` days with data from the day `start` on.

    None where there are not so many yet.
    """
    has_data = np.flatnonzero(panel.volume()[row, start:] > 0) + start
    if panel.readings[row] == "count" and len(has_data):
        has_data = counted_days(panel, row, int(has_data[0]), panel.shape[1])
    if len(has_data) < days:
        return None
    chosen = has_data[:days]
    return _fitted(panel.of([row]).until(int(chosen[-1]) + 1), chosen)


def counted_days(panel: Panel, row: int, first: int, end: int) -> Days:
    """Return the days of a count from `first` to before `end`: one without a case counts 0.

    Those on which it was silent are none.
    """
    days: Days = np.flatnonzero(~panel.silent[row, first:end]) + first
    return days


def _longest_quiet(panel: Panel, days: Days) -> int:
    """Return for how many days on end nothing came; a silence that was left out is no rhythm."""
    mute = np.zeros(panel.shape[1] + 1, dtype=bool)
    mute[days] = ~panel.spoke[0, days]
    ends = np.flatnonzero(~mute)
    return int(np.diff(ends, prepend=-1).max()) - 1


def _fitted(panel: Panel, chosen: Days) -> Frozen:
    kept = chosen
    found = _fit(panel, kept)
    for _ in range(2):
        residuals = _residuals(panel, found)[chosen]
        sigma = np.median(np.abs(np.diff(residuals))) / _TWO_DAYS_MEDIAN
        sigma = max(sigma, found.dispersion if panel.readings[0] == "mean" else 1.0)
        inside = np.abs(residuals) <= OUTSIDE * sigma
        if inside.all() or inside.mean() < 1 - _MOST_OUTSIDE or not sigma > 0:
            break
        kept = chosen[inside]
        found = _fit(panel, kept, left_out=len(chosen) - len(kept))
    return found


def _fit(panel: Panel, days: Days, left_out: int = 0) -> Frozen:
    center = _center(panel, days)
    plain = (0.0,) * 7
    found = Frozen(
        first=_date(panel, days[0]), last=_date(panel, days[-1]), days=len(days),
        left_out=left_out, center=center, weekday=plain, month=None, holiday=None,
        dispersion=1.0, freedom=None, lag=0.0, longest_gap=int(np.diff(days).max(initial=1)),
        quiet=_longest_quiet(panel, days),
    )  # fmt: skip
    ordinary = days[~panel.holidays[0, days]]
    if len(ordinary) == 0:
        ordinary = days
    weekday = _factors(panel, found, ordinary, panel.weekdays, 7)
    found = replace(found, weekday=weekday)
    if days[-1] - days[0] + 1 >= _YEAR:
        found = replace(found, month=_factors(panel, found, ordinary, panel.months, 12))
    special = days[panel.holidays[0, days]]
    if len(special) >= CALENDAR_DAYS:
        found = replace(found, holiday=_factors(panel, found, special, panel.weekdays * 0, 1)[0])
    return _scattered(panel, replace(found, center=_leveled(panel, found, days)), days)


def _center(panel: Panel, days: Days) -> float:
    reading = panel.readings[0]
    if reading == "share":
        bad, total = panel.failures()[0, days].sum(), panel.total[0, days].sum()
        return float((bad + 0.5) / (total + 1)) if bad in (0, total) else float(bad / total)
    if reading == "count":
        return float((panel.total[0, days].sum() or 0.5) / panel.hours[0, days].sum())
    return float(np.mean(panel.sum[0, days] / panel.n[0, days]))


def _factors(
    panel: Panel, found: Frozen, days: Days, groups: Days, count: int
) -> tuple[float, ...]:
    """Return what each group (a weekday, a month) adds, shrunk towards nothing."""
    expected = expectation(panel, [found])[0]

    def adds(own: Days) -> float:
        return _added(panel, expected, days[own])

    return shrunk(_residuals(panel, found)[days], groups[days], count, adds)


def shrunk(
    residuals: Array, groups: Days, count: int, adds: Callable[[Days], float]
) -> tuple[float, ...]:
    """Return what each group adds, as `adds` says of its places, shrunk towards nothing.

    By James and Stein: the share of the groups' differences that chance would not make. Where
    there is no season there is hardly any factor, and a month of weekdays costs no false alarms.
    """
    sizes, means, found = np.zeros(count), np.zeros(count), np.zeros(count)
    within, freedom = 0.0, 0
    for group in range(count):
        own = np.flatnonzero(groups == group)
        sizes[group] = len(own)
        if len(own):
            means[group] = residuals[own].mean()
            found[group] = adds(own)
            within += float(((residuals[own] - means[group]) ** 2).sum())
            freedom += len(own) - 1
    present = sizes > 0
    noise = within / freedom if freedom else 1.0
    between = float((sizes * means**2).sum()) / max(1, int(present.sum()) - (count > 1))
    keep = max(0.0, 1 - noise / between) if between > 0 else 0.0
    if count > 1:
        found[present] -= np.average(found[present], weights=sizes[present])
    return tuple(float(x) for x in np.where(present, keep * found, 0.0))


def _added(panel: Panel, expected: Array, days: Days) -> float:
    """Return what these days add to what is expected, on the scale on which seasons add."""
    reading = panel.readings[0]
    if reading == "mean":
        return float(np.mean(panel.values()[0, days] - expected[days]))
    total = panel.total[0, days]
    if reading == "count":
        usual = float((expected[days] * panel.hours[0, days]).sum())
        return apart(reading, float(total.sum()), usual)
    bad, usual = float(panel.failures()[0, days].sum()), float((expected[days] * total).sum())
    return apart(reading, bad, usual, float(total.sum()))


def apart(reading: str, seen: float, usual: float, whole: float = 0.0) -> float:
    """Return how far cases are from the usual: in log odds (of `whole` cases) or in the log."""
    if reading == "count":
        return log((seen + 0.5) / (usual + 0.5))
    return log((seen + 0.5) / (whole - seen + 0.5)) - log((usual + 0.5) / (whole - usual + 0.5))


def _leveled(panel: Panel, found: Frozen, days: Days) -> float:
    """Return the center with which the expected cases of these days add up to those there were."""
    expected = expectation(panel, [found])[0]
    reading = panel.readings[0]
    if reading == "mean":
        return found.center + float(np.mean(panel.values()[0, days] - expected[days]))
    if reading == "count":
        hours = panel.hours[0, days]
        return (
            found.center
            * float(panel.total[0, days].sum() or 0.5)
            / float((expected[days] * hours).sum())
        )
    total = panel.total[0, days]
    share = float((expected[days] * total).sum() / total.sum())
    odds = (found.center / (1 - found.center)) ** 2 * (1 - share) / share
    return float(odds / (1 + odds))


def _scattered(panel: Panel, found: Frozen, days: Days) -> Frozen:
    residuals = _residuals(panel, found)[days]
    sigma, freedom, lag = scatter(residuals, known=panel.readings[0] != "mean")
    return replace(found, dispersion=sigma, freedom=freedom, lag=lag)


def scatter(residuals: Array, *, known: bool) -> tuple[float, float | None, float]:
    """Return sigma by the ranges of neighbours, its degrees of freedom, and how they resemble.

    `known`: these are cases, which scatter by chance at least: no degrees where they do no more.
    """
    ranges = np.abs(np.diff(residuals))
    sigma = float(ranges.mean()) / _TWO_DAYS if len(ranges) else 0.0
    lag = _lag(residuals)
    # The range of neighbours that resemble each other is too small for what the days scatter.
    sigma /= sqrt(1 - lag)
    freedom: float | None = _RANGES_WORTH * len(ranges)
    if known and sigma <= 1:
        sigma, freedom = 1.0, None
    return sigma or 1e-12, freedom, lag


def _lag(residuals: Array) -> float:
    """Return how much a day resembles the one before, beyond what chance makes of so few days."""
    centered = residuals - residuals.mean()
    total = float((centered**2).sum())
    if total <= 0:
        return 0.0
    found = float((centered[1:] * centered[:-1]).sum()) / total
    return float(np.clip(found - 1 / np.sqrt(len(residuals)), 0.0, 0.8))


def _residuals(panel: Panel, found: Frozen) -> Array:
    """Return the deviations of one stream, in theory's sigmas (of a mean: in its own unit)."""
    return np.asarray(deviations(panel, [found])[0])


def expectation(panel: Panel, baselines: Sequence[Frozen | None]) -> Array:
    """Return what is usual on each day: of shares the worse part, of counts that of an hour."""
    found = np.full(panel.shape, np.nan)
    weekdays, months = panel.weekdays, panel.months
    for row, frozen in enumerate(baselines):
        if frozen is None:
            continue
        season = np.array(frozen.weekday)[weekdays]
        if frozen.month is not None:
            season = season + np.array(frozen.month)[months]
        if frozen.holiday is not None:
            season = np.where(panel.holidays[row], frozen.holiday, season)
        found[row] = seasoned(panel.readings[row], frozen.center, season)
    return found


def seasoned(reading: str, center: Array | float, season: Array) -> Array:
    """Return what is usual where `season` is added to a level, on the reading's own scale."""
    if reading == "mean":
        return np.asarray(center + season)
    if reading == "count":
        return np.asarray(center * np.exp(season))
    odds = np.asarray(center / (1 - center) * np.exp(season))
    return np.asarray(odds / (1 + odds))


def theory(panel: Panel, expected: Array) -> Array:
    """Return sigma of one day by theory alone, in the unit of `expected`; 1 for means."""
    found = np.ones(panel.shape)
    for kind in ("share", "count"):
        rows = np.array([reading == kind for reading in panel.readings])
        if not rows.any():
            continue
        p = expected[rows]
        if kind == "share":
            found[rows] = np.sqrt(p * (1 - p) / np.maximum(panel.total[rows], 1))
        else:
            found[rows] = np.sqrt(p / panel.hours[rows])
    return found


def observed(panel: Panel) -> Array:
    """Return the readings in the unit of `expectation`: NaN where there is none."""
    found = panel.values()
    shares = np.array([reading == "share" for reading in panel.readings])
    counts = np.array([reading == "count" for reading in panel.readings])
    less = shares & (panel.worse < 0)
    found[less] = 1 - found[less]
    found[counts] /= panel.hours[counts]
    return found


def deviations(panel: Panel, baselines: Sequence[Frozen | None]) -> Array:
    """Return (observed - expected) / theory's sigma, NaN where a day or a baseline is missing."""
    expected = expectation(panel, baselines)
    distance: Array = (observed(panel) - expected) / theory(panel, expected)
    return distance


def unknown_holidays(panel: Panel, baselines: Sequence[Frozen | None]) -> Flags:
    """Return the holidays of streams whose baseline does not say what holidays are like."""
    knows = np.array([one is not None and one.holiday is not None for one in baselines])
    return np.asarray(panel.holidays & ~knows[:, None])


def _date(panel: Panel, day: int) -> date:
    return date.fromordinal(panel.first.toordinal() + int(day))
