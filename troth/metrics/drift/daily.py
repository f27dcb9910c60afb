"""Days of one measure added up: a figure with its interval, and two times compared. Pure.

Sums are added and divided once, when they are shown; a mean of days is never taken. Intervals are
of 90 %, on as much evidence as uneven days leave (Laney's sigma).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import sqrt
from typing import Final

import numpy as np

from troth.metrics.outcomes.sides import Between, Side, Z, between

_TWO_DAYS = 1.128  # mean range of two standard normals: d2 of Shewhart's tables
_MOST_POINTS = 0.9  # of a line stand on cases enough, or it looks back further
_FEWEST_DAYS = 8  # fewer days say nothing about how uneven days are
READINGS: Final = ("share", "mean", "count")


@dataclass(frozen=True, slots=True)
class Day:
    """What one local day came to: sums of weights (`good`, `total`) and of values."""

    day: date
    good: int = 0
    total: int = 0
    n: int = 0
    sum: float = 0.0
    squares: float = 0.0

    def __add__(self, other: "Day") -> "Day":
        return Day(
            self.day, self.good + other.good, self.total + other.total, self.n + other.n,
            self.sum + other.sum, self.squares + other.squares,
        )  # fmt: skip

    @property
    def bad(self) -> int:
        return self.total - self.good

    @property
    def is_silent(self) -> bool:
        return not self.total and not self.n


@dataclass(frozen=True, slots=True)
class How:
    """How a measure is read: `reading` is one of READINGS, `better` more or less.

    Under `minimum` cases no share and no mean is told. `worth` is how much weight is one case (of
    time a minute). `scatter` is by how much days differ beyond chance, 1 where they do not. No
    value lies under `floor`, so that no interval of a mean does.
    """

    reading: str
    better: str = "more"
    minimum: int = 30
    worth: int = 1
    scatter: float = 1.0
    floor: float | None = None


@dataclass(frozen=True, slots=True)
class Rolled:
    """The figure at the end of a day, over it and the days before that are looked back on."""

    day: date
    figure: Side
    added: Day


@dataclass(frozen=True, slots=True)
class Compared:
    """Two times: `gap` is later less earlier with its interval, None where one is not known."""

    before: Side
    after: Side
    gap: Between | None


def added(days: Iterable[Day]) -> Day:
    """Return the sum of some days, under the last of them."""
    found = Day(date.min)
    for one in days:
        found = one + found
    return found


def figure(found: Day, how: How, *, days: int, name: str = "") -> Side:
    """Return what sums over `days` days come to: a share, a mean, or cases a day."""
    if how.reading == "count":
        return _count(found.total // how.worth, how, days, name)
    n = found.n if how.reading == "mean" else found.total // how.worth
    if n < max(1, how.minimum):
        return Side(name, n=n)
    return _mean(found, how, name) if how.reading == "mean" else _share(found, n, how, name)


def _share(found: Day, n: int, how: How, name: str) -> Side:
    worth, p = n / how.scatter**2, found.good / found.total
    middle = (p + Z * Z / (2 * worth)) / (1 + Z * Z / worth)
    half = Z * sqrt(max(0.0, p * (1 - p) / worth + Z * Z / (4 * worth * worth)))
    half /= 1 + Z * Z / worth
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Side(name, p, min(low, p), max(high, p), n)


def _mean(found: Day, how: How, name: str) -> Side:
    at = found.sum / found.n
    half = Z * how.scatter * sqrt(max(0.0, found.squares / found.n - at * at) / found.n)
    low = at - half if how.floor is None else max(how.floor, at - half)
    return Side(name, at, low, at + half, found.n)


def _count(cases: int, how: How, days: int, name: str) -> Side:
    """Return cases a day; the interval is Poisson's by its score, so that it never is below 0."""
    if days < 1:
        return Side(name)
    wider = (Z * how.scatter) ** 2
    half = sqrt(wider * (cases + wider / 4))
    low, high = max(0.0, cases + wider / 2 - half), cases + wider / 2 + half
    return Side(name, cases / days, low / days, high / days, cases)


