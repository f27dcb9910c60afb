"""KLL sketches: quantiles that can be merged, to about 1.3 % of rank."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from datasketches import kll_doubles_sketch

from troth.signals.store import Tally

if TYPE_CHECKING:
    from troth.signals.stores.asking import Scope

ACCURACY = 200  # datasketches' k
MOST_REPEATS = 1000  # a weight counts at most so often: a sketch of one huge weight is flat anyway


def added(rows: Sequence[tuple[Any, ...]], tallies: list[Tally], scope: "Scope") -> list[Tally]:
    """Return the tallies, each with the sketch of its values.

    `rows` are (bucket, *segment, value, weight) in the order of their keys.
    """
    found = {
        (scope.starts_at(key[0]), key[1:]): sketch([row[-2:] for row in group])
        for key, group in groupby(rows, key=lambda row: row[:-2])
    }
    return [replace(t, sketch=found.get((t.bucket, t.segment))) for t in tallies]


def sketch(values: Sequence[tuple[float, int]]) -> bytes:
    """Return the sketch of (value, weight) pairs in bytes."""
    made = kll_doubles_sketch(ACCURACY)
    pairs = np.array(values, dtype=np.float64)
    weights = np.minimum(pairs[:, 1], MOST_REPEATS).astype(np.int64)
    made.update(np.repeat(pairs[:, 0], weights))
    return bytes(made.serialize())
