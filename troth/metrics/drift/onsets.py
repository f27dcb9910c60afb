"""Since when: the days on which the level of a whole history changed, looked at afterwards.

Optimal partitioning (Jackson et al. 2005): of all ways to cut the history into pieces of one level
each, the one with the least squared distance, where each cut must be worth its price. The price is
an eighth of the whole scatter, whatever the series: what explains less is left to the eye.
"""

import numpy as np

from troth.metrics.drift.normal import Array

WORTH = 1 / 8  # of the whole scatter must a change explain
SHORTEST = 3  # values in a piece


def changes(values: Array, *, worth: float = WORTH) -> list[int]:
    """Return the indices at which a new level begins, in order; NaN is filled in between."""
    known = np.flatnonzero(~np.isnan(values))
    if len(known) < 2 * SHORTEST:
        return []
    whole = np.interp(np.arange(len(values)), known, values[known])
    whole = whole - whole.mean()
    scatter = float((whole**2).sum())
    return _cuts(whole, worth * scatter) if scatter > 0 else []


def _cuts(values: Array, price: float) -> list[int]:
    length = len(values)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    squares = np.concatenate([[0.0], np.cumsum(values**2)])
    best = np.full(length + 1, np.inf)
    best[0] = -price
    before = np.zeros(length + 1, dtype=np.int64)
    for end in range(SHORTEST, length + 1):
        starts = np.arange(end - SHORTEST + 1)
        within = squares[end] - squares[starts] - (sums[end] - sums[starts]) ** 2 / (end - starts)
        cost = best[starts] + within + price
        chosen = int(cost.argmin())
        best[end], before[end] = cost[chosen], chosen
    found = []
    end = int(before[length])
    while end > 0:
        found.append(end)
        end = int(before[end])
    return found[::-1]
