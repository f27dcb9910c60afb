"""Special functions over arrays: ln Γ, its derivative, and 2F1 on [0, 1). About 14 digits."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_SHIFT = 10  # below it the asymptotic series is not exact enough: arguments are raised first
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
_PSI = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760)
_HALF_LOG_TAU = 0.5 * np.log(2 * np.pi)
_MOST_TERMS = 100_000


def gammaln(x: Array | float) -> Array:
    """Return ln Γ(x) for x > 0."""
    at, less = _raised(x, np.log)
    square = 1 / (at * at)
    tail = sum(c * square**k for k, c in enumerate(_STIRLING)) / at
    return np.asarray((at - 0.5) * np.log(at) - at + _HALF_LOG_TAU + tail - less)


def digamma(x: Array | float) -> Array:
    """Return the derivative of ln Γ at x > 0."""
    at, less = _raised(x, lambda one: 1 / one)
    square = 1 / (at * at)
    tail = sum(c * square**k for k, c in enumerate(_PSI)) * square
    return np.asarray(np.log(at) - 0.5 / at - tail - less)


def _raised(x: Array | float, step: Callable[[Array], Array]) -> tuple[Array, Array]:
    """Return x raised by whole steps above the shift, and the sum of `step` on the way."""
    at = np.array(x, dtype=float)
    less = np.zeros_like(at)
    for _ in range(_SHIFT):
        low = at < _SHIFT
        less = less + np.where(low, step(np.where(low, at, 1.0)), 0.0)
        at = at + low
    return at, less


def hyp2f1(a: Array | float, b: Array | float, c: Array, z: Array) -> Array:
    """Return 2F1(a, b; c; z) for 0 <= z < 1 and c > 0, by its series."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    term = np.ones(np.broadcast_shapes(a.shape, b.shape, c.shape, z.shape))
    found = term.copy()
    for k in range(_MOST_TERMS):
        term = term * ((a + k) * (b + k) / ((c + k) * (k + 1)) * z)
        found = found + term
        if np.all(np.abs(term) <= 1e-16 * np.abs(found) * (1 - z)):
            break
    return found
