"""The Turing Change Point Dataset, scored as its authors do (Van den Burg and Williams 2020).

Five people said of each series where it changes. F1 takes a change within five values of one of
theirs as found, with recall as the mean over the people; the cover compares the pieces into which
the changes cut a series with each person's. The first value counts as a change for everybody.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from troth.metrics.drift.normal import Array
from troth.metrics.drift.onsets import changes

SERIES = 31  # univariate ones of the whole
MARGIN = 5
_DETECTORS: dict[str, Callable[[Array], Sequence[int]]] = {
    "ours": changes, "never says change": lambda _values: (),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Series:
    """A univariate series and where each person said that it changes."""

    name: str
    values: Array
    said: Mapping[str, Sequence[int]]


def read(folder: Path) -> list[Series]:
    """Return the univariate series of a folder of the benchmark: `datasets`, `annotations.json`."""
    said = json.loads((folder / "annotations.json").read_text("utf-8"))
    found = []
    for path in sorted((folder / "datasets").glob("*/*.json")):
        document = json.loads(path.read_text("utf-8"))
        if document["n_dim"] == 1 and document["name"] in said:
            raw = [np.nan if one is None else float(one) for one in document["series"][0]["raw"]]
            found.append(Series(document["name"], np.array(raw), said[document["name"]]))
    return found


def f1(said: Mapping[str, Sequence[int]], found: Sequence[int]) -> float:
    """Return the harmonic mean of precision (of all people together) and mean recall."""
    mine = {0, *found}
    people = [{0, *marks} for marks in said.values()]
    precision = _matched(set().union(*people), mine) / len(mine)
    recall = sum(_matched(one, mine) / len(one) for one in people) / len(people)
    return 2 * precision * recall / (precision + recall)


def _matched(said: set[int], found: set[int]) -> int:
    """Return how many of the said changes have a found one of their own nearby."""
    left = set(found)
    count = 0
    for mark in sorted(said):
        near = [(abs(mark - one), one) for one in left if abs(mark - one) <= MARGIN]
        if near:
            left.discard(min(near)[1])
            count += 1
    return count


def cover(said: Mapping[str, Sequence[int]], found: Sequence[int], length: int) -> float:
    """Return how well the found pieces cover each person's, in the mean."""
    mine = _pieces(found, length)
    people = [_covered(_pieces(marks, length), mine) / length for marks in said.values()]
    return sum(people) / len(people)


def _pieces(marks: Sequence[int], length: int) -> list[tuple[int, int]]:
    edges = [0, *sorted({mark for mark in marks if 0 < mark < length}), length]
    return list(pairwise(edges))


def _covered(theirs: Sequence[tuple[int, int]], mine: Sequence[tuple[int, int]]) -> float:
    return sum(
        (end - start) * max(_jaccard((start, end), one) for one in mine) for start, end in theirs
    )


def _jaccard(one: tuple[int, int], other: tuple[int, int]) -> float:
    shared = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return shared / (max(one[1], other[1]) - min(one[0], other[0]))


def table(series: Sequence[Series]) -> dict[str, tuple[float, float]]:
    """Return detector → (F1, cover), means over the series."""
    found = {}
    for name, detector in _DETECTORS.items():
        marks = {one.name: detector(one.values) for one in series}
        found[name] = (
            float(np.mean([f1(one.said, marks[one.name]) for one in series])),
            float(np.mean([cover(one.said, marks[one.name], len(one.values)) for one in series])),
        )
    return found
