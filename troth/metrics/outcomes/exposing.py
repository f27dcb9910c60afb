"""Who met something broken in one part of time, and whether they came in another.

Exposure is counted in the first part, what became of people in the second.
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


def stacked(tables: Sequence[Table]) -> Table:
    """Return the cases of several tables as one, by whom they concern."""
    if len(tables) == 1:
        return tables[0]
    none = np.zeros(0, dtype=np.int64)
    at = np.concatenate([none, *(one.at for one in tables)])
    weight = np.concatenate([none, *(one.weight for one in tables)])
    who = np.concatenate([np.zeros(0, dtype=object), *(one["who"] for one in tables)])
    return Table(at, weight, {"who": who}, merged(*tables))
