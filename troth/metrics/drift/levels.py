"""What the next period of a value or a count will bring, from how wrong past forecasts were.

No chance is assumed behind it: the level follows the series with a memory of eight periods, and the
interval is as wide as the forecasts before this one missed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan, sqrt

from troth.metrics.drift.forecasts import FEWEST, HALF_LIFE, LEAST_FREEDOM, Interval
from troth.metrics.drift.normal import Array, quantile_above, widened

_KEEP, _KEEP_ERROR = 0.5 ** (1 / HALF_LIFE), 0.5 ** (1 / (2 * HALF_LIFE))


@dataclass(frozen=True, slots=True)
class Level:
    """What the periods so far let expect, and the mean square by which forecasts missed."""

    expected: float
    square: float
    freedom: float
    forecasts: int

    def interval(self, certainty: float = 0.9) -> Interval | None:
        """Return where the next period's value lies; None: too little past."""
        if self.forecasts < FEWEST:
            return None
        limit = quantile_above((1 - certainty) / 2)
        half = float(widened(limit, max(self.freedom, LEAST_FREEDOM))) * sqrt(self.square)
        return Interval(self.expected, self.expected - half, self.expected + half)


def levels(values: Array) -> Iterator[Level | None]:
    """Yield the level before each period, and after the last. NaN is a period without a value."""
    past = _Past()
    for value in values.tolist():
        now = past.level
        yield now
        if not isnan(value):
            past.take(value, now)
    yield past.level


@dataclass(slots=True)
class _Past:
    """What is remembered of the periods so far: newer ones count more."""

    total: float = 0.0
    seen: float = 0.0
    errors: float = 0.0
    weight: float = 0.0
    squares: float = 0.0
    count: int = 0

    @property
    def level(self) -> Level | None:
        if not self.seen:
            return None
        square = self.errors / self.weight if self.weight else 0.0
        freedom = self.weight**2 / self.squares if self.squares else 0.0
        return Level(self.total / self.seen, square, freedom, self.count)

    def take(self, value: float, told: Level | None) -> None:
        if told is not None:
            self.errors = self.errors * _KEEP_ERROR + (value - told.expected) ** 2
            self.weight = self.weight * _KEEP_ERROR + 1
            self.squares = self.squares * _KEEP_ERROR**2 + 1
            self.count += 1
        self.total, self.seen = self.total * _KEEP + value, self.seen * _KEEP + 1
