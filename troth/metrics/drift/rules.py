"""The run rules of Western Electric and Nelson: drawn on charts, never told to anyone.

All of them together begin to mark one of six charts in control every two weeks; as marks on a
drawing that somebody looks at, they are a help.
"""

import numpy as np

from troth.metrics.drift.normal import Array

NAMES = (
    "beyond-3", "two-of-three-beyond-2", "four-of-five-beyond-1", "eight-on-one-side",
    "six-in-a-row-rising", "six-in-a-row-falling",
)  # fmt: skip
_SAME_SIDE = 8
_TREND = 6


def marks(z: Array) -> list[tuple[str, ...]]:
    """Return which rules hold at each day of one row of z; a NaN breaks every run."""
    held = (
        np.abs(z) > 3,  # noqa: PLR2004 - the rules are named after their numbers
        _most(z, 2.0, 2, 3),
        _most(z, 1.0, 4, 5),
        _most(z, 0.0, _SAME_SIDE, _SAME_SIDE),
        _rising(z),
        _rising(-z),
    )
    found = dict(zip(NAMES, held, strict=True))
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
