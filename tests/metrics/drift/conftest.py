"""Streams with made histories: tallies written as the count would have left them."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from troth.core.windows import DAY, midnight
from troth.metrics import actions, writing
from troth.metrics.drift.enrolment import Enrolment
from troth.metrics.models import Dirty, Series, Stream
from troth.metrics.ranges import Range, epoch
from troth.metrics.rules import Measure
from troth.signals.store import Tally

FIRST = date(2026, 1, 1)
ZONE = "Europe/Berlin"


def after(days: int, *, zone: str = ZONE) -> datetime:
    """Return the instant a minute after so many local days have ended."""
    end = midnight(FIRST + timedelta(days=days), ZoneInfo(zone))
    return end + timedelta(minutes=1)


class Histories:
    """Enrols streams and gives them days of (good, total), or of values."""

    def __init__(self) -> None:
        self.count = 0

    def series(self, zone: str = ZONE) -> Series:
        self.count += 1
        measure = Measure(kinds=(f"kind-{self.count}",), good="outcome = 'ok'", value="value")
        found = actions.follow(measure=measure, zone=zone, grain=DAY)
        Dirty.objects.filter(series=found).delete()  # its days are written here, not counted
        return found

    def tell(
        self, series: Series, days: Sequence[tuple[int, int]], *, start: int = 0, mean: float = 1.0
    ) -> None:
        """Write the days' (good, total) from the day `start` on, instead of what they had."""
        zone = series.sweep.tz
        begins = [
            midnight(FIRST + timedelta(days=start + n), zone).astimezone(UTC)
            for n in range(len(days))
        ]
        tallies = [
            Tally(begin, (), good, total, total, mean * total, mean * mean * total)
            for begin, (good, total) in zip(begins, days, strict=True)
            if total
        ]
        covered = Range(epoch(begins[0]), epoch(begins[-1]))
        writing.write([series], covered, [tallies], grain=DAY, now=after(start + len(days)))
        series.refresh_from_db()

    def stream(self, days: Sequence[tuple[int, int]], *, zone: str = ZONE, **terms) -> Stream:
        series = self.series(zone)
        key = f"test:{self.count}"
        given = {"name": f"Stream {self.count}", "touchpoint": f"place {self.count}"} | terms
        found = actions.watch(key=key, series=series.pk, enrolment=Enrolment(**given), now=after(0))
        if days:
            self.tell(series, days)
        return Stream.objects.select_related("series__sweep").get(pk=found.pk)


@pytest.fixture
def histories(db: None) -> Histories:
    return Histories()


@pytest.fixture
def steady() -> Callable[..., list[tuple[int, int]]]:
    """Return days that scatter a little around 96 good of 100, the same for the same `other`."""

    def make(
        days: int, *, good: int = 960, total: int = 1000, other: int = 1
    ) -> list[tuple[int, int]]:
        wave = (0, 5, -3, 8, -6, 2, -4, 7, -8, 3, -1, 4, -5, 6, -7, 1, -2)
        return [(good + wave[n * other % len(wave)], total) for n in range(days)]

    return make
