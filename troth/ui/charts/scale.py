"""Where a value stands on the paper: 0..1000 in both directions, y downwards."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

SIZE = 1000
DAY = 86_400
_STEPS = (
    *(1, 2, 5, 10, 15, 30), *(60 * n for n in (1, 2, 5, 10, 15, 30)),
    *(3600 * n for n in (1, 2, 3, 6, 12)), *(DAY * n for n in (1, 2, 5, 7, 10)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scale:
    """A range of time (seconds) and of values, and the round numbers to draw lines at."""

    begin: float
    end: float
    low: float
    high: float
    ticks: tuple[float, ...]

    def x(self, at: date) -> float:
        return SIZE * (seconds(at) - self.begin) / ((self.end - self.begin) or 1.0)

    def y(self, value: float) -> float:
        return SIZE * (self.high - value) / (self.high - self.low)


def scale(
    times: Iterable[date], values: Iterable[float], *, top: float | None, is_duration: bool = False
) -> Scale:
    """Return a scale that holds all `values` with air around them, never above `top`.

    Of durations (seconds) the lines are at whole minutes, hours and days.
    """
    moments = [seconds(at) for at in times]
    low, high, ticks = rounded(list(values), top=top, is_duration=is_duration)
    return Scale(min(moments), max(moments), low, high, ticks)


def rounded(
    found: Sequence[float], *, top: float | None, is_duration: bool = False
) -> tuple[float, float, tuple[float, ...]]:
    """Return the ends of a scale that holds all of `found`, and its round numbers."""
    least, most = min(found, default=0.0), max(found, default=1.0)
    reach = (most - least) or abs(most) * 0.1 or 1.0
    step = _duration(reach) if is_duration else _step(reach)
    low = math.floor((least - step / 4) / step) * step
    high = math.ceil((most + step / 4) / step) * step
    if least >= 0:
        low = max(low, 0.0)
    if top is not None:
        high = min(high, top)
    ticks = tuple(low + step * i for i in range(1 + math.floor((high - low) / step + 1e-9)))
    return low, max(high, low + step), ticks


def seconds(at: date) -> float:
    """Return a date (its midnight in UTC) or an aware datetime as seconds since 1970."""
    if not isinstance(at, datetime):
        at = datetime.combine(at, time(), tzinfo=UTC)
    return at.timestamp()


def _duration(spread: float) -> float:
    """Return a round length of time that cuts `spread` into three or four."""
    rough = spread / 3
    return next((step for step in _STEPS if step >= rough * 0.99), DAY * _step(spread / DAY))


def _step(spread: float) -> float:
    """Return a round distance that cuts `spread` into three or four."""
    rough = spread / 3
    power = 10.0 ** math.floor(math.log10(rough))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.99)
