"""Do 90 % intervals hold 90 %: on a city's cases, on flights, on hospitals.

Each period of each series is forecast from those before it; the share of periods inside their
interval is what is counted, with the intervals that raw counts would give beside it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan, sqrt
from pathlib import Path

import numpy as np

from troth.metrics.drift.forecasts import beliefs
from troth.metrics.drift.levels import levels
from troth.metrics.drift.normal import Array
from troth.metrics.trials import cases

FEWEST = 30  # cases in a period, for it to be forecast
_WIDE = 1.645
_FEW_A_WEEK = 5
PUNCTUAL = 15  # minutes late at arrival, at most
Counts = dict[tuple[str, int], tuple[float, float]]  # (series, period) → (good, total)
Many = list[tuple[Array, Array]]  # (good, total) of each series, by period


@dataclass(frozen=True, slots=True)
class Covered:
    """How many forecasts there were, and which share of what came lay inside."""

    forecasts: int
    ours: float
    raw: float


def covered(series: Iterable[tuple[Array, Array]]) -> Covered:
    """Return how often the intervals held what came, over all (good, total) series."""
    inside, raw, count = 0, 0, 0
    for good, total in series:
        hits, counted = np.cumsum(good), np.cumsum(total)
        for period, belief in enumerate(beliefs(good, total)):
            if period == len(good) or total[period] < FEWEST or belief is None:
                continue
            interval = belief.interval(float(total[period]))
            if interval is None:
                continue
            share = float(good[period] / total[period])
            count += 1
            inside += interval.low <= share <= interval.high
            raw += _inside_raw(float(hits[period - 1]), float(counted[period - 1]), share)
    return Covered(count, inside / max(1, count), raw / max(1, count))


def levels_covered(series: Iterable[Array]) -> Covered:
    """Return how often the intervals of values held what came; raw counts say nothing of these."""
    inside = count = 0
    for values in series:
        for value, level in zip(values.tolist(), levels(values), strict=False):
            interval = level.interval() if level is not None else None
            if interval is not None and not isnan(value):
                count += 1
                inside += interval.low <= value <= interval.high
    return Covered(count, inside / max(1, count), 0.0)


def delays(data: Path) -> list[Array]:
    """Return each carrier's mean delay at arrival by the day, in minutes, of 30 flights or more."""
    added: dict[tuple[str, int], float] = defaultdict(float)
    number: Counter[tuple[str, int]] = Counter()
    for carrier, day, late in cases.flights(data):
        if late is not None:
            added[carrier, day] += late
            number[carrier, day] += 1
    return [
        np.where(flights >= FEWEST, minutes / np.maximum(flights, 1), np.nan)
        for minutes, flights in _columns({one: (added[one], n) for one, n in number.items()})
    ]


def requests(data: Path) -> list[Array]:
    """Return how many of a city's cases of each reason fell due by the week, first and last apart.

    Of reasons with five a week or more.
    """
    counted = (total[1:-1] for _, total in boston(data))
    return [total for total in counted if len(total) and total.mean() >= _FEW_A_WEEK]


def _inside_raw(good: float, total: float, share: float) -> bool:
    """Return whether the interval that all counts so far give holds the share."""
    p = (good + 0.5) / (total + 1)
    return abs(share - p) <= _WIDE * sqrt(p * (1 - p) / total)


def boston(data: Path) -> Many:
    """Return each reason's weeks of a city's cases: of those that fell due, the ones kept."""
    return _by_series((name, day // 7, kept) for name, day, kept in cases.boston(data))


def flights(data: Path) -> Many:
    """Return each carrier's days of a year's flights: later than 15 minutes at arrival or not."""
    return _by_series(
        (carrier, day, late <= PUNCTUAL)
        for carrier, day, late in cases.flights(data)
        if late is not None
    )


def _by_series(told: Iterable[tuple[str, int, bool]]) -> Many:
    totals: Counter[tuple[str, int]] = Counter()
    kept: Counter[tuple[str, int]] = Counter()
    for name, period, good in told:
        totals[name, period] += 1
        kept[name, period] += good
    counts = {place: (float(kept[place]), float(total)) for place, total in totals.items()}
    return _columns(counts)


def _columns(counts: Counts) -> Many:
    found = []
    for name in sorted({name for name, _ in counts}):
        periods = sorted(period for one, period in counts if one == name)
        span = range(periods[0], periods[-1] + 1)
        rows = [counts.get((name, period), (0.0, 0.0)) for period in span]
        found.append((np.array([row[0] for row in rows]), np.array([row[1] for row in rows])))
    return found


def hospitals(data: Path) -> Many:
    """Return the months of each large emergency department: seen within four hours or not.

    Those of type 1 that reported in every month.
    """
    counts = {(code, month): (good, seen) for code, month, good, seen in cases.hospitals(data)}
    months = len({period for _, period in counts})
    reported = Counter(code for code, _ in counts)
    return _columns(
        {place: counted for place, counted in counts.items() if reported[place[0]] == months}
    )


@dataclass(frozen=True, slots=True)
class Charted:
    """What three-sigma charts say of baselines: the share of points outside, raw and corrected."""

    series: int
    outside_raw: float
    outside_corrected: float
    median_dispersion: float


def charted(series: Iterable[tuple[Array, Array]], *, months: int = 24) -> Charted:
    """Return how textbook charts and Laney's do on the first 24 months of each series."""
    raw, corrected, dispersions = [], [], []
    for good, total in series:
        share = 1 - good[:months] / total[:months]
        p = float((total[:months] - good[:months]).sum() / total[:months].sum())
        z = (share - p) / np.sqrt(p * (1 - p) / total[:months])
        sigma = float(np.abs(np.diff(z)).mean() / 1.128)
        raw.append(np.abs(z) > 3)  # noqa: PLR2004 - three sigmas
        corrected.append(np.abs(z) > 3 * sigma)
        dispersions.append(sigma)
    return Charted(
        len(raw), float(np.mean(raw)), float(np.mean(corrected)), float(np.median(dispersions))
    )
