"""Where a window lies at an instant, in epoch seconds, and the readings that fall into it."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from troth.core import windows
from troth.core.windows import Rolling, Span, Window
from troth.promises.rules.figures import Whole
from troth.promises.rules.results import Count


@dataclass(frozen=True, slots=True)
class Frame:
    """A window at an instant: its buckets are those that start at `first` or later, before `end`.

    `recent` is where the last quarter of its buckets starts (rounded up to whole buckets), `count`
    the number of buckets so far, `seconds` the whole length of the window.
    """

    span: Span
    grain: int
    first: int
    recent: int
    end: float
    count: int
    seconds: int


@lru_cache(maxsize=4096)
def frame(window: Window, at: datetime, zone: ZoneInfo) -> Frame:
    """Return the frame of `window` at the instant `at`, cached: many promises share it."""
    span, grain = windows.span_of(window, at=at, zone=zone), windows.grain_for(window)
    count = count_buckets(span, zone, grain)
    recent = windows.span_of(Rolling(-(-count // 4) * grain), at=at, zone=zone).start
    length = (
        window.seconds
        if isinstance(window, Rolling)
        else int((windows.end_of(window, at=at, zone=zone) - span.start).total_seconds())
    )
    return Frame(span, grain, _epoch(span.start), _epoch(recent), at.timestamp(), count, length)


def count_buckets(span: Span, zone: ZoneInfo, grain: int) -> int:
    """Return how many buckets share an instant with `span`, which starts on a boundary."""
    last = windows.bucket_start(span.end, zone, grain)
    if grain == windows.DAY:
        days = last.astimezone(zone).date() - span.start.astimezone(zone).date()
        return days.days + 1
    return int((last - span.start).total_seconds()) // grain + 1


def _epoch(instant: datetime) -> int:
    return int(instant.timestamp())


class Column:
    """The readings of one series in the order of their buckets (epoch seconds of their start)."""

    __slots__ = ("_edges", "_good", "_total", "buckets", "first", "good", "total")

    def __init__(self, buckets: Whole, good: Whole, total: Whole) -> None:
        self.buckets, self.good, self.total = buckets, good, total
        self._edges: list[int] = buckets.tolist()
        self._good: list[int] = [0, *np.cumsum(good).tolist()]
        self._total: list[int] = [0, *np.cumsum(total).tolist()]
        seen = total.nonzero()[0]
        # The first bucket that holds a case.
        self.first: int | None = self._edges[seen[0]] if len(seen) else None

    @classmethod
    def of(cls, readings: Sequence[tuple[int, int, int]]) -> "Column":
        """Make a column from (bucket, good, total), in any order; equal buckets are added up."""
        added: dict[int, Count] = {}
        for bucket, good, total in readings:
            added[bucket] = added.get(bucket, Count()) + Count(good, total)
        rows = sorted((bucket, count.good, count.total) for bucket, count in added.items())
        table = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return cls(table[:, 0], table[:, 1], table[:, 2])

    def count(self, first: float, end: float) -> Count:
        """Add up the buckets that start at `first` or later and before `end`."""
        low, high = bisect_left(self._edges, first), bisect_left(self._edges, end)
        return Count(self._good[high] - self._good[low], self._total[high] - self._total[low])

    def part(self, first: float, end: float) -> tuple[Whole, Whole]:
        """Return the good and the total of these buckets: views, not copies."""
        low, high = bisect_left(self._edges, first), bisect_left(self._edges, end)
        return self.good[low:high], self.total[low:high]

    def rows(self, first: float, end: float) -> list[tuple[int, int, int]]:
        low, high = bisect_left(self._edges, first), bisect_left(self._edges, end)
        good, total = self.good[low:high].tolist(), self.total[low:high].tolist()
        return list(zip(self._edges[low:high], good, total, strict=True))


EMPTY = Column.of([])


@dataclass(frozen=True, slots=True)
class Era:
    """A time in which the same target and the same way to count were in force.

    `columns` are by (part, grain): judged, opened, proper, undated, excluded:<category>.
    """

    target: Fraction
    columns: Mapping[tuple[str, int], Column] = field(default_factory=dict)

    @property
    def tolerance(self) -> Fraction:
        """1 - T, the share of the cases that may fail."""
        return _tolerance(self.target)

    def column(self, part: str, grain: int) -> Column:
        return self.columns.get((part, grain), EMPTY)


@lru_cache(maxsize=1024)
def _tolerance(target: Fraction) -> Fraction:
    return 1 - target
