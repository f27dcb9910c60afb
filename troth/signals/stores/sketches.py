"""KLL sketches: quantiles that can be merged, to about 1.3 % of rank."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec
import numpy as np
from datasketches import kll_doubles_sketch
from numpy.typing import NDArray

from troth.signals.store import Tally

ACCURACY = 200  # datasketches' k
MOST_REPEATS = 1000  # a weight counts at most so often: a sketch of one huge weight is flat anyway


def added(
    batches: Iterable[Sequence[tuple[Any, ...]]],
    tallies: list[Tally],
    starts_at: Callable[[int], datetime],
) -> list[Tally]:
    """Return the tallies, each with the sketch of its values.

    The batches hold rows of (bucket, *segment, value, weight) in the order of their keys;
    `starts_at` gives the start of a bucket.
    """
    found: dict[tuple[Any, ...], kll_doubles_sketch] = {}
    for batch in batches:
        for key, rows in groupby(batch, key=lambda row: row[:-2]):
            place = (starts_at(key[0]), key[1:])
            found.setdefault(place, kll_doubles_sketch(ACCURACY)).update(_values(rows))
    told = {place: bytes(made.serialize()) for place, made in found.items()}
    return [msgspec.structs.replace(t, sketch=told.get((t.bucket, t.segment))) for t in tallies]


def _values(rows: Iterable[tuple[Any, ...]]) -> NDArray[np.float64]:
    pairs = np.array([row[-2:] for row in rows], dtype=np.float64)
    weights = np.minimum(pairs[:, 1], MOST_REPEATS).astype(np.int64)
    return np.repeat(pairs[:, 0], weights)
