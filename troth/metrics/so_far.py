"""Today so far in words: the same on a touchpoint's page and on that of a promise."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from troth.core.windows import TICK
from troth.metrics import queries, wording
from troth.metrics.drift.pictures import HourView, StreamView, TodayView
from troth.ui import words


@dataclass(frozen=True, slots=True)
class HourTold:
    """One hour as people say it."""

    hour: str
    usual: str
    seen: str
    cases: int


@dataclass(frozen=True, slots=True)
class Told:
    """A day so far. `until` "": nothing can be said, for `text` is so.

    `day` is Today, or Yesterday while its last signals are still waited for.
    """

    day: str
    until: str
    text: str
    usual: str
    worse: bool
    zone: str
    of_share: bool
    each: tuple[HourTold, ...]


def told(stream: StreamView, now: datetime) -> Told | None:
    """Return the day so far of a stream that is judged by the hour; None for others."""
    found = queries.today(stream=stream.pk, at=now)
    if found is None:
        return None
    each = tuple(_hour(one, stream) for one in found.hours)
    one, day, of_share = found.so_far, _day(found, stream, now), stream.reading == "share"
    if one is None or found.until is None:
        return Told(day, "", found.why, "", worse=False, zone=stream.zone, of_share=of_share,
                    each=each)  # fmt: skip
    outside = one.seen > one.high or one.seen < one.low
    return Told(
        day, wording.clock_of(found.until, stream),
        wording.so_far(one.seen, one.cases, one.expected, stream),
        f"{_end(one.low, stream)} to {_end(one.high, stream)}",
        worse=outside and one.z > 0, zone=stream.zone, of_share=of_share, each=each,
    )  # fmt: skip


def _day(found: TodayView, stream: StreamView, now: datetime) -> str:
    runs = (now - TICK).astimezone(ZoneInfo(stream.zone)).date()
    return "Today" if found.day == runs else "Yesterday"


def _hour(one: HourView, stream: StreamView) -> HourTold:
    seen = words.NOTHING if one.seen is None else wording.reading(one.seen, stream)
    return HourTold(f"{one.hour:02}:00", wording.reading(one.usual, stream), seen, one.cases)


def _end(value: float, stream: StreamView) -> str:
    if stream.reading == "mean":
        return words.measured(round(value, 2), stream.unit)
    return words.number(round(value))
