"""When the 0 of a count is no count: days on which it said nothing for longer than it may. Pure.

A count without a case is 0 as long as it may be silent. It may for as long as its heartbeat says,
else for as many days on end as it was in its baseline, its own rhythm. Days beyond are no data.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from troth.metrics.drift.panels import Flags
from troth.metrics.drift.phases import Frozen

Edges = NDArray[np.int64]


def without_heartbeat(
    spoke: Flags, edges: Edges, *, allowed: int, told: Iterable[tuple[int, int | None]] = ()
) -> Flags:
    """Return the days at whose end nothing had come for `allowed` seconds or more.

    `edges` are the midnights before, between and after the days, epoch seconds. `told` are the
    silences that were told, from when until when (None: it lasts): a day without a case into which
    one reaches is silent too. Days before the first with a case are not.
    """
    last = _last(spoke)
    found = edges[1:] - edges[last + 1] >= allowed
    for begin, end in told:
        found |= (edges[1:] >= begin) & (edges[:-1] < (edges[-1] + 1 if end is None else end))
    return np.asarray(found & ~spoke & (last >= 0))


def beyond_rhythm(spoke: Flags, usual: Frozen, *, first: int) -> Flags:
    """Return the days after a baseline that follow more days without a case than it ever knew.

    `first` is the ordinal of the first day. A baseline of an older version knows no rhythm.
    """
    days = np.arange(len(spoke))
    last = _last(spoke)
    after = days > usual.last.toordinal() - first
    if usual.quiet is None:
        return np.zeros(len(spoke), dtype=bool)
    return np.asarray(after & ~spoke & (last >= 0) & (days - last > usual.quiet))


def _last(spoke: Flags) -> NDArray[np.int64]:
    """Return for each day the last one with a case until then, -1 where there was none."""
    return np.maximum.accumulate(np.where(spoke, np.arange(len(spoke)), -1))
