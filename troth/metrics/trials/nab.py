"""The Numenta Anomaly Benchmark, scored by its published description (Lavin and Ahmad 2015).

Windows stand around what people labelled. The earliest detection in a window earns the more the
earlier it is; each one outside costs the more the longer after a window it is; a window without
any costs a miss. The score is scaled so that a detector that says nothing has 0 and a perfect one
100. As the benchmark does, the one threshold that suits a profile best is used for all files, and
the first 15 % of a file (of 5,000 values at most) are not scored.
"""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import erfc, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from troth.metrics.drift.normal import Array
from troth.metrics.drift.surprises import surprises

FILES, WINDOWS = 58, 116  # of the whole benchmark
PROBATION, _PROBATION_OF = 0.15, 5_000
_STEEPNESS, _NO_MORE = 5.0, 3.0


@dataclass(frozen=True, slots=True)
class Profile:
    """What a hit earns, and what a miss and a false alarm cost."""

    hit: float
    miss: float
    false: float


PROFILES = {
    "standard": Profile(1.0, 1.0, 0.11),
    "low false alarms": Profile(1.0, 1.0, 0.22),
    "low misses": Profile(1.0, 2.0, 0.11),
}


@dataclass(frozen=True, slots=True)
class File:
    """A series with its windows: (first, last) indices, both inside."""

    name: str
    seconds: NDArray[np.int64]
    values: Array
    windows: tuple[tuple[int, int], ...]


Detector = Callable[[File], Array]  # a score for each value, higher = more surprising


def read(folder: Path) -> list[File]:
    """Return the files that a folder of the benchmark holds: `data` and `labels` as published."""
    labels = json.loads((folder / "labels" / "combined_windows.json").read_text("utf-8"))
    found = []
    for path in sorted((folder / "data").glob("*/*.csv")):
        name = f"{path.parent.name}/{path.name}"
        with path.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.reader(lines))[1:]
        seconds = np.array([_seconds(row[0]) for row in rows], dtype=np.int64)
        windows = tuple(_indices(seconds, first, last) for first, last in sorted(labels[name]))
        found.append(File(name, seconds, np.array([float(row[1]) for row in rows]), windows))
    return found


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _indices(seconds: NDArray[np.int64], first: str, last: str) -> tuple[int, int]:
    begins = int(np.searchsorted(seconds, _seconds(first)))
    return begins, int(np.searchsorted(seconds, _seconds(last), side="right")) - 1


def score(files: Sequence[File], scores: Mapping[str, Array], profile: Profile) -> float:
    """Return the scaled score with the threshold that suits the profile best over all files."""
    values, windows, marks = _worth(files, scores, profile)
    count = sum(len(file.windows) for file in files)
    best = now = -profile.miss * count
    earned = [-profile.miss] * count
    order = np.argsort(-marks, kind="stable")
    ordered = marks[order].tolist()
    for place, index in enumerate(order.tolist()):
        window, value = int(windows[index]), float(values[index])
        if window < 0:
            now += value
        elif value > earned[window]:
            now += value - earned[window]
            earned[window] = value
        if place + 1 == len(ordered) or ordered[place + 1] != ordered[place]:
            best = max(best, now)
    return scaled(best, count, profile)


def scaled(raw: float, windows: int, profile: Profile) -> float:
    """Return what was earned on a scale from nothing said (0) to all found at once (100)."""
    least, most = -profile.miss * windows, profile.hit * windows
    return 100 * (raw - least) / (most - least)


def published(folder: Path) -> dict[str, float]:
    """Return detector → score on the standard profile over the whole, scaled from what it earned.

    Read from the benchmark's own `config/thresholds.json`.
    """
    earned = json.loads((folder / "config" / "thresholds.json").read_text("utf-8"))
    return {
        name: scaled(one["standard"]["score"], WINDOWS, PROFILES["standard"])
        for name, one in earned.items()
    }


def _worth(
    files: Sequence[File], scores: Mapping[str, Array], profile: Profile
) -> tuple[Array, NDArray[np.int64], Array]:
    """Return, of every value that is scored: what a detection earns, its window (-1), its score."""
    parts: list[tuple[Array, NDArray[np.int64], Array]] = []
    first = 0
    for file in files:
        length = len(file.values)
        begins = int(PROBATION * min(length, _PROBATION_OF))
        values, windows = _earnings(file, profile)
        windows = np.where(windows >= 0, windows + first, -1)
        parts.append((values[begins:], windows[begins:], scores[file.name][begins:]))
        first += len(file.windows)
    values, windows, marks = (np.concatenate(column) for column in zip(*parts, strict=True))
    return values, windows, marks


def _earnings(file: File, profile: Profile) -> tuple[Array, NDArray[np.int64]]:
    length = len(file.values)
    values = np.full(length, -profile.false)
    windows = np.full(length, -1, dtype=np.int64)
    most = float(_sigmoid(np.array(-1.0)))
    ends = [*(first for first, _ in file.windows[1:]), length]
    for number, (first, last) in enumerate(file.windows):
        width = last - first + 1
        inside = np.arange(first, last + 1)
        values[inside] = _sigmoid(-(last - inside + 1) / width) * profile.hit / most
        windows[inside] = number
        after = np.arange(last + 1, ends[number])
        values[after] = _sigmoid((after - last) / (width - 1)) * profile.false
    return values, windows


def _sigmoid(position: Array) -> Array:
    steep = 2 / (1 + np.exp(_STEEPNESS * np.minimum(position, _NO_MORE))) - 1
    return np.asarray(np.where(position > _NO_MORE, -1.0, steep))


def ours(file: File) -> Array:
    """Score with what an installation uses, as it is shipped."""
    return surprises(file.seconds, file.values).score


def nothing(file: File) -> Array:
    """Say nothing: the benchmark's null detector."""
    return np.full(len(file.values), 0.5)


def windowed_gaussian(file: File, window: int = 6_400, step: int = 100) -> Array:
    """Score as the benchmark's windowed Gaussian: the normal tail against a sliding window."""
    values = file.values
    found = np.zeros(len(values))
    kept: list[float] = []
    waiting: list[float] = []
    mean, sigma = 0.0, 1.0
    total = squares = 0.0
    for index, value in enumerate(values.tolist()):
        if kept:
            found[index] = 1 - 0.5 * erfc(abs(value - mean) / sigma / sqrt(2))
        if len(kept) < window:
            kept.append(value)
            total, squares = total + value, squares + value * value
            mean = total / len(kept)
            sigma = sqrt(max(0.0, squares / len(kept) - mean * mean)) or 1e-6
        else:
            waiting.append(value)
            if len(waiting) == step:
                kept, waiting = kept[step:] + waiting, []
                mean, sigma = float(np.mean(kept)), float(np.std(kept)) or 1e-6
    return found


def chance(file: File, seed: int = 42) -> Array:
    """Score by chance: the benchmark's random detector."""
    return np.random.default_rng([seed, *file.name.encode()]).random(len(file.values))


def table(files: Sequence[File]) -> dict[str, dict[str, float]]:
    """Return detector → profile → score."""
    detectors: dict[str, Detector] = {
        "ours": ours, "windowed Gaussian": windowed_gaussian, "random": chance, "null": nothing,
    }  # fmt: skip
    found = {}
    for name, detector in detectors.items():
        scores = {file.name: detector(file) for file in files}
        found[name] = {kind: score(files, scores, profile) for kind, profile in PROFILES.items()}
    return found
