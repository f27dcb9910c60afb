"""What a share is worth against its promise: S(b), and its slope between two points.

b is the share that failed by the share that might fail: 0 nothing failed, 1 just as promised, 2
twice as many failures as allowed. S falls by 20 points on the way to the promise, and from there on
steeper, by the loss aversion κ (docs/method.md).
"""

import math

AT_TARGET = 80.0
_BELOW = 20.0  # points between nothing failed and just as promised


def points(b: float, kappa: float) -> float:
    """Return S(b) in 0..100, for b ≥ 0."""
    if b <= 1:
        return 100.0 - _BELOW * b
    return AT_TARGET * math.exp(-kappa / 4 * (b - 1))


def secant(b0: float, b1: float, kappa: float) -> float:
    """Return (S(b1) - S(b0)) / (b1 - b0), and the slope itself where both are the same.

    Exact to the last digits also where the two lie next to each other.
    """
    low, high = min(b0, b1), max(b0, b1)
    if high <= 1:
        return -_BELOW
    if low >= 1:
        return _steep(low, high, kappa)
    width = high - low
    return (-_BELOW * (1 - low) + _steep(1.0, high, kappa) * (high - 1)) / width


def _steep(low: float, high: float, kappa: float) -> float:
    rate = kappa / 4
    return -rate * points_above(low, rate) * ratio(-rate * (high - low))


def points_above(b: float, rate: float) -> float:
    return AT_TARGET * math.exp(-rate * (b - 1))


def ratio(x: float) -> float:
    """Return (e^x - 1) / x, 1 at 0."""
    return math.expm1(x) / x if x else 1.0


def zero_gap(violations: float, *, step: float, floor: float) -> float:
    """Return b of a promise of 100 %: 1 + step·s while it is remembered, 0 without a violation.

    Below `floor` the 1 fades in step with s, so that what is forgiven leaves no jump.
    """
    return min(1.0, violations / floor) + step * violations
