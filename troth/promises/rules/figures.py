"""Intervals, dispersion, low-volume evidence and forecasts. Plain arithmetic, no library."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from troth.promises.rules.results import Interval

_Z90 = 1.6448536269514722
_MOVING_RANGE = 1.128  # d2 of two points: a mean range of 1.128 is one standard deviation
MIN_DAYS = 8  # fewer days say nothing about how uneven days are
MIN_RESOLVED = 5  # fewer finished cases say nothing about how long cases take

Whole = NDArray[np.int64]


def dispersion(good: Whole, total: Whole) -> float:
    """Return φ = max(1, sigma_Z²): how much more the days differ than chance alone explains.

    One entry per day, oldest first. sigma_Z = mean|z_t - z_{t-1}| / 1.128 (Laney) over the days
    with cases; 1 where fewer than eight have any, or where all or none of the cases are good.
    """
    seen = total > 0
    good, total = good[seen], total[seen]
    share = int(good.sum()) / int(total.sum()) if len(total) else 0.0
    if len(total) < MIN_DAYS or not 0 < share < 1:
        return 1.0
    z = (good / total - share) / np.sqrt(share * (1 - share) / total)
    sigma = float(np.abs(np.diff(z)).mean()) / _MOVING_RANGE
    return max(1.0, sigma * sigma)


def wilson(good: int, total: int, phi: float = 1.0) -> Interval | None:
    """Return the 90 % interval of the share on total/φ cases, or None without a case."""
    if total == 0:
        return None
    n, share = total / phi, good / total
    z2 = _Z90 * _Z90
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z90 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low = 0.0 if good == 0 else max(0.0, middle - half)
    high = 1.0 if good == total else min(1.0, middle + half)
    return Interval(low, high)


def below_target(good: int, bad: int, target: Fraction, phi: float = 1.0) -> float:
    """Return P(p < T | Beta(1 + good, 1 + bad)), the evidence that the true share is too low.

    With φ > 1 the cases are first reduced to whole cases' worth of evidence, rounded down. For
    whole numbers the probability is a binomial tail: P(X ≤ bad), X ~ Bin(good + bad + 1, 1 - T).
    """
    good, bad = reduced(good, phi), reduced(bad, phi)
    return _binomial_tail(bad, good + bad + 1, float(1 - target))


def reduced(count: int, phi: float) -> int:
    """Return count/φ in whole cases, rounded down, never more evidence than there is."""
    return int(count / phi + 1e-9)


def _binomial_tail(most: int, n: int, p: float) -> float:
    """Return P(X ≤ most) for X ~ Bin(n, p), summed from its largest term outwards."""
    if p <= 0 or most >= n:
        return 1.0
    if p >= 1:
        return 0.0
    start = min(most, int((n + 1) * p))
    first = math.exp(_log_term(start, n, p))
    down = _walk(first, start, n, p, until=-1)
    up = _walk(first, start, n, p, until=most + 1)
    return min(1.0, first + down + up)


def _log_term(k: int, n: int, p: float) -> float:
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return ways + k * math.log(p) + (n - k) * math.log1p(-p)


def _walk(term: float, start: int, n: int, p: float, *, until: int) -> float:
    """Return the sum of the terms after `start` towards `until` (exclusive)."""
    step = 1 if until > start else -1
    odds, total, k = p / (1 - p), 0.0, start
    while k + step != until and term > total * 1e-17:
        ratio = (n - k) / (k + 1) * odds if step > 0 else k / (n - k + 1) / odds
        k, term = k + step, term * ratio
        total += term
    return total


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long one case took, or has been open, in seconds; `done` says which. Weighted."""

    seconds: float
    done: bool
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Open:
    """A case not yet due: open for `age` seconds of `allowed`; `done` = resolved already."""

    age: float
    allowed: float
    done: bool
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Forecast:
    """What to expect of the cases that are not yet due."""

    failing: float  # the expected number that will not be kept
    pending: int


def forecast(lasting: Sequence[Lasting], pending: Sequence[Open]) -> Forecast | None:
    """Return what the Kaplan-Meier curve of past durations makes of the pending cases.

    None where fewer than five cases were ever resolved. A case open for `age` is kept with
    probability 1 - S(allowed) / S(age).
    """
    if sum(case.weight for case in lasting if case.done) < MIN_RESOLVED:
        return None
    times, survival = kaplan_meier(lasting)
    failing = sum(case.weight * _fails(case, times, survival) for case in pending if not case.done)
    return Forecast(round(failing, 9), sum(case.weight for case in pending))


def kaplan_meier(lasting: Sequence[Lasting]) -> tuple[list[float], list[float]]:
    """Return the durations at which cases were resolved and the share still open after each."""
    ordered = sorted((max(0.0, case.seconds), not case.done, case.weight) for case in lasting)
    left, share = sum(case.weight for case in lasting), 1.0
    times: list[float] = []
    survival: list[float] = []
    index = 0
    while index < len(ordered):
        moment, done, gone = ordered[index][0], 0, 0
        while index < len(ordered) and ordered[index][0] == moment:
            done += 0 if ordered[index][1] else ordered[index][2]
            gone += ordered[index][2]
            index += 1
        if done:
            share *= 1 - done / left
            times.append(moment)
            survival.append(share)
        left -= gone
    return times, survival


def _fails(case: Open, times: list[float], survival: list[float]) -> float:
    here = _at(case.age, times, survival)
    return _at(case.allowed, times, survival) / here if here > 0 else 1.0


def _at(moment: float, times: list[float], survival: list[float]) -> float:
    index = bisect_right(times, moment)
    return survival[index - 1] if index else 1.0
