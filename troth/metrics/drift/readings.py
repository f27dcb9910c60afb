"""Days as distances from what is usual, and what a chart with a memory makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from troth.metrics.drift import limits as far
from troth.metrics.drift.normal import Array, straightened
from troth.metrics.drift.panels import Flags, Panel
from troth.metrics.drift.phases import Frozen, deviations, expectation, theory, unknown_holidays

REACH = 3.5  # sigmas: a day counts no more than this, for one bad day is a spike and no fade
_SLACK = 0.25  # k of CUSUM: half of the smallest lasting shift, in sigmas, that it is to date


@dataclass(frozen=True, slots=True)
class Distances:
    """Streams' days in sigmas from the usual, positive = worse; NaN: nothing to say of that day.

    `expected` and `sigma` are in the unit of `phases.observed`; `skew` is that of one day's z.
    `judged` marks the days that count: within a phase that is frozen, after the days it was made
    of, and no holiday of unknown kind.
    """

    z: Array
    skew: Array
    expected: Array
    sigma: Array
    judged: Flags
    days: Array
    freedom: Array
    lag: Array


def distances(panel: Panel, baselines: Sequence[Frozen | None], *, judged: Flags) -> Distances:
    """Return the distances of one phase of each stream; `judged` marks the days of that phase."""
    expected = expectation(panel, baselines)
    sigma = theory(panel, expected) * _column(baselines, "dispersion", np.nan)[:, None]
    raw = deviations(panel, baselines) / _column(baselines, "dispersion", np.nan)[:, None]
    shares = np.array([reading == "share" for reading in panel.readings])
    z = np.where(shares[:, None], raw, raw * panel.worse[:, None])
    known = judged & ~unknown_holidays(panel, baselines)
    freedom = _column(baselines, "freedom", np.inf)
    return Distances(
        z=z,
        skew=_skew(panel, expected, baselines),
        expected=expected,
        sigma=sigma,
        judged=known & ~np.isnan(z),
        days=_column(baselines, "days", 1.0),
        freedom=np.maximum(freedom, 5.0),
        lag=_column(baselines, "lag", 0.0),
    )


def _column(baselines: Sequence[Frozen | None], name: str, missing: float) -> Array:
    values = [None if one is None else getattr(one, name) for one in baselines]
    return np.array([missing if value is None else float(value) for value in values])


def _skew(panel: Panel, expected: Array, baselines: Sequence[Frozen | None]) -> Array:
    """Return the skewness of one day's z: rare failures have a long tail upwards.

    That of a binomial or Poisson count; where days scatter more than that (dispersion squared is
    the factor f of the variance), as in a mixture of them: (2f - 1) / sqrt(f) times as much.
    """
    found = np.zeros(panel.shape)
    shares = np.array([reading == "share" for reading in panel.readings])
    counts = np.array([reading == "count" for reading in panel.readings])
    p, n = expected[shares], np.maximum(panel.total[shares], 1)
    found[shares] = (1 - 2 * p) / np.sqrt(n * p * (1 - p))
    found[counts] = panel.worse[counts, None] / np.sqrt(expected[counts] * panel.hours[counts])
    factor = mixed(_column(baselines, "dispersion", 1.0)[:, None])
    wider = np.where((shares | counts)[:, None], factor, 0.0)
    return np.where(np.isnan(found), 0.0, found * wider)


def mixed(dispersion: Array | float) -> Array:
    """Return how many times as skewed cases are that scatter so much more than by chance."""
    factor = np.square(dispersion)
    return np.asarray((2 * factor - 1) / np.sqrt(factor))


@dataclass(frozen=True, slots=True)
class Memory:
    """An EWMA day by day: `level` in z, `score` in its own sigmas and straightened."""

    level: Array
    score: Array


def remembered(z: Array, *, judged: Flags, skew: Array, memory: float = far.MEMORY) -> Memory:
    """Return the EWMA of each row over its judged days; on the others it stands still.

    A day counts at most `REACH` sigmas. Its third moment is carried along, so that its score can
    be straightened.
    """
    rows, days = z.shape
    level, score = np.zeros((rows, days)), np.zeros((rows, days))
    now, third = np.zeros(rows), np.zeros(rows)
    keep, sigma = 1 - memory, far.ewma_sigma(memory)
    # Where it has begun, the third moment stands at what it will be in the long run.
    steady = memory**3 / (1 - keep**3)
    third = steady * np.array([_typical(np.asarray(skew[row][judged[row]])) for row in range(rows)])
    clean = np.where(judged, np.clip(z, -REACH, REACH), 0.0)
    for day in range(_first(judged), days):
        on = judged[:, day]
        now = np.where(on, memory * clean[:, day] + keep * now, now)
        third = np.where(on, memory**3 * skew[:, day] + keep**3 * third, third)
        level[:, day] = now
        score[:, day] = third
    return Memory(level, straightened(level / sigma, score / sigma**3))


def _first(judged: Flags) -> int:
    """Return the first day on which any row is judged: before it nothing moves."""
    some = judged.any(axis=0)
    return int(some.argmax()) if some.any() else int(judged.shape[1])


def _typical(skew: Array) -> float:
    return float(np.median(skew)) if len(skew) else 0.0


def begun(z: Array, *, judged: Flags, slack: float = _SLACK) -> NDArray[np.int64]:
    """Return, for each day, the day on which what is to be seen by then has begun.

    The day after the last on which the CUSUM S = max(0, S + z - slack) stood at zero.
    """
    rows, days = z.shape
    zero = np.zeros((rows, days), dtype=np.int64)
    now, last = np.zeros(rows), np.full(rows, _first(judged) - 1, dtype=np.int64)
    clean = np.where(judged, np.clip(z, -REACH, REACH) - slack, 0.0)
    for day in range(_first(judged), days):
        now = np.maximum(0.0, now + clean[:, day])
        last = np.where(now <= 0, day, last)
        zero[:, day] = last + 1
    return np.minimum(zero, np.arange(days))
