"""By how much each day of a stream came out worse than was said of it."""

from collections.abc import Sequence

import numpy as np

from troth.metrics.drift.normal import Array
from troth.metrics.drift.panels import Panel
from troth.metrics.drift.readings import distances
from troth.metrics.drift.thresholds import shown
from troth.metrics.queries.paneled import Part


def worse_by_day(panel: Panel, parts: Sequence[Part]) -> tuple[Array, Array]:
    """Return (cases beyond what was said, all cases) of each row and day.

    What was said is the promise, or without one what is usual. Days on which nothing is known are
    0, days that were better are negative.
    """
    volume = panel.total
    shares = np.array([part.stream.reading == "share" for part in parts])
    by = np.nan_to_num(_gaps(panel, parts))
    return by * np.where(shares[:, None], volume, 1), volume


def _gaps(panel: Panel, parts: Sequence[Part]) -> Array:
    """Return by how much each day was worse than said: a share of its cases, or a count of them."""
    targets = [part.stream.target for part in parts]
    values = panel.values()
    said = np.full_like(values, np.nan)
    promised = [row for row, target in enumerate(targets) if target is not None]
    said[promised] = np.array([targets[row] for row in promised], dtype=float)[:, None]
    usual = [row for row, target in enumerate(targets) if target is None]
    if usual:
        own, nothing = panel.of(usual), np.zeros((len(usual), panel.shape[1]), dtype=bool)
        baselines = [parts[row].row.baseline for row in usual]
        said[usual] = shown(own, distances(own, baselines, judged=nothing).expected)
    return np.asarray((values - said) * panel.worse[:, None])
