"""Leaves: runs of 64 buckets of one series, packed, so that a thousand are read at once. Pure."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from troth.signals.store import Tally

SIZE = 64  # buckets a leaf
CELL = np.dtype(
    [
        ("bucket", "<i8"), ("good", "<i8"), ("total", "<i8"),
        ("n", "<i8"), ("sum", "<f8"), ("squares", "<f8"),
    ]
)  # fmt: skip
Cells = NDArray[np.void]  # of dtype CELL, in the order of their buckets


def number_of(bucket: int, grain: int) -> int:
    """Return the number of the leaf that holds the bucket which starts at `bucket` (epoch s)."""
    return bucket // (SIZE * grain)


def cells_of(tallies: Iterable[Tally]) -> Cells:
    """Return one cell a bucket, the segments added up, in order."""
    rows = [(t.bucket, t.good, t.total, t.n, t.sum, t.squares) for t in tallies]
    if not rows:
        return np.empty(0, dtype=CELL)
    buckets, good, total, n, added, squares = zip(*rows, strict=True)
    cells = np.empty(len(rows), dtype=CELL)
    starts = {bucket: int(bucket.timestamp()) for bucket in set(buckets)}
    cells["bucket"] = [starts[bucket] for bucket in buckets]
    cells["good"], cells["total"], cells["n"] = good, total, n
    cells["sum"], cells["squares"] = added, squares
    cells = cells[np.argsort(cells["bucket"], kind="stable")]
    return _added_up(cells)


def _added_up(cells: Cells) -> Cells:
    """Return one cell a bucket, from cells in order of which several may be of one bucket."""
    first = np.flatnonzero(np.diff(cells["bucket"], prepend=cells["bucket"][0] - 1))
    if len(first) == len(cells):
        return cells
    found = np.empty(len(first), dtype=CELL)
    found["bucket"] = cells["bucket"][first]
    for name in ("good", "total", "n", "sum", "squares"):
        found[name] = np.add.reduceat(cells[name], first)
    return found


def unpacked(pages: Sequence[bytes]) -> Cells:
    return np.frombuffer(b"".join(pages), dtype=CELL)


def replaced(old: Cells, fresh: Cells, *, first: int, last: int) -> Cells:
    """Return `old` with the cells of the buckets `first` to `last` replaced by `fresh`."""
    kept = old[(old["bucket"] < first) | (old["bucket"] > last)]
    both = np.concatenate([kept, fresh])
    return both[np.argsort(both["bucket"], kind="stable")]


def leaves_of(cells: Cells, grain: int) -> dict[int, Cells]:
    """Return number → cells for each leaf that has any."""
    if not len(cells):
        return {}
    numbers = cells["bucket"] // (SIZE * grain)
    edges = np.flatnonzero(np.diff(numbers)) + 1
    return {int(part["bucket"][0]) // (SIZE * grain): part for part in np.split(cells, edges)}
