"""What became of customers who met broken promises, beside those who did not.

Time is split: exposure is counted in the first part, what became of people in the second. What is
found is an association: people who meet more of us also meet more of our failures, so both sides
are compared within strata of how often and how lately they came, and two placebos are run.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from troth.metrics.outcomes import intervals
from troth.metrics.outcomes.exposing import Mask, People
from troth.metrics.outcomes.results import Figure

SHUFFLES = 2_000
_SELDOM = 0.05


@dataclass(frozen=True, slots=True)
class Effect:
    """A comparison with its 95 % interval; None where a zero leaves nothing to compare."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Placebo:
    """What chance alone gives: its middle and 95 %, and how often it is as far from none (p)."""

    middle: float | None
    low: float | None
    high: float | None
    p: float | None
    draws: int


@dataclass(frozen=True, slots=True)
class Link:
    """The association of exposure with returning, crude and within strata, with its placebos.

    Differences are exposed minus unexposed, as shares. `future` compares the same before anything
    was met: customers of the second part, by what they met in it, for whether they came in the
    first. An effect of what was met cannot be there.
    """

    exposed: Figure
    unexposed: Figure
    difference: Effect
    odds_ratio: Effect
    adjusted: Effect
    adjusted_odds_ratio: Effect
    permuted: Placebo
    future: Effect
    future_n: int
    strata: int


def link(now: People, future: People, *, seed: int = 1) -> Link:
    """Compare the exposed (one or more) with the unexposed."""
    hurt = now.exposures > 0
    exposed = intervals.share(int((hurt & now.returned).sum()), int(hurt.sum()))
    unexposed = intervals.share(int((~hurt & now.returned).sum()), int((~hurt).sum()))
    tables = _tables(now)
    return Link(
        exposed=exposed, unexposed=unexposed,
        difference=_crude(exposed, unexposed),
        odds_ratio=odds_ratio(_cells(hurt, now.returned)),
        adjusted=stratified_difference(tables), adjusted_odds_ratio=stratified_odds(tables),
        permuted=permuted(tables, seed=seed),
        future=stratified_difference(_tables(future)), future_n=len(future),
        strata=len(_useful(tables)),
    )  # fmt: skip


def _crude(exposed: Figure, unexposed: Figure) -> Effect:
    found = intervals.difference(exposed, unexposed)
    return Effect(None) if found is None else Effect(*found)


Cells = tuple[float, float, float, float]


def _cells(hurt: Mask, returned: Mask) -> Cells:
    """Return a, b, c, d: exposed who returned and did not, unexposed who returned and did not."""
    return (
        float((hurt & returned).sum()), float((hurt & ~returned).sum()),
        float((~hurt & returned).sum()), float((~hurt & ~returned).sum()),
    )  # fmt: skip


def odds_ratio(cells: Cells) -> Effect:
    """Return the odds ratio with Woolf's interval; a half is added to all where one is zero."""
    a, b, c, d = cells
    if a + b == 0 or c + d == 0 or a + c == 0 or b + d == 0:
        return Effect(None)
    if 0 in cells:
        a, b, c, d = (one + 0.5 for one in cells)
    middle = np.log(a * d / (b * c))
    half = intervals.Z * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return Effect(*(float(np.exp(one)) for one in (middle, middle - half, middle + half)))


def _tables(found: People) -> NDArray[np.float64]:
    """Return one row a stratum: a, b, c, d."""
    hurt = found.exposures > 0
    rows = [
        _cells(hurt[mine], found.returned[mine])
        for mine in (found.stratum == one for one in np.unique(found.stratum))
    ]
    return np.array(rows, dtype=float).reshape(-1, 4)


def _useful(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the strata in which there is somebody on both sides."""
    exposed, unexposed = tables[:, 0] + tables[:, 1], tables[:, 2] + tables[:, 3]
    return tables[(exposed > 0) & (unexposed > 0)]


def stratified_difference(tables: NDArray[np.float64]) -> Effect:
    """Return Mantel and Haenszel's difference of risks, with Greenland and Robins' variance."""
    found = _useful(tables)
    if not len(found):
        return Effect(None)
    a, b, c, d = found.T
    n1, n0 = a + b, c + d
    n = n1 + n0
    weights = n1 * n0 / n
    at = float((weights * (a / n1 - c / n0)).sum() / weights.sum())
    spread = (a * b * n0**3 + c * d * n1**3) / (n1 * n0 * n * n)
    half = intervals.Z * float(np.sqrt(spread.sum())) / float(weights.sum())
    return Effect(at, at - half, at + half)


def stratified_odds(tables: NDArray[np.float64]) -> Effect:
    """Return Mantel and Haenszel's odds ratio, with Robins, Breslow and Greenland's variance."""
    found = _useful(tables)
    a, b, c, d = found.T
    n = np.maximum(found.sum(axis=1), 1)
    for_, against = a * d / n, b * c / n
    if not len(found) or for_.sum() == 0 or against.sum() == 0:
        return Effect(None)
    p, q = (a + d) / n, (b + c) / n
    r, s = for_.sum(), against.sum()
    spread = (
        (p * for_).sum() / (2 * r * r)
        + (p * against + q * for_).sum() / (2 * r * s)
        + (q * against).sum() / (2 * s * s)
    )
    middle, half = np.log(r / s), intervals.Z * np.sqrt(spread)
    return Effect(*(float(np.exp(one)) for one in (middle, middle - half, middle + half)))


def permuted(tables: NDArray[np.float64], *, seed: int) -> Placebo:
    """Return the differences that come out when exposure is dealt anew within each stratum."""
    found = _useful(tables)
    if not len(found):
        return Placebo(None, None, None, None, 0)
    a, b, c, d = found.T
    n1, n0, back = a + b, c + d, a + c
    weights = n1 * n0 / (n1 + n0)
    chance = np.random.default_rng(seed)
    sizes = (back.astype(np.int64), (b + d).astype(np.int64), n1.astype(np.int64))
    dealt = chance.hypergeometric(*sizes, size=(SHUFFLES, len(found)))
    drawn = ((dealt / n1 - (back - dealt) / n0) * weights).sum(axis=1) / weights.sum()
    seen = float((weights * (a / n1 - c / n0)).sum() / weights.sum())
    far = int((np.abs(drawn) >= abs(seen) - 1e-12).sum())
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Placebo(
        float(drawn.mean()), float(low), float(high), (1 + far) / (1 + SHUFFLES), SHUFFLES
    )  # fmt: skip


def holds(found: Link) -> bool:
    """Say whether the difference within strata is apart from none, and from what chance gives.

    And whether the placebo of the future shows nothing of the kind.
    """
    seen, future = found.adjusted, found.future
    if seen.value is None or found.permuted.p is None:
        return False
    return (
        _apart(seen)
        and found.permuted.p < _SELDOM
        and not (_apart(future) and (future.value or 0) * seen.value > 0)
    )


def _apart(effect: Effect) -> bool:
    return effect.low is not None and effect.high is not None and not effect.low <= 0 <= effect.high
