"""Which hours are over, and whether all that came of them is counted."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from troth.core.windows import HOUR
from troth.metrics.models import Dirty, Series, Stream
from troth.metrics.ranges import epoch, instant
from troth.signals import queries as signals


def whole_hours(streams: Iterable[Stream], *, now: datetime) -> dict[int, datetime]:
    """Return stream → the end of its last hour of which all evidence is there, as far as known."""
    found = _over(streams, now)
    return {stream.pk: _hour_before(over, stream.series.sweep.tz) for stream, over in found}


def whole_buckets(streams: Iterable[Stream], *, now: datetime) -> dict[int, datetime]:
    """Return stream → the end of the last bucket of its own series that is whole in that sense."""
    return {
        stream.pk: instant(epoch(over) // stream.series.grain * stream.series.grain)
        for stream, over in _over(streams, now)
    }


def _over(streams: Iterable[Stream], now: datetime) -> list[tuple[Stream, datetime]]:
    """Return until when all evidence of streams is there, of those that ever had any.

    Signals are sealed in the order in which they came: one of the same kinds that came after an
    instant says that those before it are sealed. Nothing since is silence, and no count of 0. Where
    late signals are waited for (`settle`), that is left out as well.
    """
    heard: dict[tuple[str, ...], datetime | None] = {}
    found = []
    for stream in streams:
        kinds = tuple(stream.series.measure.get("kinds", []))
        if kinds not in heard:
            heard[kinds] = signals.last_recorded(kinds)
        if (last := heard[kinds]) is not None:
            found.append((stream, min(now - timedelta(seconds=stream.settle), last)))
    return found


def _hour_before(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the last instant at which an hour of the zone's clocks was over."""
    offset = at.astimezone(zone).utcoffset() or timedelta()
    shift = int(offset.total_seconds())
    return instant((epoch(at) + shift) // HOUR * HOUR - shift)


def falls_due(series: Series | None, until: datetime) -> bool:
    """Return whether cases may have fallen due by then that are not counted yet."""
    due = series.sweep.next_due if series else None
    return due is not None and due < until


def uncounted(until: Iterable[tuple[Series | None, datetime]]) -> set[int]:
    """Return the series of which evidence that came by their instant is still to be counted.

    What came later may wait: where signals never cease, something always does.
    """
    asked = [(series, at) for series, at in until if series]
    change = signals.changes().order_by("recorded_at").first()
    first = change.recorded_at if change else None
    waits: dict[tuple[int, int | None], list[datetime | None]] = defaultdict(list)
    rows = Dirty.objects.filter(sweep__in={series.sweep_id for series, _ in asked})
    for sweep, series_id, since in rows.values_list("sweep", "series", "since"):
        waits[sweep, series_id].append(since)
    found = set()
    for series, at in asked:
        waiting = [*waits[series.sweep_id, None], *waits[series.sweep_id, series.pk]]
        if (first and first <= at) or any(one is None or one <= at for one in waiting):
            found.add(series.pk)
    return found


def is_recounted(stream: Stream, end: datetime) -> bool:
    """Return whether hours before `end` are still to be counted."""
    if signals.changes().filter(day__lte=end.astimezone(UTC).date()).exists():
        return True
    mine = Q(series=None) | Q(series=stream.hourly_id)
    early = Q(first=None) | Q(first__lt=epoch(end))
    sweep = stream.hourly.sweep_id if stream.hourly else None
    return Dirty.objects.filter(mine, early, sweep=sweep).exists()
