"""Tallies as they are kept: a thousand series at once, by segment, percentiles, progress."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import numpy as np
from django.db import connection
from django.db.models import Max, QuerySet
from numpy.typing import NDArray

from troth.core.windows import Span
from troth.metrics import sketches
from troth.metrics.leaves import SIZE, cells_of, unpacked
from troth.metrics.models import Dirty, Series
from troth.metrics.models import Tally as TallyRow
from troth.metrics.ranges import epoch, instant
from troth.metrics.sketches import Percentiles
from troth.signals.store import Tally

_AT_ONCE = 900  # ids in one statement


@dataclass(frozen=True, slots=True)
class Tallies:
    """Columns of equal length, ordered by series and bucket; all segments are added up.

    `bucket` is its start in epoch seconds. `n`, `sum` and `squares` are of the values.
    """

    series_id: NDArray[np.int64]
    bucket: NDArray[np.int64]
    good: NDArray[np.int64]
    total: NDArray[np.int64]
    n: NDArray[np.int64]
    sum: NDArray[np.float64]
    squares: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.bucket)

    def of(self, series: int) -> "Tallies":
        """Return the rows of one series: views, not copies."""
        low, high = np.searchsorted(self.series_id, [series, series + 1])
        return Tallies(*(getattr(self, name)[low:high] for name in _COLUMNS))

    def within(self, span: Span) -> "Tallies":
        """Return the rows whose bucket begins in [start, end) of `span`."""
        inside = (self.bucket >= epoch(span.start)) & (self.bucket < _ceiling(span.end))
        return Tallies(*(getattr(self, name)[inside] for name in _COLUMNS))

    def as_list(self) -> list[Tally]:
        """Return one tally a bucket, for few of them."""
        rows = zip(*(getattr(self, name).tolist() for name in _COLUMNS[1:]), strict=True)
        return [Tally(instant(bucket), (), *parts) for bucket, *parts in rows]


_COLUMNS = ("series_id", "bucket", "good", "total", "n", "sum", "squares")


def tallies(*, series: Sequence[int], span: Span) -> Tallies:
    """Return the tallies of these series whose bucket begins in [start, end) of `span`.

    Windows are aligned to buckets, so these are the buckets of any window that ends at its end.
    A thousand series over a year are read in hundredths of a second.
    """
    ids = sorted(set(series))
    first, last = epoch(span.start), _ceiling(span.end)
    owners: list[int] = []
    pages: list[bytes] = []
    for start in range(0, len(ids), _AT_ONCE):
        for owner, page in _leaves(ids[start : start + _AT_ONCE], first, last):
            owners.append(owner)
            pages.append(page)
    cells = unpacked(pages)
    lengths = [len(page) // cells.dtype.itemsize for page in pages]
    owner_of = np.repeat(np.array(owners, dtype=np.int64), lengths)
    inside = (cells["bucket"] >= first) & (cells["bucket"] < last)
    chosen = cells[inside]
    return Tallies(owner_of[inside], *(chosen[name] for name in _COLUMNS[1:]))


def _leaves(ids: Sequence[int], first: int, last: int) -> list[tuple[int, bytes]]:
    """Read whole leaves, in order; the numbers that a grain gives are compared in the query."""
    marks = ",".join(str(int(one)) for one in ids)
    query = (
        "select l.series_id, l.cells from metrics_leaf l "  # noqa: S608 - the ids are numbers
        "join metrics_series s on s.id = l.series_id join metrics_sweep w on w.id = s.sweep_id "
        f"where l.series_id in ({marks}) "
        "and (l.number + 1) * w.grain * %s > %s and l.number * w.grain * %s < %s "
        "order by l.series_id, l.number"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [SIZE, first, SIZE, last])
        return [(owner, bytes(cells)) for owner, cells in cursor.fetchall()]


def _ceiling(end: datetime) -> int:
    return epoch(end) + (end.microsecond > 0)


def added_up(found: Sequence[Tally]) -> list[Tally]:
    """Return the tallies of each bucket, all segments together."""
    return [Tally(instant(bucket), (), *parts) for bucket, *parts in cells_of(found).tolist()]


@dataclass(frozen=True, slots=True)
class Part:
    """What one segment came to over a span: internal only where its counts are small."""

    segment: dict[str, str | None]
    good: int
    total: int
    n: int
    sum: float
    squares: float


def by_segment(*, series: int, span: Span) -> list[Part]:
    """Return the sums over `span` of each segment of a series, the largest first."""
    one = Series.objects.get(pk=series)
    names = one.measure.get("by", [])
    found: dict[str, list[float]] = {}
    rows = _details(series, span).values_list("segment", "good", "total", "n", "sum", "squares")
    for segment, *parts in rows:
        found[segment] = [a + b for a, b in zip(found.get(segment, [0] * 5), parts, strict=True)]
    ordered = sorted(found.items(), key=lambda pair: (-pair[1][1], pair[0]))
    return [_part(names, segment, parts) for segment, parts in ordered]


def _part(names: Sequence[str], segment: str, parts: Sequence[float]) -> Part:
    values = dict(zip(names, msgspec.json.decode(segment), strict=True))
    good, total, n = (int(part) for part in parts[:3])
    return Part(values, good, total, n, parts[3], parts[4])


def segment_tallies(
    *, series: int, span: Span, among: Collection[str] | None = None
) -> list[Tally]:
    """Return the tally of each bucket and segment, in order, without sketches.

    `among` are the segments that are asked for, as they are kept; all by default.
    """
    rows = _details(series, span).defer("sketch").order_by("bucket", "segment")
    rows = rows if among is None else rows.filter(segment__in=among)
    return [
        Tally(instant(row.bucket), tuple(msgspec.json.decode(row.segment)), row.good, row.total,
              row.n, row.sum, row.squares)
        for row in rows
    ]  # fmt: skip


def _details(series: int, span: Span) -> "QuerySet[TallyRow]":
    return TallyRow.objects.filter(
        series=series, bucket__gte=epoch(span.start), bucket__lt=_ceiling(span.end)
    )


def percentiles(
    *, series: int, span: Span, ranks: Sequence[float] = (0.5, 0.9, 0.99),
    among: Collection[str] | None = None,
) -> Percentiles | None:  # fmt: skip
    """Return percentiles of the values over `span`, or None where there is no value.

    They come from merged sketches: each rank is right to about 1.4 percentage points of rank.
    `among` are the segments that are asked for, as they are kept; all by default.
    """
    chosen = _details(series, span).exclude(sketch=None)
    chosen = chosen if among is None else chosen.filter(segment__in=among)
    rows = chosen.values_list("sketch", flat=True)
    return sketches.percentiles([bytes(row) for row in rows if row], ranks)


def revision() -> int:
    """Return the number of the latest change of any tally: unchanged means nothing moved."""
    return Series.objects.aggregate(latest=Max("revision"))["latest"] or 0


def revisions(*, series: Iterable[int]) -> dict[int, int]:
    """Return series → number of its latest change."""
    return dict(Series.objects.filter(pk__in=series).values_list("pk", "revision"))


def progress(*, series: Iterable[int]) -> dict[int, float]:
    """Return series → share of its history that has been counted, 1.0 when all of it has."""
    found = Series.objects.filter(pk__in=set(series)).select_related("sweep")
    left: dict[int, int] = defaultdict(int)
    known = {one.pk: one for one in found}
    for row in Dirty.objects.filter(series__in=known):
        one = known[row.series_id or 0]
        left[one.pk] += row.last - row.first + one.grain if row.first is not None else one.history
        if row.first is None and not one.history:
            left[one.pk] = -1  # nobody has looked yet how much there is
    return {pk: _share(one.history, left[pk]) for pk, one in known.items()}


def _share(history: int, left: int) -> float:
    if left < 0:
        return 0.0
    return max(0.0, 1 - left / history) if left else 1.0
