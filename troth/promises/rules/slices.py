"""Slices of time: how many there should be, and what those without data count as."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from troth.core import windows
from troth.core.windows import Span
from troth.promises.rules.frames import Era, Frame
from troth.promises.rules.results import Count


@dataclass(frozen=True, slots=True)
class Slices:
    """The slices of a promise: `length` in seconds, counted from the start of each bucket.

    They are expected since `since`. The slice that is running counts once it has data. `spans`
    are what each category of exclusion takes out, aligned to slices.
    """

    length: int
    since: datetime
    zone: ZoneInfo
    spans: Mapping[str, Sequence[Span]] = field(default_factory=dict)

    def missing(self, eras: Sequence[Era], place: Frame, category: str = "") -> int:
        """Count the slices of the window, or of a category in it, that are over without data."""
        part = f"excluded:{category}" if category else "judged"
        spans = self.spans.get(category, ()) if category else None
        seen: dict[int, int] = {}
        for era in eras:
            for bucket, _, total in era.column(part, place.grain).rows(place.first, place.end):
                seen[bucket] = seen.get(bucket, 0) + total
        return sum(
            max(0, expected - seen.get(bucket, 0))
            for bucket, expected in self._expected(place, spans)
        )

    def _expected(self, place: Frame, spans: Sequence[Span] | None) -> Iterator[tuple[int, int]]:
        whole = [Span(self.since, place.span.end)]
        for start in windows.buckets(place.span, self.zone, place.grain):
            end = windows.next_bucket(start, self.zone, place.grain)
            bucket = Span(start, end)
            counts = [
                self._between(bucket, max(self.since, span.start), min(span.end, place.span.end))
                for span in (whole if spans is None else spans)
            ]
            yield int(start.timestamp()), sum(counts)

    def _between(self, bucket: Span, low: datetime, high: datetime) -> int:
        low, high = max(low, bucket.start), min(high, bucket.end)
        if low >= high:
            return 0
        first = _microseconds(bucket.start, low) // (self.length * 1_000_000)
        reached = _microseconds(bucket.start, high)
        if high == bucket.end:  # an uneven day ends in a shorter slice
            reached += self.length * 1_000_000 - 1
        return reached // (self.length * 1_000_000) - first


def filled(count: Count, missing: int, no_data: str) -> Count:
    """Add slices without data as the promise says: kept, broken, or (unknown) on neither side."""
    added = {"kept": Count(missing, missing), "broken": Count(0, missing)}
    return count + added.get(no_data, Count())


def _microseconds(start: datetime, end: datetime) -> int:
    passed = end - start
    return (passed.days * windows.DAY + passed.seconds) * 1_000_000 + passed.microseconds
