"""Which buckets must be counted again: ranges of buckets, joined, cut and clipped. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import gcd
from zoneinfo import ZoneInfo

from troth.core.windows import DAY, HOUR, TICK, Span, bucket_start, next_bucket
from troth.signals.expressions import Expression
from troth.signals.grammar import Node

GAP = 7  # clean buckets between two dirty ranges that are counted again rather than asked apart


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """The buckets whose starts (epoch seconds) are `first` to `last`."""

    first: int
    last: int

    @property
    def is_empty(self) -> bool:
        return self.last < self.first


@dataclass(frozen=True, slots=True)
class Grid:
    """How time is cut into buckets."""

    zone: ZoneInfo
    grain: int

    def holding(self, instant: datetime) -> int:
        """Return the start of the bucket that holds `instant`."""
        return epoch(bucket_start(instant, self.zone, self.grain))

    def touched(self, span: Span) -> Range:
        """Return the buckets that share an instant with `span`, which must not be empty."""
        return Range(self.holding(span.start + TICK), self.holding(span.end))

    def span(self, covered: Range, *, until: datetime) -> Span:
        """Return the instants of the buckets in `covered`, none of them after `until`."""
        end = next_bucket(instant(covered.last), self.zone, self.grain)
        return Span(instant(covered.first), min(end, until))

    def latest(self, covered: Range, buckets: int) -> Range:
        """Return the last `buckets` buckets of a range, or all of it."""
        step = (buckets - 1) * self.grain
        first = self.holding(instant(covered.last - step) + TICK)
        return Range(max(covered.first, first), covered.last)

    def after(self, bucket: int) -> int:
        """Return the start of the bucket after the one that starts at `bucket`."""
        return epoch(next_bucket(instant(bucket), self.zone, self.grain))

    def before(self, bucket: int) -> int:
        """Return the start of the bucket before the one that starts at `bucket`."""
        return self.holding(instant(bucket))


def hour_grain(zone: ZoneInfo, now: datetime) -> int:
    """Return the longest bucket, an hour at most, that begins with the hours of a zone: seconds."""
    offsets = [(now + timedelta(days=91 * part)).astimezone(zone).utcoffset() for part in range(4)]
    return gcd(HOUR, *(int(one.total_seconds()) for one in offsets if one))


def epoch(instant: datetime) -> int:
    return int(instant.timestamp())


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


def joined(ranges: Iterable[Range], *, gap: int) -> list[Range]:
    """Return the ranges in order, those less than `gap` seconds apart made one."""
    found: list[Range] = []
    for covered in sorted(ranges):
        if found and covered.first - found[-1].last <= gap:
            found[-1] = Range(found[-1].first, max(found[-1].last, covered.last))
        else:
            found.append(covered)
    return found


def runs(days: Iterable[date]) -> list[tuple[date, date]]:
    """Return the first and last day of each run of consecutive days."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and day - found[-1][1] <= timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def reached(places: Expression, first: date, last: date) -> Span:
    """Return where the time `places` may put a case with an instant on the UTC days first to last.

    Not for one that also names an instant of its own: that may put a case anywhere.
    """
    start, end = (datetime.combine(day, time.min, tzinfo=UTC) for day in (first, last))
    shift = timedelta(microseconds=places.reach)
    return Span(start - shift - TICK, end + shift + timedelta(seconds=DAY) - TICK)


def names_an_instant(node: Node) -> bool:
    """Return whether an expression holds an instant, such as timestamp '2026-01-01T00:00:00Z'."""
    return node.op == "instant" or any(names_an_instant(arg) for arg in node.args)
