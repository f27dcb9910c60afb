"""On which days the 0 of a count is no count but silence: of streams with a heartbeat, or without.

The rules are those of `drift.quiet`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from troth.metrics.drift.panels import Flags, Panel
from troth.metrics.drift.phases import Frozen, frozen_from
from troth.metrics.drift.quiet import beyond_rhythm, without_heartbeat
from troth.metrics.models import Fade, Stream
from troth.metrics.ranges import epoch

Told = Mapping[int, Sequence[tuple[int, int | None]]]


def told_silences(streams: Sequence[Stream]) -> Told:
    """Return stream → from when until when it was told as silent, of counts with a heartbeat."""
    found: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    wanted = {one.pk for one in streams if one.reading == "count" and one.heartbeat}
    rows = Fade.objects.filter(stream__in=wanted, kind="no_data") if wanted else ()
    for row in rows:
        end = None if row.closed_at is None else epoch(row.closed_at)
        found[row.stream_id or 0].append((epoch(row.opened_at), end))
    return found


def silent_days(stream: Stream, spoke: Flags, edges: NDArray[np.int64], told: Told) -> Flags:
    """Return the days on which a count with a heartbeat was silent for longer than it may be."""
    if stream.reading != "count" or not stream.heartbeat:
        return np.zeros(len(spoke), dtype=bool)
    own = told.get(stream.pk, ())
    return without_heartbeat(spoke, edges, allowed=stream.heartbeat, told=own)


def by_rhythm(panel: Panel, rows: Sequence[tuple[Stream, Frozen | None]]) -> Panel:
    """Return the panel with the days on which a count was silent beyond its own rhythm."""
    silent = panel.silent.copy()
    for row, (stream, usual) in enumerate(rows):
        if stream.reading == "count" and not stream.heartbeat and usual is not None:
            silent[row] |= beyond_rhythm(panel.spoke[row], usual, first=panel.first.toordinal())
    return replace(panel, silent=silent)


def as_one(panel: Panel, stream: Stream) -> Panel:
    """Return a panel of a stream's parts: as long as one of them speaks, none is silent."""
    if stream.reading != "count":
        return panel
    spoke: Flags = np.asarray(panel.spoke.any(axis=0))
    silent: Flags = np.logical_and.reduce(panel.silent, axis=0)
    phase = max(stream.baselines.all(), key=lambda one: one.number, default=None)
    if not stream.heartbeat and phase is not None and phase.frozen:
        silent |= beyond_rhythm(spoke, frozen_from(phase.frozen), first=panel.first.toordinal())
    each = np.broadcast_to(np.stack([spoke, silent])[:, None], (2, *panel.shape))
    return replace(panel, spoke=each[0], silent=each[1])
