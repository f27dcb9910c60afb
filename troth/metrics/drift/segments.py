"""Many segments at once: which of them left their usual, with few false ones among those named."""

import numpy as np

from troth.metrics.drift.normal import Array, cdf
from troth.metrics.drift.panels import Flags

FALSE_SHARE = 0.05  # at most so many of those named on a day may be there by chance


def discoveries(p: Array, share: float = FALSE_SHARE) -> Flags:
    """Return which p values stand out, by Benjamini and Hochberg (1995); NaN is no test."""
    found = np.zeros(len(p), dtype=bool)
    tested = np.flatnonzero(~np.isnan(p))
    if not len(tested):
        return found
    order = tested[np.argsort(p[tested], kind="stable")]
    bars = share * np.arange(1, len(order) + 1) / len(order)
    under = np.flatnonzero(p[order] <= bars)
    if len(under):
        found[order[: under[-1] + 1]] = True
    return found


def discovered(scores: Array, judged: Flags, share: float = FALSE_SHARE) -> Flags:
    """Return, day by day, which rows stand out for the worse among all that are judged that day.

    `scores` are in sigmas, already divided by how much wider than theory they scatter.
    """
    p = 1 - cdf(scores)
    p[~judged] = np.nan
    found = np.zeros(scores.shape, dtype=bool)
    # A row below the first bar of all its fellows cannot be among them: most days have none.
    worth = np.flatnonzero((np.nan_to_num(p, nan=1.0) <= share).any(axis=0))
    for day in worth:
        found[:, day] = discoveries(p[:, day], share)
    return found
