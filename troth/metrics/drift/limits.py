"""How far is too far: limits from one budget of false alarms over everything that is watched.

The budget is told in days: over all streams together, and with everything in control, one false
alarm in so many days in the mean. It is shared among the kinds of alarm (`SHARES`), within a kind
evenly among the streams. A limit is then what a chart in control passes once in that time: for an
EWMA by the Markov chain of Brook and Evans (1972), for a single day by the normal tail. Alarms of
several kinds often come together, so their rates add up to more than there are: by how much is
found by a simulation with a fixed seed (`overlap`), and given back to the budget.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np

from troth.metrics.drift.normal import Array, above, cdf, quantile_above, widened

A_QUARTER = 91.3125  # days: one false alarm a quarter, the default
MEMORY = 0.1  # lambda of a fade's and a stack's EWMA
SPREAD_MEMORY = 0.05  # lambda of the EWMA of how much a stream scatters
# Most goes to what this is about: many small slips that add up.
SHARES = {"stack": 0.75, "fade": 0.20, "spike": 0.03, "predictability": 0.02}
LOOKS = (
    24  # at a day that goes on: half of its stream's spikes are theirs, the other half the day's
)
DRAWN_ONCE_IN = 370  # days in control: what is as rare as three sigmas, to both sides
SPECIAL = 3.0  # sigmas of one day: drawn as a special cause (S2.44), whatever the budget
_STATES = 101
_LOWEST = -6.0  # sigmas: an EWMA below this is as if it stood there
_RUNS, _DAYS, _MOST = 250, 1_000, 24  # of the simulation; more streams hardly overlap more
_SEED = 20260101


@dataclass(frozen=True, slots=True)
class Limits:
    """In sigmas of what is compared with them. `spike` is that of an alarm, not of the drawing."""

    fade: float
    stack: float
    spike: float
    predictability: float


@lru_cache(maxsize=256)
def limits(*, streams: int, days: float = A_QUARTER) -> Limits:
    """Return the limits for so many streams and one false alarm in `days` days over all of them."""
    streams = max(1, streams)
    given = days * overlap(min(streams, _MOST), round(days))
    return _limits(streams, given)


def _limits(streams: int, days: float) -> Limits:
    shares = dict(SHARES)
    if streams == 1:  # nothing can stack
        shares["fade"] += shares["stack"]
    each = {kind: days * streams / share for kind, share in shares.items()}
    return Limits(
        fade=ewma_limit(each["fade"], MEMORY),
        stack=ewma_limit(days / shares["stack"], MEMORY),
        spike=quantile_above(1 / each["spike"]),
        predictability=ewma_limit(each["predictability"], SPREAD_MEMORY),
    )


def split(spike: float, looks: int = LOOKS) -> tuple[float, float]:
    """Return the limits of a day and of one look at it, for a stream that is looked at earlier.

    Together they are passed no oftener than `spike` is by days alone: half of that is the day's,
    the other half shared by the looks at it before it is whole (Bonferroni).
    """
    half = above(spike) / 2
    return quantile_above(half), quantile_above(half / looks)


def ewma_sigma(memory: float) -> float:
    """Return sigma of an EWMA of independent standard normals that has forgotten its beginning."""
    return sqrt(memory / (2 - memory))


@lru_cache(maxsize=1024)
def ewma_limit(days: float, memory: float) -> float:
    """Return the limit, in the EWMA's own sigmas, that it passes upwards once in `days` days."""
    low, high = 0.0, 8.0
    while high - low > 1e-3:  # noqa: PLR2004 - a thousandth of a sigma
        middle = (low + high) / 2
        if run_length(middle, memory) < days:
            low = middle
        else:
            high = middle
    return high


@lru_cache(maxsize=4096)
def run_length(limit: float, memory: float) -> float:
    """Return after how many days in control an EWMA that begins at 0 passes `limit` upwards."""
    sigma = ewma_sigma(memory)
    edges = sigma * np.linspace(_LOWEST, limit, _STATES + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    reached = cdf((edges[None, :] - (1 - memory) * middles[:, None]) / memory)
    moves = np.diff(reached, axis=1)
    moves[:, 0] = reached[:, 1]  # whatever lies lower counts as the lowest state
    lengths = np.linalg.solve(np.eye(_STATES) - moves, np.ones(_STATES))
    return float(np.interp(0.0, middles, lengths))


@lru_cache(maxsize=256)
def overlap(streams: int, days: int) -> float:
    """Return which share of the false alarms of all kinds are left when those at once are one.

    By a simulation of independent streams in control, always with the same seed: 250,000 days.
    """
    found = _limits(streams, float(days))
    chance = np.random.default_rng(_SEED)
    own = np.zeros((_RUNS, streams))
    pool = np.zeros(_RUNS)
    is_open = np.zeros(_RUNS, dtype=bool)
    cases = 0
    sigma = ewma_sigma(MEMORY)
    for _ in range(_DAYS):
        z = chance.standard_normal((_RUNS, streams))
        own = MEMORY * z + (1 - MEMORY) * own
        pool = MEMORY * z.sum(1) / sqrt(streams) + (1 - MEMORY) * pool
        most, stacked = own.max(1) / sigma, pool / sigma
        over = (most > found.fade) | (stacked > found.stack) | (z.max(1) > found.spike)
        cases += int((over & ~is_open).sum())
        back = (most < found.fade / 2) & (stacked < found.stack / 2)
        is_open = (is_open | over) & ~back
    seen = cases / (_RUNS * _DAYS)
    promised = (1 - SHARES["predictability"]) / days
    return float(min(1.0, max(0.5, seen / promised)))


def ewma_widths(limit: float, *, memory: float, days: Array, freedom: Array, lag: Array) -> Array:
    """Return, for each stream, where its EWMA's limit lies, in units of z.

    Wider than the limit times the EWMA's sigma by what the baseline does not know: its level comes
    from `days` days, its sigma has `freedom` degrees (infinity: it is known), and one day resembles
    the next by `lag` (the autocorrelation of what is left).
    """
    keep = (1 - memory) * lag
    scatter = memory / (2 - memory) * (1 + keep) / (1 - keep)
    level = (1 + lag) / (1 - lag) / np.maximum(days, 1)
    return np.asarray(widened(limit, freedom) * np.sqrt(scatter + level))
