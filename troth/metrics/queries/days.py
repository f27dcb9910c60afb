"""Kept tallies laid out by the local days of their streams, beside holidays and silence."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from troth.core.windows import midnight
from troth.metrics.drift.panels import Flags, Panel
from troth.metrics.models import Holiday, Stream
from troth.metrics.queries.kept import Tallies
from troth.metrics.queries.silent import silent_days, told_silences
from troth.metrics.ranges import epoch


@lru_cache(maxsize=64)
def midnights(zone: ZoneInfo, first: date, days: int) -> NDArray[np.int64]:
    """Return when each of the days begins and the last one ends, epoch seconds."""
    return np.array(
        [epoch(midnight(first + timedelta(days=day), zone)) for day in range(days + 1)],
        dtype=np.int64,
    )


def panel_of(
    pairs: Sequence[tuple[Stream, int]], found: Tallies, frame: tuple[date, int], beside: Tallies
) -> Panel:
    """Return a row for each (stream, series). `beside` holds what came of the kinds of counts."""
    first, days = frame
    shape = (len(pairs), days)
    columns = {name: np.zeros(shape) for name in ("good", "total", "n", "sum")}
    hours, holidays = np.full(shape, 24.0), np.zeros(shape, dtype=bool)
    spoke, silent = holidays.copy(), holidays.copy()
    streams = [stream for stream, _ in pairs]
    calendars, told = _calendars(streams, first, days), told_silences(streams)
    for row, (stream, series) in enumerate(pairs):
        edges = midnights(stream.series.sweep.tz, first, days)
        own = found.of(series)
        at, inside = _placed(own, edges)
        for name, column in columns.items():
            np.add.at(column[row], at[inside], getattr(own, name)[inside])
        spoke[row] = _spoke(stream, beside, edges) | (columns["total"][row] + columns["n"][row] > 0)
        silent[row] = silent_days(stream, spoke[row], edges, told)
        columns["good"][row] /= stream.evidence
        columns["total"][row] /= stream.evidence
        hours[row] = np.diff(edges) / 3600
        holidays[row] = calendars[stream.holidays]
    return Panel(
        first=first,
        **columns,
        hours=hours,
        readings=tuple(stream.reading for stream in streams),
        worse=np.array([1.0 if stream.better == "less" else -1.0 for stream in streams]),
        holidays=holidays,
        spoke=spoke,
        silent=silent,
    )


def _placed(own: Tallies, edges: NDArray[np.int64]) -> tuple[NDArray[np.int64], Flags]:
    """Return in which of the days each tally lies, and whether it lies in any."""
    at = np.searchsorted(edges, own.bucket, side="right") - 1
    return at, (at >= 0) & (at < len(edges) - 1)


def _spoke(stream: Stream, found: Tallies, edges: NDArray[np.int64]) -> Flags:
    """Return the days on which anything came of the kinds among which a count has its cases."""
    spoke = np.zeros(len(edges) - 1, dtype=bool)
    if stream.whole_id is not None:
        own = found.of(stream.whole_id)
        at, inside = _placed(own, edges)
        spoke[at[inside & (own.total > 0)]] = True
    return spoke


def _calendars(streams: Sequence[Stream], first: date, days: int) -> dict[str, NDArray[np.bool_]]:
    names = {stream.holidays for stream in streams}
    found = {name: np.zeros(days, dtype=bool) for name in names}
    if names == {""}:
        return found
    last = first + timedelta(days=days - 1)
    rows = Holiday.objects.filter(calendar__in=names, day__gte=first, day__lte=last)
    for calendar, day in rows.values_list("calendar", "day"):
        found[calendar][(day - first).days] = True
    return found
