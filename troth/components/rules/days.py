"""Local days of a component, as strips and bars show them. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from troth.components.rules import uptime
from troth.components.rules.combining import SEVERITY, Stretch
from troth.components.rules.results import Day, Status
from troth.components.rules.uptime import Regime
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


class Drawing:
    """Draws the strips of many components: days in which nothing happened are made once."""

    def __init__(self, days: Calendar, regimes: Sequence[Regime]) -> None:
        self._days, self._regimes = days, regimes
        self._blank = [Day(date=on, seconds=(), worst=Status.NO_DATA, share=None)
                       for on in days.dates]  # fmt: skip
        self._even: dict[Status, list[Day]] = {}

    def strip(self, stretches: Sequence[Stretch]) -> tuple[Day, ...]:
        """Return the days of a component, oldest first; those of which nothing is told are blank.

        The stretches are disjoint and in order.
        """
        found, starts = list(self._blank), self._days.starts
        pieces: dict[int, list[Stretch]] = {}
        for one in uptime.cut(stretches, (starts[0], starts[-1])):
            for number in self._lay(one, found):
                pieces.setdefault(number, []).extend(
                    uptime.cut([one], (starts[number], starts[number + 1]))
                )
        for number, parts in pieces.items():
            found[number] = self._day(number, parts)
        return tuple(found)

    def _lay(self, one: Stretch, found: list[Day]) -> Sequence[int]:
        """Lay whole days of an even stretch at once; return the days that need adding up."""
        starts = self._days.starts
        first = bisect_right(starts, one.starts) - 1
        last = bisect_left(starts, one.ends) - 1
        if one.status not in _EVEN:
            return range(first, last + 1)
        begin = first + (starts[first] != one.starts)
        end = last + (starts[last + 1] == one.ends)
        if begin < end:
            found[begin:end] = self._whole(one)[begin:end]
        return [number for number in sorted({first, last}) if not begin <= number < end]

    def _whole(self, one: Stretch) -> list[Day]:
        if one.status not in self._even:
            spans = pairwise(self._days.starts)
            self._even[one.status] = [
                self._day(number, [replace(one, starts=begin, ends=end)])
                for number, (begin, end) in enumerate(spans)
            ]
        return self._even[one.status]

    def _day(self, number: int, parts: Sequence[Stretch]) -> Day:
        seconds: dict[Status, int] = {}
        for one in parts:
            seconds[one.status] = seconds.get(one.status, 0) + one.seconds
        told = tuple(sorted(seconds.items(), key=lambda item: SEVERITY[item[0]]))
        share = uptime.added(parts, self._regimes).share
        return Day(date=self._days.dates[number], seconds=told, worst=worst(seconds), share=share)


def worst(seconds: Mapping[Status, int]) -> Status:
    """Return what a day is drawn as: its worst trouble; else operational, if most of it is known.

    A day of which less than half is known is a day without data.
    """
    troubles = [status for status in seconds if status not in _EVEN]
    if troubles:
        return max(troubles, key=SEVERITY.__getitem__)
    known = seconds.get(Status.OPERATIONAL, 0)
    return Status.OPERATIONAL if known and 2 * known >= sum(seconds.values()) else Status.NO_DATA
