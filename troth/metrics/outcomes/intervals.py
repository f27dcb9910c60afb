"""Intervals, all of 95 %: for shares, means, differences, ratios and percentiles."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from troth.metrics.outcomes.results import Figure, nothing

Z = 1.959963984540054  # the 97.5th percentile of the normal distribution


def wilson(good: float, total: float) -> tuple[float, float]:
    """Return Wilson's interval for a share. Raises ValueError without a case."""
    if total <= 0:
        raise ValueError("a share of nothing has no interval")
    share, square = good / total, Z * Z
    middle = (share + square / (2 * total)) / (1 + square / total)
    inside = max(0.0, share * (1 - share) / total + square / (4 * total * total))
    half = Z * math.sqrt(inside) / (1 + square / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(good: float, total: float, *, n: int | None = None) -> Figure:
    """Return good ÷ total with Wilson's interval; `n` where cases are fewer than their weight."""
    if total <= 0:
        return nothing()
    cases = int(total) if n is None else n
    at = good / total
    low, high = wilson(at * cases, cases) if cases else (0.0, 1.0)
    return Figure(value=at, numerator=good, denominator=total, n=cases, low=low, high=high)


def mean(total: float, squares: float, n: int) -> Figure:
    """Return sum ÷ n with its normal interval, from the sum and the sum of squares of n values.

    The variance is that of the values at hand (÷ n), as it is usual for NPS.
    """
    if n <= 0:
        return nothing()
    at = total / n
    half = Z * math.sqrt(max(0.0, squares / n - at * at) / n)
    return Figure(value=at, numerator=total, denominator=n, n=n, low=at - half, high=at + half)


def mean_of(values: NDArray[np.float64], weight: NDArray[np.int64] | None = None) -> Figure:
    """Return the mean of values (NaN left out), each counted as often as its weight says."""
    known = ~np.isnan(values)
    found = values[known]
    often = np.ones(len(found)) if weight is None else weight[known].astype(float)
    if not len(found):
        return nothing()
    centre = float(np.average(found, weights=often))
    spread = float((((found - centre) ** 2) * often).sum())
    n = int(often.sum())
    half = Z * math.sqrt(spread / n / n)
    return Figure(
        value=centre, numerator=float((found * often).sum()), denominator=n, n=n,
        low=centre - half, high=centre + half,
    )  # fmt: skip


def difference(after: Figure, before: Figure) -> tuple[float, float, float] | None:
    """Return after minus before, with an interval from those of both (Newcombe's)."""
    if None in {after.value, before.value, after.low, before.low, after.high, before.high}:
        return None
    a, a_low, a_high = _told(after)
    b, b_low, b_high = _told(before)
    between = a - b
    low = between - math.hypot(a - a_low, b_high - b)
    high = between + math.hypot(a_high - a, b - b_low)
    return between, low, high


def _told(figure: Figure) -> tuple[float, float, float]:
    return float(figure.value or 0), float(figure.low or 0), float(figure.high or 0)


def ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> Figure:
    """Return Σ above ÷ Σ below over units that bear both, by linearisation over the units."""
    total, n = float(below.sum()), len(below)
    if total == 0 or n == 0:
        return Figure(value=None, numerator=float(above.sum()), denominator=total, n=n)
    at = float(above.sum()) / total
    rest = above - at * below
    half = Z * math.sqrt(float((rest * rest).sum()) * n / max(1, n - 1)) / abs(total)
    return Figure(
        value=at, numerator=float(above.sum()), denominator=total, n=n, low=at - half,
        high=at + half,
    )  # fmt: skip


def percentile(values: NDArray[np.float64], rank: float) -> Figure:
    """Return a percentile with the interval that order statistics give, whatever is measured."""
    found = np.sort(values[~np.isnan(values)])
    n = len(found)
    if not n:
        return nothing()
    half = Z * math.sqrt(n * rank * (1 - rank))
    first = max(0, math.floor(n * rank - half) - 1)
    last = min(n - 1, math.ceil(n * rank + half))
    return Figure(
        value=float(np.quantile(found, rank)), numerator=float(found.sum()), denominator=n, n=n,
        low=float(found[first]), high=float(found[last]),
    )  # fmt: skip


def between(draws: Sequence[float] | NDArray[np.float64]) -> tuple[float, float] | None:
    """Return the middle 95 % of draws, leaving out what is not finite."""
    found = np.asarray(draws, dtype=float)
    found = found[np.isfinite(found)]
    if not len(found):
        return None
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)
