"""What is usual of an hour of the day: today so far is judged before the day is whole. Pure.

A profile is 24 numbers that are added to what is usual of a day on the scale of its seasons: to
the log odds of a share, the log of a count, the mean itself. It is made of the baseline's own days
and frozen with them. How much the sum of the hours so far scatters is told by those days too, for
each hour of its own: a morning knows less than a day.
"""

from dataclasses import asdict, dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from troth.metrics.drift.enrolment import FEWEST
from troth.metrics.drift.normal import Array, straightened
from troth.metrics.drift.phases import OUTSIDE, Days, apart, scatter, seasoned, shrunk
from troth.metrics.drift.readings import mixed

HOURS = 24
CASES = 30  # so far, under which a share or a mean of today says nothing
EXPECTED = 5.0  # so far, under which a count of today says nothing
_NINETY = 1.645  # sigmas to each side of a 90 % interval
_STEPS = 6  # of finding the level; it stands after three


@dataclass(frozen=True, slots=True)
class Cells:
    """One stream's days, a row each, by the hours 0 to 23 of its zone.

    `bad` are the cases of a share that went the worse way; `cases` all of them (of a mean: the
    values), `sum` adds the values. `length` is how much there was of the hour, in hours: 0 or 2
    where clocks change, and 0 of what is still to come.
    """

    bad: Array
    cases: Array
    sum: Array
    length: Array

    def of(self, days: Days) -> "Cells":
        """Return these days alone."""
        return Cells(self.bad[days], self.cases[days], self.sum[days], self.length[days])


@dataclass(frozen=True, slots=True)
class Profile:
    """What each hour adds, and the sigma of a day up to its end, in theory's (of a mean: its own).

    `scatter` None: too few of the baseline's `days` had come to anything by then.
    """

    adds: tuple[float, ...]
    scatter: tuple[float | None, ...]
    freedom: tuple[float | None, ...]
    days: int

    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.to_builtins(asdict(self))
        return found


def profile_from(document: dict[str, Any]) -> Profile:
    return msgspec.convert(document, Profile)


@dataclass(frozen=True, slots=True)
class Sums:
    """Days up to the end of each of their hours: what was seen, what is usual, theory's sigma."""

    seen: Array
    cases: Array
    expected: Array
    theory: Array
    skew: Array

    @property
    def deviation(self) -> Array:
        """Return the distance from the usual in theory's sigmas; NaN: nothing by then."""
        far = np.full(self.seen.shape, np.nan)
        np.divide(self.seen - self.expected, self.theory, out=far, where=self.theory > 0)
        return far


@dataclass(frozen=True, slots=True)
class SoFar:
    """Today up to the end of the hour `hour`. `z` is positive where it is worse than usual.

    `seen` and `expected` are bad cases, cases or a mean; `low` to `high` holds nine of ten days.
    `straight` is z as one of a normal; `freedom` how well its sigma is known (None: by theory).
    """

    hour: int
    seen: float
    cases: float
    expected: float
    low: float
    high: float
    z: float
    straight: float
    freedom: float | None


def sums(reading: str, cells: Cells, usual: Array, adds: Array) -> Sums:
    """Add up the hours of each day; `usual` is what is usual of the whole day, as a panel's."""
    each = seasoned(reading, usual[:, None], adds[None, :])
    number = np.cumsum(cells.cases, axis=1)
    if reading == "mean":
        whole = np.where(number > 0, number, np.nan)
        value, expected = np.cumsum(cells.sum, axis=1), np.cumsum(cells.cases * each, axis=1)
        theory = np.where(number > 0, 1.0, 0.0)
        return Sums(value / whole, number, expected / whole, theory, np.zeros_like(number))
    if reading == "count":
        expected = np.cumsum(cells.length * each, axis=1)
        sigma = np.sqrt(expected)
        return Sums(number, number, expected, sigma, _over(np.ones_like(sigma), sigma))
    expected = np.cumsum(cells.cases * each, axis=1)
    variance = np.cumsum(cells.cases * each * (1 - each), axis=1)
    third = np.cumsum(cells.cases * each * (1 - each) * (1 - 2 * each), axis=1)
    skew = _over(third, variance**1.5)
    return Sums(np.cumsum(cells.bad, axis=1), number, expected, np.sqrt(variance), skew)


