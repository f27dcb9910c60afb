"""The 90 % interval of the score: 2,000 draws of all promises at once, the same every time.

Nothing is left to chance. Each promise is drawn at the 2,000 evenly spaced ranks of its own
distribution (Latin hypercube), in an order that its name decides; the interval moves with the
evidence alone, and a script of the standard library finds the same one.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from troth.promises.scoring.belief import ZERO_SHAPE, Belief
from troth.promises.scoring.constants import DRAWS, Constants
from troth.promises.scoring.gap import AT_TARGET

Real = NDArray[np.float64]
_STEPS = 400
_RANKS = (np.arange(DRAWS) + 0.5) / DRAWS
_FAR = 700.0  # log-odds; beyond them a share is 0 or 1 for a computer
_TAIL = 35.0  # e^-35 of the mass is left out on either side


def draws(belief: Belief, constants: Constants) -> Real:
    """Return 2,000 draws of the points of a promise."""
    share = quantiles(*belief.shape)[order(f"{belief.slug} {belief.zero:d}")]
    if belief.zero:
        own = belief.gap - (1 - belief.certainty) * constants.prior_gap
        presumed = (1 - share) / ZERO_SHAPE[2] * (constants.prior_gap / 2)
        gap = (1 - belief.certainty) * presumed + own
    else:
        gap = (1 - share) / belief.tolerance
    rate = constants.loss_aversion / 4
    steep = AT_TARGET * np.exp(-rate * (np.maximum(gap, 1.0) - 1))
    return np.where(gap <= 1, 100.0 - 20.0 * gap, steep)


def quantiles(alpha: float, beta: float, ranks: Real = _RANKS) -> Real:
    """Return quantiles of Beta(alpha, beta), by adding up its density over the log-odds."""
    middle = np.log(alpha / beta)
    spread = 8 * np.sqrt((alpha + beta) / (alpha * beta))
    low, high = middle - max(spread, _TAIL / alpha), middle + max(spread, _TAIL / beta)
    low, high = max(low, -_FAR), min(high, _FAR)
    odds = low + (high - low) * (np.arange(_STEPS + 1) / _STEPS)
    height = -alpha * np.logaddexp(0, -odds) - beta * np.logaddexp(0, odds)
    density = np.exp(height - height.max())
    mass = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2)))
    found: Real = np.interp(ranks, mass / mass[-1], odds)
    return 1 / (1 + np.exp(-found))


@lru_cache(maxsize=4096)
def order(name: str) -> NDArray[np.int64]:
    """Return 0..1999 in the order that a name decides (splitmix64)."""
    seed = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, DRAWS + 1, dtype=np.uint64) * _GOLDEN
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        keys = z ^ (z >> np.uint64(31))
    return np.argsort(np.argsort(keys))


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def interval(drawn: Real) -> tuple[float, float]:
    """Return where nine in ten of the draws lie: 5 % are below, 5 % above."""
    ordered, edge = np.sort(drawn), len(drawn) // 20
    return (
        float(ordered[edge - 1] + ordered[edge]) / 2,
        float(ordered[-edge - 1] + ordered[-edge]) / 2,
    )


def mixed(parts: Sequence[tuple[float, Real]]) -> Real:
    """Return the weighted sum of draws."""
    found = np.zeros(DRAWS)
    for weight, drawn in parts:
        found += weight * drawn
    return found
