"""What became of customers who met broken promises, beside those who did not.

Time is split: exposure is counted in the first part, what became of people in the second. What is
found is an association: people who meet more of us also meet more of our failures, so both sides
are compared within strata of how often and how lately they came, and two placebos are run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from troth.metrics.outcomes import intervals
from troth.metrics.outcomes.results import Curve, Figure, Point
from troth.metrics.outcomes.tables import NOBODY, Table, merged, numbered

Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
SHUFFLES = 2_000
_SELDOM = 0.05
_OFTEN = (1, 2, 4)  # bounds of how often: once, twice, to four times, more
_LATELY = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class People:
    """Customers of one part of time: exposures, what became of them, and their stratum."""

    exposures: Whole
    returned: Mask
    stratum: Whole
    later: NDArray[np.float64]  # how often they came in the other part

    def __len__(self) -> int:
        return len(self.exposures)


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


Stretch = tuple[int, int]  # the instants after the first, up to the second, in µs


@dataclass(frozen=True, slots=True)
class Met:
    """Who came and who met something broken, as numbers, and when."""

    who: Whole
    came_at: Whole
    hurt: Whole
    hurt_at: Whole

    @property
    def size(self) -> int:
        return max(int(self.who.max(initial=NOBODY)), int(self.hurt.max(initial=NOBODY))) + 1


def meetings(came: Table, met: Table) -> Met:
    who, theirs = numbered(came["who"], met["who"])
    mine, hurt = who != NOBODY, theirs != NOBODY
    return Met(who[mine], came.at[mine], theirs[hurt], met.at[hurt])


def people(told: Met, *, here: Stretch, there: Stretch) -> People:
    """Return the customers who came `here`, what they met here, and who of them came `there`."""
    mine, other = _within(told.came_at, here), _within(told.came_at, there)
    often = np.bincount(told.who[mine], minlength=told.size)
    customers = np.flatnonzero(often)
    last = np.full(told.size, here[0], dtype=np.int64)
    np.maximum.at(last, told.who[mine], told.came_at[mine])
    exposures = np.bincount(told.hurt[_within(told.hurt_at, here)], minlength=told.size)[customers]
    later = np.bincount(told.who[other], minlength=told.size)[customers]
    strata = _strata(often[customers], last[customers])
    return People(exposures, later > 0, strata, later.astype(float))


def _within(at: Whole, stretch: Stretch) -> Mask:
    return (at > stretch[0]) & (at <= stretch[1])


def _strata(often: Whole, last: Whole) -> Whole:
    """Return one number for each mix of how often and how lately somebody came."""
    if not len(often):
        return often
    bounds = np.quantile(last, _LATELY)
    return np.searchsorted(_OFTEN, often) * 4 + np.searchsorted(bounds, last)


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


@dataclass(frozen=True, slots=True)
class Band:
    """Customers who met so many broken promises, and what became of them afterwards."""

    name: str
    returned: Figure
    orders: Figure  # afterwards, each


def bands(found: People, *, most: int = 3) -> list[Band]:
    """Return customers by how many broken promises they met: 0, 1, 2, and `most` or more."""
    told = []
    for count in range(most + 1):
        mine = found.exposures >= count if count == most else found.exposures == count
        name = f"{count}+" if count == most else str(count)
        told.append(_band(name, found, mine))
    return told


def _band(name: str, found: People, mine: Mask) -> Band:
    returned = intervals.share(int(found.returned[mine].sum()), int(mine.sum()))
    return Band(name, returned, intervals.mean_of(found.later[mine]))


def curves(met: Met, *, here: Stretch, steps: Sequence[int], most: int = 3) -> list[Curve]:
    """Return for each band which share came in each step after `here`. `steps` are its ends."""
    told: dict[str, list[Point]] = {}
    for step, (first, last) in enumerate(pairwise([here[1], *steps]), 1):
        for band in bands(people(met, here=here, there=(first, last)), most=most):
            point = _point(step, band.returned)
            if point is not None:
                told.setdefault(band.name, []).append(point)
    return [Curve(name, tuple(points)) for name, points in told.items()]


def _point(step: int, figure: Figure) -> Point | None:
    if figure.value is None:
        return None
    return Point(step, figure.value, figure.low, figure.high, figure.n)


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


def stacked(tables: Sequence[Table]) -> Table:
    """Return the cases of several tables as one, by whom they concern."""
    if len(tables) == 1:
        return tables[0]
    none = np.zeros(0, dtype=np.int64)
    at = np.concatenate([none, *(one.at for one in tables)])
    weight = np.concatenate([none, *(one.weight for one in tables)])
    who = np.concatenate([np.zeros(0, dtype=object), *(one["who"] for one in tables)])
    return Table(at, weight, {"who": who}, merged(*tables))
