"""What the next period will bring: an interval that is right as often as it says.

Raw counts say far too much of the future: days differ by more than chance. How much more is read
off the series' own past forecasts, and the interval is made as wide as these were wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

from troth.metrics.drift.normal import Array, quantile_above, widened

HALF_LIFE = 8.0  # periods after which a past one counts half; for how wrong one was, twice that
FEWEST = 8  # past forecasts that an interval stands on
_KEEP, _KEEP_ERROR = 0.5 ** (1 / HALF_LIFE), 0.5 ** (1 / (2 * HALF_LIFE))
LEAST_FREEDOM = 5.0


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the next period's share lies with the given certainty, and the share to expect."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Belief:
    """What the periods so far let expect: a share that stands on `worth` cases.

    `factor` is how much more forecasts scattered than chance makes them, with `freedom` degrees;
    `forecasts` is how many there were.
    """

    share: float
    worth: float
    factor: float
    freedom: float
    forecasts: int

    def interval(self, cases: float, certainty: float = 0.9) -> Interval | None:
        """Return where the share of a next period of so many cases lies; None: too little past."""
        if self.forecasts < FEWEST or cases <= 0:
            return None
        factor = max(1.0, self.factor)
        limit = quantile_above((1 - certainty) / 2)
        if factor > 1:
            limit = float(widened(limit, max(self.freedom, LEAST_FREEDOM)))
        half = limit * sqrt(factor * self.share * (1 - self.share) * (1 / cases + 1 / self.worth))
        return Interval(self.share, max(0.0, self.share - half), min(1.0, self.share + half))


def beliefs(good: Array, total: Array) -> Iterator[Belief | None]:
    """Yield the belief before each period, and after the last: from those before it alone."""
    kept = seen = 0.0
    weight = squares = errors = 0.0
    count = 0
    for hits, cases in zip(good.tolist(), total.tolist(), strict=True):
        now = _belief(kept, seen, (errors, weight, squares, count))
        yield now
        if now is not None and cases > 0:
            sigma = sqrt(now.share * (1 - now.share) * (1 / cases + 1 / now.worth))
            error = (hits / cases - now.share) / sigma
            errors = errors * _KEEP_ERROR + error * error
            weight = weight * _KEEP_ERROR + 1
            squares = squares * _KEEP_ERROR**2 + 1
            count += 1
        kept, seen = kept * _KEEP + hits, seen * _KEEP + cases
    yield _belief(kept, seen, (errors, weight, squares, count))


def _belief(kept: float, seen: float, misses: tuple[float, float, float, int]) -> Belief | None:
    errors, weight, squares, count = misses
    if seen <= 0:
        return None
    factor, freedom = (errors / weight, weight**2 / squares) if count else (1.0, 0.0)
    return Belief((kept + 0.5) / (seen + 1), seen + 1, factor, freedom, count)