def profile(reading: str, cells: Cells, usual: Array, *, dispersion: float) -> Profile | None:
    """Return the profile of the baseline's days; None where there are too few of them by the hour.

    Days that the baseline left out, for they were incidents, are left out here.
    """
    ends = sums(reading, cells, usual, np.zeros(HOURS)).deviation[:, -1]
    with np.errstate(invalid="ignore"):
        own = np.flatnonzero(np.abs(ends) <= OUTSIDE * dispersion)
    if len(own) < FEWEST:
        return None
    cells, usual = cells.of(own), usual[own]
    adds = _leveled(reading, cells, usual, _adds(reading, cells, usual))
    far = sums(reading, cells, usual, adds).deviation
    found = [_scatter(far[:, hour], reading) for hour in range(HOURS)]
    return Profile(
        adds=tuple(float(one) for one in adds),
        scatter=tuple(sigma for sigma, _ in found),
        freedom=tuple(freedom for _, freedom in found),
        days=len(own),
    )


def so_far(reading: str, worse: float, cells: Cells, usual: float, known: Profile) -> SoFar | None:
    """Return how far one day is from its usual, up to its last hour of which there is anything.

    None where too little has come, or too little is known of that hour, to say anything.
    """
    hours = np.flatnonzero(cells.length[0] > 0)
    sigma = known.scatter[int(hours[-1])] if len(hours) else None
    if sigma is None:
        return None
    found = sums(reading, cells, np.array([usual]), np.array(known.adds))
    seen, cases, expected, theory = (
        float(part[0, -1]) for part in (found.seen, found.cases, found.expected, found.theory)
    )
    if (expected < EXPECTED) if reading == "count" else (cases < CASES):
        return None
    side = 1.0 if reading == "share" else worse
    z = (seen - expected) / (theory * sigma) * side
    skew = float(found.skew[0, -1]) * side * (1.0 if reading == "mean" else float(mixed(sigma)))
    reach = _NINETY * theory * sigma
    low, high = expected - reach, expected + reach
    if reading != "mean":
        low = max(0.0, low)
    return SoFar(
        hour=int(hours[-1]), seen=seen, cases=cases, expected=expected, low=low,
        high=min(high, cases) if reading == "share" else high, z=z,
        straight=float(straightened(np.array(z), skew)), freedom=known.freedom[int(hours[-1])],
    )  # fmt: skip


def usual_by_hour(reading: str, usual: float, known: Profile) -> Array:
    """Return what is usual of each hour of a day: a share of the worse part, a count, a mean."""
    return seasoned(reading, usual, np.array(known.adds))


def _adds(reading: str, cells: Cells, usual: Array) -> Array:
    """Return what each hour adds, shrunk as weekdays and months are."""
    exposed = cells.length > 0 if reading == "count" else cells.cases > 0
    hours: NDArray[np.int64] = np.broadcast_to(np.arange(HOURS), exposed.shape)[exposed]
    level = np.broadcast_to(usual[:, None], exposed.shape)[exposed]
    bad, cases, added, length = (
        part[exposed] for part in (cells.bad, cells.cases, cells.sum, cells.length)
    )
    if reading == "mean":
        residuals = (added - cases * level) / np.sqrt(cases)
    elif reading == "count":
        residuals = (cases - length * level) / np.sqrt(length * level)
    else:
        residuals = (bad - cases * level) / np.sqrt(cases * level * (1 - level))

    def adds(own: Days) -> float:
        number = float(cases[own].sum())
        if reading == "mean":
            return float((added[own] - cases[own] * level[own]).sum()) / number
        if reading == "count":
            return apart(reading, number, float((length[own] * level[own]).sum()))
        return apart(reading, float(bad[own].sum()), float((cases * level)[own].sum()), number)

    return np.array(shrunk(residuals, hours, HOURS, adds))


def _leveled(reading: str, cells: Cells, usual: Array, adds: Array) -> Array:
    """Return the profile moved so that all of its days come to what they came to."""
    for _ in range(_STEPS):
        found = sums(reading, cells, usual, adds)
        seen, expected, whole = (part[:, -1] for part in (found.seen, found.expected, found.cases))
        if reading == "mean":
            adds = adds + float(((seen - expected) * whole).sum() / whole.sum())
        else:
            adds = adds + apart(
                reading, float(seen.sum()), float(expected.sum()), float(whole.sum())
            )
    return adds


def _scatter(far: Array, reading: str) -> tuple[float | None, float | None]:
    """Return how much the days scatter up to an hour, and how well that is known."""
    days = far[~np.isnan(far)]
    if len(days) < FEWEST:
        return None, None
    sigma, freedom, _ = scatter(days, known=reading != "mean")
    return sigma, freedom


def _over(above: Array, below: Array) -> Array:
    found = np.zeros_like(above)
    np.divide(above, below, out=found, where=below > 0)
    return found
