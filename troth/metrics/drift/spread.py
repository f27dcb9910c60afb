"""Predictability: how much a stream scatters, apart from how high it stands.

A customer plans with what usually happens; one who cannot plan trusts less, at the same mean. The
chart takes each day's distance from the EWMA of the days before, so that a shift of the level is
no scatter; the square root of its size is nearly normal (Hawkins 1981) and is charted as fades are.
"""

from dataclasses import dataclass

import numpy as np

from troth.metrics.drift.cases import Case, openings
from troth.metrics.drift.limits import MEMORY, SPREAD_MEMORY, Limits, ewma_sigma, ewma_widths
from troth.metrics.drift.normal import Array
from troth.metrics.drift.panels import Flags
from troth.metrics.drift.readings import REACH, Distances, Memory, begun, remembered

ROOT_MEAN, ROOT_SIGMA = 0.82218, 0.34914  # of the square root of a standard normal's size
_BACK = 0.5


@dataclass(frozen=True, slots=True)
class Scatter:
    """How much rows scattered in their baselines: mean and sigma of the roots, and of how many."""

    mean: Array
    sigma: Array
    days: Array


@dataclass(frozen=True, slots=True)
class Spread:
    memory: Memory
    limit: Array
    cases: list[Case]


def roots(found: Distances, usable: Flags) -> Array:
    """Return the root of each day's distance from the level so far; NaN where there is none."""
    level = remembered(found.z, judged=usable, skew=found.skew * 0).level
    before = np.concatenate([np.zeros((len(level), 1)), level[:, :-1]], axis=1)
    away = np.clip(found.z - before, -REACH, REACH)
    size = np.abs(away) / np.sqrt(1 + ewma_sigma(MEMORY) ** 2)
    return np.where(usable, np.sqrt(size), np.nan)


def scatter_of(root: Array, baseline: Flags) -> Scatter:
    """Return what was usual of the roots over the days of the baselines."""
    used = baseline & ~np.isnan(root)
    days = used.sum(axis=1)
    clean = np.where(used, root, 0.0)
    n = np.maximum(days, 1)
    mean = clean.sum(axis=1) / n
    squares = np.where(used, (root - mean[:, None]) ** 2, 0.0).sum(axis=1)
    sigma = np.sqrt(squares / np.maximum(days - 1, 1))
    return Scatter(
        mean=np.where(days > 1, mean, ROOT_MEAN),
        sigma=np.maximum(np.where(days > 1, sigma, ROOT_SIGMA), ROOT_SIGMA / 2),
        days=n.astype(float),
    )


def spread(
    root: Array, found: Distances, usual: Scatter, limits: Limits, *, alive: Flags
) -> Spread:
    """Return where rows have become less predictable than they were."""
    judged = found.judged & ~np.isnan(root)
    scores = (root - usual.mean[:, None]) / np.maximum(usual.sigma, ROOT_SIGMA)[:, None]
    memory = remembered(scores, judged=judged, skew=np.zeros_like(scores), memory=SPREAD_MEMORY)
    rows = len(scores)
    width = ewma_widths(
        limits.predictability, memory=SPREAD_MEMORY, days=usual.days,
        freedom=np.full(rows, 1e9), lag=np.zeros(rows),
    )  # fmt: skip
    limit = width / ewma_sigma(SPREAD_MEMORY)
    over = judged & (memory.score > limit[:, None])
    back = memory.score < _BACK * limit[:, None]
    starts = begun(scores, judged=judged)
    cases = []
    for one in openings(over, back, alive=alive):
        onset = int(starts[one.row, one.opened])
        times = times_wider(root[one.row, onset : one.opened + 1], float(usual.mean[one.row]))
        cases.append(
            Case(
                row=one.row, kind="predictability", opened=one.opened, closed=one.closed,
                onset=onset,
                size=(times - 1) * float(found.sigma[one.row, one.opened]),
                why_closed="" if one.closed is None else "as predictable as it was",
                evidence={
                    "score": round(float(memory.score[one.row, one.opened]), 3),
                    "limit": round(float(limit[one.row]), 3),
                    "times_wider": round(times, 2),
                },
            )
        )  # fmt: skip
    return Spread(memory, limit, cases)


def times_wider(root: Array, usual: float) -> float:
    """Return how many times as wide as usual the days of these roots scatter."""
    seen = root[~np.isnan(root)]
    return float((seen.mean() / usual) ** 2) if len(seen) and usual > 0 else 1.0