def scatter(days: Sequence[Day], how: How) -> float:
    """Return by how much days differ beyond chance, by the ranges of neighbours; at least 1."""
    known = [one for one in days if not one.is_silent]
    if len(known) < _FEWEST_DAYS:
        return 1.0
    z = _distances(known, how)
    return max(1.0, float(np.abs(np.diff(z)).mean()) / _TWO_DAYS) if z is not None else 1.0


def _distances(days: Sequence[Day], how: How) -> "np.typing.NDArray[np.float64] | None":
    """Return each day's distance from the whole in theory's sigmas; None where there is none."""
    whole = added(days)
    total = np.array([one.total / how.worth for one in days])
    if how.reading == "count":
        level = float(total.mean())
        return np.asarray((total - level) / sqrt(level)) if level > 0 else None
    if how.reading == "share":
        p = whole.good / whole.total
        good = np.array([one.good / one.total if one.total else p for one in days])
        return np.asarray((good - p) * np.sqrt(total / (p * (1 - p)))) if 0 < p < 1 else None
    return _of_means(days, whole)


def _of_means(days: Sequence[Day], whole: Day) -> "np.typing.NDArray[np.float64] | None":
    level = whole.sum / whole.n if whole.n else 0.0
    variance = whole.squares / whole.n - level * level if whole.n else 0.0
    if variance <= 0:
        return None
    known = [one for one in days if one.n]
    means = np.array([one.sum / one.n for one in known])
    return np.asarray((means - level) * np.sqrt([one.n / variance for one in known]))


def filled(days: Sequence[Day]) -> list[Day]:
    """Return the days from the first with a case to the last one, none missing between."""
    known = {one.day: one for one in days if not one.is_silent}
    if not known:
        return []
    first, last = min(known), max(known)
    every = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [known.get(day, Day(day)) for day in every]


def rolled(days: Sequence[Day], how: How, *, over: int) -> list[Rolled]:
    """Return the figure of each day, over so many days up to it, from the first full time on.

    A day on which nothing came says nothing by itself: it is a gap, of counts too. What comes
    before the first case and after the last one is left out.
    """
    every = filled(days)
    found = []
    for end in range(max(1, min(over, len(every))) - 1, len(every)):
        some = every[max(0, end + 1 - over) : end + 1]
        sums = added(some)
        told = Side("", n=0) if sums.is_silent else figure(sums, how, days=len(some))
        found.append(Rolled(every[end].day, told, sums))
    return found


def fewest(days: Sequence[Day], how: How, choices: Sequence[int]) -> int:
    """Return over how many days to look back, so that most points have cases enough."""
    if how.reading == "count":
        return choices[0]
    every = filled(days)
    cases = [one.n if how.reading == "mean" else one.total // how.worth for one in every]
    so_far = np.cumsum([0, *cases])
    for over in choices:
        found = so_far[over:] - so_far[:-over] if len(cases) > over else so_far[-1:]
        if int((found >= how.minimum).sum()) >= _MOST_POINTS * len(found):
            return over
    return choices[-1]


def compared(
    times: tuple[Sequence[Day], Sequence[Day]], how: How, *, lasted: tuple[int, int]
) -> Compared:
    """Return two times side by side; `lasted` is how many days each of them has."""
    first, second = (
        _told(days, how, count, name)
        for days, count, name in zip(times, lasted, ("earlier", "later"), strict=True)
    )
    known = first.is_known and second.is_known
    return Compared(first, second, between(first, second, better=how.better) if known else None)


def _told(days: Sequence[Day], how: How, count: int, name: str) -> Side:
    sums = added(days)
    if sums.is_silent:
        return Side(name, n=0)
    return figure(sums, replace(how, scatter=scatter(days, how)), days=count, name=name)
