"""The normal distribution and its neighbours, by numpy alone."""

from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Chebyshev coefficients of erfc, right to 1.2e-7 everywhere (Numerical Recipes, section 6.2).
_ERFC = (
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806,
    0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277,
)  # fmt: skip
_NO_SKEW = 1e-4


def cdf(x: Array) -> Array:
    """Return the share of a standard normal below each x; right to 1e-7 of the tail."""
    scaled = -np.asarray(x, dtype=np.float64) / sqrt(2)
    t = 1 / (1 + 0.5 * np.abs(scaled))
    polynomial = np.zeros_like(t)
    for coefficient in reversed(_ERFC):
        polynomial = coefficient + t * polynomial
    tail = t * np.exp(-scaled * scaled + polynomial)
    return np.asarray(0.5 * np.where(scaled >= 0, tail, 2 - tail))


def above(x: float) -> float:
    """Return the share of a standard normal above x."""
    return 0.5 * erfc(x / sqrt(2))


def quantile_above(share: float) -> float:
    """Return the x above which `share` of a standard normal lies. Raises ValueError outside 0-1."""
    if not 0 < share < 1:
        raise ValueError("a share lies between 0 and 1")
    low, high = -40.0, 40.0
    for _ in range(80):
        middle = (low + high) / 2
        if above(middle) > share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def widened(limit: Array | float, freedom: Array | float) -> Array:
    """Return the limit that Student's t passes as often as a normal passes `limit`.

    For a sigma that was itself estimated, with `freedom` degrees (five or more): the expansion of
    t's quantiles in 1/freedom (Abramowitz and Stegun 26.7.5).
    """
    x, v = np.asarray(limit, dtype=np.float64), np.asarray(freedom, dtype=np.float64)
    first = (x**3 + x) / 4
    second = (5 * x**5 + 16 * x**3 + 3 * x) / 96
    third = (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384
    return np.asarray(x + first / v + second / v**2 + third / v**3)


def straightened(z: Array, skew: Array | float) -> Array:
    """Return z of a gamma-like variable with this skew as one of a normal (Wilson-Hilferty).

    Counts of rare failures have a long tail upwards: without this a limit that should be passed
    once a year is passed three times.
    """
    z, skew = np.broadcast_arrays(np.asarray(z, np.float64), np.asarray(skew, np.float64))
    size = np.maximum(np.abs(skew), _NO_SKEW)
    side = np.where(skew < 0, -1.0, 1.0)
    shape = 4 / size**2
    x = np.maximum(shape + side * z * np.sqrt(shape), 1e-9) / shape
    found = side * 3 * np.sqrt(shape) * (np.cbrt(x) - 1 + 1 / (9 * shape))
    return np.where(np.abs(skew) < _NO_SKEW, z, found)
