"""The least of a smooth function of a few numbers: BFGS with a gradient and several starts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Smooth = Callable[[Array], tuple[float, Array]]  # a place → its value and gradient
_STEPS = 200
_HALVES = 25  # how often a step is halved before it is given up
_FLAT = 1e-9  # a gradient this small beside the value is none
# Where customers do not differ, the best parameters lie ever further out along a level ridge: there
# the slope is that of rounding, and where on the ridge one stands is no matter.
_RIDGE = 1e3
_LEVEL = 1e-7  # a curvature so small beside the largest is none
_SUFFICIENT = 1e-4
_LONGEST = 2.0  # no step goes further, in logarithms: it would leave what can be computed


@dataclass(frozen=True, slots=True)
class Least:
    """Where the least lies; `converged` says whether the slope there is none."""

    at: Array
    value: float
    converged: bool


def minimise(function: Smooth, starts: Sequence[Array], *, within: float) -> Least:
    """Return the best of the least places that descent from each start finds.

    A descent ends further than `within` from 0 in any direction: on a level ridge that is as good
    as the least, elsewhere it is given up.
    """
    found = [_descend(function, start, within) for start in starts]
    settled = [one for one in found if one.converged] or found
    return min(settled, key=lambda one: one.value)


def _descend(function: Smooth, start: Array, within: float) -> Least:
    at = start.astype(float)
    value, slope = function(at)
    curve = np.eye(len(at))
    for _ in range(_STEPS):
        if np.abs(at).max() > within:
            return Least(at, value, converged=_is_flat(slope, value, times=_RIDGE))
        if _is_flat(slope, value):
            return Least(at, value, converged=True)
        way = -curve @ slope
        if way @ slope >= 0:  # the estimate of the curvature went wrong: begin it again
            curve, way = np.eye(len(at)), -slope
        moved = _along(function, at, way * min(1.0, _LONGEST / np.abs(way).max()), value, slope)
        if moved is None:
            return Least(at, value, converged=_is_flat(slope, value, times=_RIDGE))
        step, value, fresh = moved
        curve = _updated(curve, step, fresh - slope)
        at, slope = at + step, fresh
    return Least(at, value, converged=False)


def _is_flat(slope: Array, value: float, times: float = 1.0) -> bool:
    return bool(np.abs(slope).max() <= _FLAT * times * max(1.0, abs(value)))


def _along(
    function: Smooth, at: Array, way: Array, value: float, slope: Array
) -> tuple[Array, float, Array] | None:
    """Return the first of ever shorter steps that goes down enough, or None."""
    length = 1.0
    for _ in range(_HALVES):
        step = way * length
        there, fresh = function(at + step)
        if np.isfinite(there) and there <= value + _SUFFICIENT * float(step @ slope):
            return step, there, fresh
        length /= 2
    return None


def _updated(curve: Array, step: Array, turn: Array) -> Array:
    """Return the inverse of the curvature after a step that turned the gradient so."""
    along = float(turn @ step)
    if along <= 1e-12 * float(np.linalg.norm(turn) * np.linalg.norm(step)):
        return curve
    eye = np.eye(len(step))
    left = eye - np.outer(step, turn) / along
    return np.asarray(left @ curve @ left.T + np.outer(step, step) / along)


def curvature(function: Smooth, at: Array, step: float = 1e-4) -> Array:
    """Return the matrix of second derivatives, from gradients on both sides."""
    rows = []
    for place in range(len(at)):
        move = np.zeros(len(at))
        move[place] = step
        rows.append((function(at + move)[1] - function(at - move)[1]) / (2 * step))
    found = np.array(rows)
    return np.asarray((found + found.T) / 2)


def covariance(function: Smooth, at: Array) -> Array | None:
    """Return the inverse of the curvature, without the directions in which it is level.

    None where the place is no least.
    """
    found = curvature(function, at)
    if not np.all(np.isfinite(found)):
        return None
    values, ways = np.linalg.eigh(found)
    level = _LEVEL * np.abs(values).max()
    if values.max() <= 0 or values.min() < -1e3 * level:
        return None
    inverse = np.where(values > level, 1 / np.where(values > level, values, 1.0), 0.0)
    return np.asarray((ways * inverse) @ ways.T)
