"""What customers expected, what we promised, what was delivered and what was perceived.

The four stand side by side and are never blended (Parasuraman, Zeithaml and Berry 1985). A gap is
the difference of two of them; what nobody asked or promised is no data, and has no gap. Intervals
are of 90 %.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

SIDES: Final = ("expected", "promised", "delivered", "perceived")
FEWEST = 30  # answers or cases below which there are counts and no figure
Z: Final = 1.6448536269514722  # to each side of a 90 % interval


@dataclass(frozen=True, slots=True)
class Side:
    """One of the four, in the unit of the touchpoint.

    `n` is the number of answers or cases it stands on; None: it was said, not counted, so that it
    is exact. `source` says where it is from. Without a value it is no data (n = 0) or too little.
    """

    name: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = 0
    source: str = ""

    @property
    def is_known(self) -> bool:
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Between:
    """By how much `second` lies above `first`, with its interval. `worse`: for the worse, surely.

    `is_sure`: the interval leaves out that they are alike.
    """

    first: Side
    second: Side
    size: float
    low: float
    high: float
    worse: bool

    @property
    def is_sure(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Fourfold:
    """The four sides, the gaps between those that are known, and the largest that is sure."""

    sides: tuple[Side, ...]
    gaps: tuple[Between, ...]
    largest: Between | None

    def gap(self, first: str, second: str) -> Between | None:
        """Return the gap between two sides, None where one is not known."""
        names = (first, second)
        return next((one for one in self.gaps if (one.first.name, one.second.name) == names), None)


def said(name: str, value: float | None, source: str) -> Side:
    """Return a side that somebody said: exact, or no data."""
    if value is None:
        return Side(name)
    return Side(name, value, value, value, None, source)


def share(name: str, good: float, n: int, source: str, *, dispersion: float = 1.0) -> Side:
    """Return a share with Wilson's interval, on as many cases as they are worth."""
    if n < FEWEST:
        return Side(name, n=n, source=source)
    worth, p = n / max(dispersion, 1.0) ** 2, good / n
    middle = (p + Z * Z / (2 * worth)) / (1 + Z * Z / worth)
    root = math.sqrt(max(0.0, p * (1 - p) / worth + Z * Z / (4 * worth * worth)))
    half = Z * root / (1 + Z * Z / worth)
    return Side(name, p, max(0.0, middle - half), min(1.0, middle + half), n, source)


def mean(name: str, total: float, squares: float, n: int, source: str) -> Side:
    """Return a mean with its normal interval, from the sum and the sum of squares of n values."""
    if n < FEWEST:
        return Side(name, n=n, source=source)
    at = total / n
    half = Z * math.sqrt(max(0.0, squares / n - at * at) / n)
    return Side(name, at, at - half, at + half, n, source)


def fourfold(sides: Sequence[Side], *, better: str = "more") -> Fourfold:
    """Return the gaps between the sides, each against those before it.

    `better` says which is good news, more or less. The largest gap is the one of most size among
    those that are sure; of two alike, the first.
    """
    known = [one for one in sides if one.is_known]
    gaps = tuple(between(first, second, better=better) for first, second in combinations(known, 2))
    sure = [one for one in gaps if one.is_sure]
    return Fourfold(tuple(sides), gaps, max(sure, key=lambda one: abs(one.size), default=None))


def between(first: Side, second: Side, *, better: str) -> Between:
    """Return second minus first, with Newcombe's square-and-add of both intervals."""
    a, a_low, a_high = _told(first)
    b, b_low, b_high = _told(second)
    size = b - a
    low = size - math.hypot(b - b_low, a_high - a)
    high = size + math.hypot(b_high - b, a - a_low)
    return Between(first, second, size, low, high, high < 0 if better == "more" else low > 0)


def _told(side: Side) -> tuple[float, float, float]:
    return float(side.value or 0), float(side.low or 0), float(side.high or 0)
