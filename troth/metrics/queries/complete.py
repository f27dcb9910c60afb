"""Which hours are over, and whether all that came of them is counted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from troth.core.windows import HOUR
from troth.metrics.models import Dirty, Stream
from troth.metrics.ranges import epoch, instant
from troth.signals import queries as signals


def whole_hours(streams: Iterable[Stream], *, now: datetime) -> dict[int, datetime]:
    """Return stream → the end of its last hour of which all evidence is there, as far as known.

    Signals are sealed in the order in which they came: one of the same kinds that came after the
    hour says that those before it are sealed. Nothing since is silence, and no count of 0. Where
    late signals are waited for (`settle`), the hour is as well.
    """
    heard: dict[tuple[str, ...], datetime | None] = {}
    found = {}
    for stream in streams:
        kinds = tuple(stream.series.measure.get("kinds", []))
        if kinds not in heard:
            heard[kinds] = signals.last_recorded(kinds)
        if (last := heard[kinds]) is not None:
            over = min(now - timedelta(seconds=stream.settle), last)
            found[stream.pk] = _hour_before(over, stream.series.sweep.tz)
    return found


def _hour_before(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the last instant at which an hour of the zone's clocks was over."""
    offset = at.astimezone(zone).utcoffset() or timedelta()
    shift = int(offset.total_seconds())
    return instant((epoch(at) + shift) // HOUR * HOUR - shift)


def falls_due(stream: Stream, until: datetime) -> bool:
    """Return whether cases may have fallen due by then that are not counted yet."""
    due = stream.hourly.sweep.next_due if stream.hourly else None
    return due is not None and due < until


def uncounted(until: Sequence[tuple[Stream, datetime]]) -> set[int]:
    """Return the streams of which evidence that came by their instant is still to be counted.

    What came later may wait: where signals never cease, something always does.
    """
    change = signals.changes().order_by("recorded_at").first()
    first = change.recorded_at if change else None
    sweeps = {stream.hourly.sweep_id for stream, _ in until if stream.hourly}
    waits: dict[tuple[int, int | None], list[datetime | None]] = defaultdict(list)
    rows = Dirty.objects.filter(sweep__in=sweeps)
    for sweep, series, since in rows.values_list("sweep", "series", "since"):
        waits[sweep, series].append(since)
    found = set()
    for stream, at in until:
        sweep = stream.hourly.sweep_id if stream.hourly else 0
        waiting = [*waits[sweep, None], *waits[sweep, stream.hourly_id]]
        if (first and first <= at) or any(one is None or one <= at for one in waiting):
            found.add(stream.pk)
    return found


def is_recounted(stream: Stream, end: datetime) -> bool:
    """Return whether hours before `end` are still to be counted."""
    if signals.changes().filter(day__lte=end.astimezone(UTC).date()).exists():
        return True
    mine = Q(series=None) | Q(series=stream.hourly_id)
    early = Q(first=None) | Q(first__lt=epoch(end))
    sweep = stream.hourly.sweep_id if stream.hourly else None
    return Dirty.objects.filter(mine, early, sweep=sweep).exists()
