"""Special functions over arrays: ln Γ, its derivative, and 2F1 on [0, 1). About 14 digits."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_SHIFT = 10  # arguments are raised by so much: below it the asymptotic series is not exact
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
_PSI = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760)
_HALF_LOG_TAU = 0.5 * np.log(2 * np.pi)
_MOST_TERMS = 100_000
_LOOKS = 8  # terms between two looks whether the sum stands


def gammaln(x: Array | float) -> Array:
    """Return ln Γ(x) for x > 0."""
    low = np.asarray(x, dtype=float)
    steps = low.copy()
    for k in range(1, _SHIFT):  # Γ(x + 10) = x (x + 1) … (x + 9) Γ(x)
        steps = steps * (low + k)
    at = low + _SHIFT
    square = 1 / (at * at)
    tail = sum(c * square**k for k, c in enumerate(_STIRLING)) / at
    return np.asarray((at - 0.5) * np.log(at) - at + _HALF_LOG_TAU + tail - np.log(steps))


def digamma(x: Array | float) -> Array:
    """Return the derivative of ln Γ at x > 0."""
    low = np.asarray(x, dtype=float)
    less = np.asarray(sum(1 / (low + k) for k in range(_SHIFT)))
    at = low + _SHIFT
    square = 1 / (at * at)
    tail = sum(c * square**k for k, c in enumerate(_PSI)) * square
    return np.asarray(np.log(at) - 0.5 / at - tail - less)


def hyp2f1(a: Array | float, b: Array | float, c: Array, z: Array) -> Array:
    """Return 2F1(a, b; c; z) for 0 <= z < 1 and c > 0, by its series."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    term = np.ones(np.broadcast_shapes(a.shape, b.shape, c.shape, z.shape))
    found = term.copy()
    for k in range(_MOST_TERMS):
        term = term * ((a + k) * (b + k) / ((c + k) * (k + 1)) * z)
        found = found + term
        if k % _LOOKS == 0 and np.all(np.abs(term) <= 1e-16 * np.abs(found) * (1 - z)):
            break
    return found
