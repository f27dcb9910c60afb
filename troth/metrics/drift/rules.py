"""The run rules of Western Electric and Nelson: drawn on charts, never told to anyone.

All of them together begin to mark one of six charts in control every two weeks; as marks on a
drawing that somebody looks at, they are a help.
"""

import numpy as np

from troth.metrics.drift.normal import Array

_SAME_SIDE = 8
_TREND = 6


def marks(z: Array) -> list[tuple[str, ...]]:
    """Return which rules hold at each day of one row of z; a NaN breaks every run."""
    found = {
        "beyond-3": np.abs(z) > 3,  # noqa: PLR2004 - the rules are named after their numbers
        "two-of-three-beyond-2": _most(z, 2.0, 2, 3),
        "four-of-five-beyond-1": _most(z, 1.0, 4, 5),
        "eight-on-one-side": _most(z, 0.0, _SAME_SIDE, _SAME_SIDE),
        "six-in-a-row-rising": _rising(z),
        "six-in-a-row-falling": _rising(-z),
    }
    return [tuple(name for name, flags in found.items() if flags[day]) for day in range(len(z))]


def _most(z: Array, sigmas: float, count: int, among: int) -> Array:
    """Return where `count` of the last `among` days lie beyond so many sigmas, this one too."""
    found = np.zeros(len(z), dtype=bool)
    if len(z) < among:
        return found
    windows = np.lib.stride_tricks.sliding_window_view(z, among)
    for side in (1, -1):
        with np.errstate(invalid="ignore"):
            beyond = side * windows > sigmas
        found[among - 1 :] |= (beyond.sum(axis=1) >= count) & beyond[:, -1]
    return found


def _rising(z: Array) -> Array:
    found = np.zeros(len(z), dtype=bool)
    if len(z) >= _TREND:
        with np.errstate(invalid="ignore"):
            steps = np.diff(z) > 0
        windows = np.lib.stride_tricks.sliding_window_view(steps, _TREND - 1)
        found[_TREND - 1 :] = windows.all(axis=1)
    return found
