"""Silence is no good news: a stream from which nothing comes is no data, and told as that."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from troth.core.windows import TICK
from troth.metrics.models import Fade, Stream
from troth.metrics.queries.paneled import Watched
from troth.metrics.rules import measure_from
from troth.signals import queries as signals
from troth.signals.expressions import parse
from troth.signals.store import Heard

_PATIENCE = 2  # times its longest gap so far may a stream be silent that has no heartbeat
_SHORTEST = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Silent:
    """A stream that said nothing for longer than it may. `since` is when it last did, if ever."""

    stream: int
    since: datetime
    allowed: timedelta
    declared: bool


def silences(
    streams: Sequence[Stream], found: Watched | None, *, now: datetime
) -> tuple[list[Silent], datetime | None]:
    """Return the silent streams, and when the next one will be if nothing comes.

    A heartbeat that was declared counts from when the newest signal that the stream counts came in:
    of its kinds, and with its condition.
    Without one a stream may be silent for twice its longest gap so far, counted in days with data;
    a count with a condition speaks by all that comes of its kinds.
    """
    silent, due = [], []
    heard = _heard([stream for stream in streams if stream.heartbeat])
    for stream in streams:
        one = heard[stream.pk] if stream.heartbeat else _by_days(stream, found)
        if one is None:
            continue
        since, allowed = one
        if since + allowed <= now:
            silent.append(Silent(stream.pk, since, allowed, bool(stream.heartbeat)))
        else:
            due.append(since + allowed)
    return silent, min(due, default=None)


def _heard(streams: Sequence[Stream]) -> dict[int, tuple[datetime, timedelta]]:
    """Return for each stream when the newest of what it counts came in, and how long it may wait.

    Those that count the same ask once, all in one question; what came before they were enrolled
    is not looked for.
    """
    alike: dict[Heard, list[Stream]] = defaultdict(list)
    for stream in streams:
        alike[_asked(stream)].append(stream)
    asked = [
        replace(one, after=min(stream.created_at for stream in group))
        for one, group in alike.items()
    ]
    times = signals.store().heard(asked) if asked else []
    return {
        stream.pk: (
            max(at or stream.created_at, stream.created_at),
            timedelta(seconds=stream.heartbeat or 0),
        )
        for at, group in zip(times, alike.values(), strict=True)
        for stream in group
    }


def _asked(stream: Stream) -> Heard:
    measure = measure_from(stream.series.measure)
    where = parse(measure.where, role="condition") if measure.where else None
    if where is None or not where.is_local:
        return Heard(kinds=measure.kinds, where=where)
    return Heard(kinds=measure.kinds, where=where, zone=stream.series.sweep.tz)


def _by_days(stream: Stream, found: Watched | None) -> tuple[datetime, timedelta] | None:
    """Return the end of the last day with data and how long the stream may be silent after it."""
    if found is None:
        return None
    rows = [index for index, part in enumerate(found.parts) if part.stream.pk == stream.pk]
    baseline = found.parts[rows[-1]].row.baseline if rows else None
    if baseline is None:
        return None
    gap = baseline.longest_gap
    if stream.reading == "count":
        if baseline.quiet is None:
            return None  # it was made by an older version, which did not ask
        gap = baseline.quiet + 1
    days = np.flatnonzero(found.panel.spoke[rows[-1]])
    zone = stream.series.sweep.tz
    end = datetime.combine(
        found.day(int(days[-1])) + timedelta(days=1), datetime.min.time(), tzinfo=zone
    )
    return end, max(_SHORTEST, timedelta(days=_PATIENCE * gap))


def write(silent: Iterable[Silent], streams: Sequence[Stream], *, now: datetime) -> int:
    """Open a fact for each silent stream that has none, close those of the others."""
    wanted = {one.stream: one for one in silent}
    kept = {row.stream_id: row for row in Fade.objects.filter(kind="no_data", closed_at=None)}
    zones = {stream.pk: stream.series.sweep.tz for stream in streams}
    for stream, row in kept.items():
        if stream not in wanted:
            zone = zones.get(stream or 0)
            row.closed_on = _day(now, zone) if zone else now.date()
            why = "signals came again" if zone else "it is watched no longer"
            row.closed_at, row.why_closed = now, why
            row.save(update_fields=["closed_on", "closed_at", "why_closed"])
    fresh = [one for stream, one in wanted.items() if stream not in kept]
    for one in fresh:
        zone = zones[one.stream]
        Fade.objects.create(
            stream_id=one.stream, kind="no_data", opened_on=_day(now, zone), opened_at=now,
            onset=_day(one.since, zone), size=0.0, recorded_at=now,
            evidence={
                "last": one.since.isoformat(), "allowed": one.allowed.total_seconds(),
                "declared": one.declared,
            },
        )  # fmt: skip
    return len(fresh) + sum(stream not in wanted for stream in kept)


def _day(at: datetime, zone: ZoneInfo) -> date:
    return (at - TICK).astimezone(zone).date()
