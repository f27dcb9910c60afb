"""Percentiles from sketches (KLL, Apache datasketches), one a bucket. Pure.

Merging KLL sketches throws coins, so that the same question had two answers. Their values are read
instead, each with the weight it stands for: the answer is the same each time, and exact where no
bucket holds more values than its sketch keeps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from datasketches import kll_doubles_sketch


@dataclass(frozen=True, slots=True)
class Percentiles:
    """The values at some ranks (0 to 1), of how many values, and the extremes, which are exact."""

    values: dict[float, float]
    n: int
    least: float
    most: float


def percentiles(sketches: Iterable[bytes], ranks: Sequence[float]) -> Percentiles | None:
    """Return percentiles of all the values in `sketches`; None where there are none.

    The value at a rank is the smallest that at least this share of all values does not exceed. A
    rank is right to about 1.4 points in 99 of 100 cases, exactly right where sketches keep all.
    """
    held = [kll_doubles_sketch.deserialize(sketch) for sketch in sketches]
    held = [sketch for sketch in held if not sketch.is_empty()]
    if not held:
        return None
    pairs = np.array([pair for sketch in held for pair in sketch], dtype=np.float64)
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    below = np.cumsum(pairs[:, 1])
    places = np.searchsorted(below, [rank * below[-1] for rank in ranks])
    found = pairs[np.minimum(places, len(pairs) - 1), 0]
    return Percentiles(
        values={rank: float(value) for rank, value in zip(ranks, found, strict=True)},
        n=sum(sketch.n for sketch in held),
        least=min(sketch.get_min_value() for sketch in held),
        most=max(sketch.get_max_value() for sketch in held),
    )
