"""The buckets of a stream against their own past: what came, what was to be expected, how far."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from troth.core import clock
from troth.core.windows import DAY, Span, midnight
from troth.metrics.drift.hours import CASES
from troth.metrics.drift.limits import DRAWN_ONCE_IN
from troth.metrics.drift.normal import Array
from troth.metrics.drift.pictures import BucketView, WithinView
from troth.metrics.drift.surprises import Surprised, joined, surprises
from troth.metrics.models import Holiday, Stream
from troth.metrics.queries.complete import whole_buckets
from troth.metrics.queries.kept import Tallies, tallies
from troth.metrics.ranges import epoch, instant

PAST = timedelta(days=60)  # that a bucket is compared with
_MOST = 40_000  # buckets of it: of a minute four weeks
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Within:
    """A stream's buckets, the oldest first: start (epoch seconds), value, cases, what to expect.

    The value is the worse part of a share, a count, a mean; buckets of too few cases to have a
    share, without a value or on a holiday are left out.
    """

    start: NDArray[np.int64]
    value: Array
    cases: Array
    found: Surprised

    def __len__(self) -> int:
        return len(self.start)


def within(stream: Stream, *, until: datetime) -> Within:
    """Return the stream's buckets up to the instant `until`, of the last sixty days at most."""
    grain = stream.series.grain
    first = until - min(PAST, timedelta(seconds=_MOST * grain))
    kept = tallies(series=[stream.series_id], span=Span(first, until)).of(stream.series_id)
    start, value, cases = _values(stream, kept, epoch(until))
    chosen = ~np.isnan(value) & ~_on_holidays(stream, start)
    start, value, cases = start[chosen], value[chosen], cases[chosen]
    if not len(start):
        nothing = np.zeros(0)
        return Within(start, value, cases, Surprised(nothing, nothing, nothing, nothing))
    return Within(start, value, cases, surprises(_on_clocks(start, stream.series.sweep.tz), value))


def drawn_at(grain: int) -> float:
    """Return the score from which on a bucket is drawn: as rare in a stream as three sigmas."""
    return float(np.log10(DRAWN_ONCE_IN * DAY / grain))


def _values(stream: Stream, kept: Tallies, until: int) -> tuple[NDArray[np.int64], Array, Array]:
    """Return the start, value and cases of each bucket that is over."""
    inside = kept.bucket + stream.series.grain <= until
    bucket, total = kept.bucket[inside], kept.total[inside] / stream.evidence
    if stream.reading == "count":
        return _counted(bucket, total, stream.series.grain, until)
    if stream.reading == "mean":
        n, added = kept.n[inside].astype(np.float64), kept.sum[inside]
        return bucket, np.where(n > 0, added / np.maximum(n, 1), np.nan), n
    good = kept.good[inside] / stream.evidence
    bad = good if stream.better == "less" else total - good
    return bucket, np.where(total >= CASES, bad / np.maximum(total, 1), np.nan), total


def _counted(
    bucket: NDArray[np.int64], total: Array, grain: int, until: int
) -> tuple[NDArray[np.int64], Array, Array]:
    """Return every bucket from the first case on: one without a case counts 0."""
    if not len(bucket):
        return bucket, total, total
    every = np.arange(bucket[0], until - grain + 1, grain, dtype=np.int64)
    value = np.zeros(len(every))
    value[(bucket - bucket[0]) // grain] = total
    return every, value, value


def _on_clocks(start: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    """Return what clocks of the zone show, in seconds: habits are by the clock."""
    shifts, place = np.unique(start // DAY, return_inverse=True)
    noon = [instant(int(day) * DAY + DAY // 2).astimezone(zone).utcoffset() for day in shifts]
    shift = np.array([int((one or timedelta()).total_seconds()) for one in noon], dtype=np.int64)
    return np.maximum.accumulate(start + shift[place])


def _on_holidays(stream: Stream, start: NDArray[np.int64]) -> NDArray[np.bool_]:
    found = np.zeros(len(start), dtype=bool)
    if not stream.holidays or not len(start):
        return found
    first, last = (instant(int(at)).astimezone(UTC).date() for at in (start[0], start[-1]))
    rows = Holiday.objects.filter(
        calendar=stream.holidays, day__gte=first - _A_DAY, day__lte=last + _A_DAY
    )
    zone = stream.series.sweep.tz
    for day in rows.values_list("day", flat=True):
        begins, ends = epoch(midnight(day, zone)), epoch(midnight(day + _A_DAY, zone))
        found |= (start >= begins) & (start < ends)
    return found


def within_day(*, stream: int, at: datetime | None = None) -> WithinView | None:
    """Return a stream's last day bucket by bucket, as of `at`; None where it is not asked for.

    Raises Stream.DoesNotExist.
    """
    now = at or clock.now()
    row = Stream.objects.select_related("series__sweep").get(pk=stream)
    if not row.surprises:
        return None
    grain = row.series.grain
    until = whole_buckets([row], now=now).get(row.pk)
    if until is None:
        return WithinView(grain, drawn_at(grain), ())
    found = within(row, until=until)
    least = drawn_at(grain)
    since = epoch(until) - DAY
    cases = joined(found.start, found.found.raw, least=least)
    places = {one.greatest for one in cases}
    return WithinView(
        grain, least,
        tuple(
            _bucket(found, place, tells=place in places)
            for place in np.flatnonzero(found.start >= since).tolist()
        ),
    )  # fmt: skip


def _bucket(found: Within, place: int, *, tells: bool) -> BucketView:
    expected = float(found.found.expected[place])
    return BucketView(
        start=instant(int(found.start[place])), value=float(found.value[place]),
        cases=round(float(found.cases[place])),
        expected=None if np.isnan(expected) else expected,
        score=float(found.found.raw[place]), tells=tells,
    )  # fmt: skip


def day_of(start: int, zone: ZoneInfo) -> date:
    """Return the local day of a bucket."""
    return instant(start).astimezone(zone).date()
