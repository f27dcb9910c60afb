"""Where we are blind: touchpoints that were declared and say nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np

from troth.core.windows import Span
from troth.metrics.drift.pictures import Blind
from troth.metrics.journeys import place_of
from troth.metrics.models import Fade, Stream
from troth.metrics.queries.journeyed import declared_places
from troth.metrics.queries.kept import tallies
from troth.metrics.ranges import instant

_EVER = datetime(1800, 1, 1, tzinfo=UTC)
_LATELY = timedelta(days=28)


def coverage(*, at: datetime, declared: Mapping[str, str] | None = None) -> list[Blind]:
    """Return the blind spots at `at`: touchpoints of which no stream says anything.

    `declared` names the touchpoints that the journey has (touchpoint → step), also those that
    nobody enrolled a stream for: these are blind by definition; by default those of the journeys.
    A touchpoint with one stream that speaks is not blind. A stream without a touchpoint is blind
    by itself.
    """
    named = declared_places(at=at) if declared is None else declared
    places: dict[str | int, list[Stream]] = defaultdict(list)
    silent: set[int | None] = set(
        Fade.objects.filter(kind="no_data", closed_at=None).values_list("stream_id", flat=True)
    )
    rows = Stream.objects.filter(ended_at=None, created_at__lte=at)
    known = set(rows.order_by().values_list("touchpoint", flat=True).distinct())
    speaking = rows.filter(glance__spoke_at__gt=at - _LATELY, glance__spoke_at__lt=at)
    heard = speaking.exclude(pk__in=[pk for pk in silent if pk]).order_by()
    doubtful = known - set(heard.values_list("touchpoint", flat=True).distinct()) - {""}
    alone = rows.filter(touchpoint="").exclude(pk__in=heard.filter(touchpoint="").values("pk"))
    for stream in (rows.filter(touchpoint__in=doubtful) | alone).select_related("series__sweep"):
        places[stream.touchpoint or stream.pk].append(stream)
    last = _last(list({one.series_id for ones in places.values() for one in ones}), at)
    found = [blind for ones in places.values() if (blind := _blind(ones, last, silent, at))]
    found += [
        Blind(touchpoint, step, (), None, "nothing is measured there")
        for touchpoint, step in named.items()
        if touchpoint not in known
    ]
    return sorted(found, key=order_of)


def order_of(one: Blind) -> tuple[int, str, str]:
    """Return what puts blind spots in the order of the journey."""
    return place_of(one.step), one.step, one.title


def _last(series: Sequence[int], at: datetime) -> dict[int, datetime]:
    """Return series → start of the newest bucket with a case."""
    found = tallies(series=series, span=Span(_EVER, at))
    whole = found.total > 0
    owners, buckets = found.series_id[whole], found.bucket[whole]
    last = np.flatnonzero(np.diff(owners, append=-1))  # rows are in order: the last of each series
    return {int(owners[row]): instant(int(buckets[row])) for row in last}


def _blind(
    ones: Sequence[Stream],
    last: Mapping[int, datetime],
    silent: set[int | None],
    at: datetime,
) -> Blind | None:
    speaking = [
        one
        for one in ones
        if one.pk not in silent and one.series_id in last and last[one.series_id] > at - _LATELY
    ]
    if speaking:
        return None
    newest = max((last[one.series_id] for one in ones if one.series_id in last), default=None)
    names = tuple(one.name for one in ones)
    return Blind(ones[0].touchpoint, ones[0].step, names, _day(newest, ones[0]), _why(newest))


def _day(newest: datetime | None, stream: Stream) -> date | None:
    return newest.astimezone(stream.series.sweep.tz).date() if newest else None


def _why(newest: datetime | None) -> str:
    return "no signal ever came" if newest is None else "its signals stopped"
