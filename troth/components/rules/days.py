"""Local days of a component, as strips and bars show them. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from troth.components.rules import uptime
from troth.components.rules.combining import SEVERITY, Stretch
from troth.components.rules.results import Day, Status
from troth.components.rules.uptime import Piece, Sum, Weighing
from troth.core import windows

_EVEN = (Status.OPERATIONAL, Status.NO_DATA)  # statuses whose weight nobody declares


@dataclass(frozen=True, slots=True)
class Calendar:
    """Local days and when each begins: day `dates[i]` is [starts[i], starts[i + 1]).

    A day has 23 or 25 hours where the clock is set, never a guess of 24.
    """

    dates: tuple[date, ...]
    starts: tuple[int, ...]


def calendar(last: date, count: int, zone: ZoneInfo) -> Calendar:
    """Return the `count` local days that end with `last`."""
    first = last - timedelta(days=count - 1)
    every = tuple(first + timedelta(days=number) for number in range(count + 1))
    starts = tuple(int(windows.midnight(day, zone).timestamp()) for day in every)
    return Calendar(every[:-1], starts)


@dataclass(slots=True)
class _Tally:
    """What has been added up of one day."""

    seconds: dict[Status, int] = field(default_factory=dict)
    known: int = 0
    parts: int = 0

    def add(self, status: Status, seconds: int, worth: int | None) -> None:
        self.seconds[status] = self.seconds.get(status, 0) + seconds
        if worth is not None:
            self.known += seconds
            self.parts += seconds * worth


class Drawing:
    """Draws the strips of many components: days in which nothing happened are made once."""

    def __init__(self, days: Calendar, weighing: Weighing) -> None:
        self._days, self._weighing = days, weighing
        self._blank = [Day(date=on, seconds=(), worst=Status.NO_DATA, share=None)
                       for on in days.dates]  # fmt: skip
        self._even: dict[Status, list[Day]] = {}

    def strip(self, stretches: Sequence[Stretch]) -> tuple[Day, ...]:
        """Return the days of a component, oldest first; those of which nothing is told are blank.

        The stretches are disjoint.
        """
        found, tallies = list(self._blank), dict[int, _Tally]()
        inside = uptime.cut(stretches, (self._days.starts[0], self._days.starts[-1]))
        for piece in self._weighing.pieces(inside):
            self._lay(piece, found, tallies)
        for number, tally in tallies.items():
            found[number] = self._day(number, tally)
        return tuple(found)

    def _lay(self, piece: Piece, found: list[Day], tallies: dict[int, _Tally]) -> None:
        """Lay whole days of an even piece at once; add the rest to the tallies of their days."""
        starts, ends, status, worth = piece
        midnights = self._days.starts
        first = bisect_right(midnights, starts) - 1
        last = bisect_left(midnights, ends) - 1
        rest: Iterable[int] = range(first, last + 1)
        if status in _EVEN:
            begin = first + (midnights[first] != starts)
            end = last + (midnights[last + 1] == ends)
            if begin < end:
                found[begin:end] = self._whole(status, worth)[begin:end]
                rest = {first, last}.difference(range(begin, end))
        for number in rest:
            seconds = min(ends, midnights[number + 1]) - max(starts, midnights[number])
            tallies.setdefault(number, _Tally()).add(status, seconds, worth)

    def _whole(self, status: Status, worth: int | None) -> list[Day]:
        if status not in self._even:
            self._even[status] = []
            for number, (begin, end) in enumerate(pairwise(self._days.starts)):
                tally = _Tally()
                tally.add(status, end - begin, worth)
                self._even[status].append(self._day(number, tally))
        return self._even[status]

    def _day(self, number: int, tally: _Tally) -> Day:
        return Day(
            date=self._days.dates[number],
            seconds=tuple(sorted(tally.seconds.items(), key=_severity)),
            worst=worst(tally.seconds),
            share=Sum(tally.known, tally.parts, self._weighing.scale).share,
        )


def _severity(item: tuple[Status, int]) -> int:
    return SEVERITY[item[0]]


def worst(seconds: Mapping[Status, int]) -> Status:
    """Return what a day is drawn as: its worst trouble; else operational, if most of it is known.

    A day of which less than half is known is a day without data.
    """
    troubles = [status for status in seconds if status not in _EVEN]
    if troubles:
        return max(troubles, key=SEVERITY.__getitem__)
    known = seconds.get(Status.OPERATIONAL, 0)
    return Status.OPERATIONAL if known and 2 * known >= sum(seconds.values()) else Status.NO_DATA
