"""Today so far: how far streams that are kept by the hour are from their usual by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from troth.core import clock
from troth.core.windows import HOUR, TICK, Span, midnight
from troth.metrics.drift.hours import (
    HOURS,
    Cells,
    Profile,
    SoFar,
    profile,
    profile_from,
    so_far,
    usual_by_hour,
)
from troth.metrics.drift.normal import Array
from troth.metrics.drift.panels import Panel
from troth.metrics.drift.phases import Frozen, expectation, frozen_from
from troth.metrics.drift.pictures import HourView, TodayView
from troth.metrics.models import Baseline, Holiday, Stream
from troth.metrics.queries.complete import is_recounted, whole_hours
from troth.metrics.queries.kept import Tallies, tallies
from troth.metrics.ranges import epoch, instant

NO_HOUR = "no hour of it is over of which the signals have come"
NO_USUAL = "what is usual of its days is not known yet"
NO_PROFILE = "what is usual of its hours is not known yet: they are too few, or being counted"
NO_HOLIDAY = "it is a holiday, and what holidays are like is not known"
TOO_LITTLE = "too few cases have come, or too little is known of this hour"


@dataclass(frozen=True, slots=True)
class Look:
    """A stream up to the end of an hour. `seen` None: there is nothing to say, and `why`.

    `usual` is what is usual of the whole day; `fresh` is a profile to be written down.
    """

    stream: Stream
    day: date
    until: datetime
    why: str = ""
    phase: Baseline | None = None
    usual: float | None = None
    cells: Cells | None = None
    profile: Profile | None = None
    fresh: bool = False
    seen: SoFar | None = None


def running_day(stream: Stream, now: datetime) -> date:
    """Return the local day that runs, or whose last signals are still waited for."""
    at = now - timedelta(seconds=stream.settle) - TICK
    return at.astimezone(stream.series.sweep.tz).date()


def looks(until: Sequence[tuple[Stream, datetime]], *, now: datetime) -> list[Look]:
    """Return each stream up to its instant. Nothing is written.

    Streams come with `series__sweep`, `hourly__sweep` and their `baselines` loaded.
    """
    begun = [_begun(stream, at, now) for stream, at in until]
    asked = [one for one in begun if not one.why]
    if not asked:
        return begun
    start = min(_starts(one) for one in asked)
    span = Span(start, max(one.until for one in asked))
    found = tallies(series=[one.stream.hourly_id or 0 for one in asked], span=span)
    holidays = _holidays(asked)
    return [one if one.why else _looked(one, found, holidays) for one in begun]


def _begun(stream: Stream, until: datetime, now: datetime) -> Look:
    zone = stream.series.sweep.tz
    day = running_day(stream, now)
    phases = [one for one in stream.baselines.all() if one.starts_on <= day]
    phase = phases[-1] if phases else None
    why = ""
    if until <= midnight(day, zone):
        why = NO_HOUR
    elif phase is None or phase.frozen is None or date.fromisoformat(phase.frozen["last"]) >= day:
        why = NO_USUAL
    elif stream.hourly_id is None or phase.series_id not in (None, stream.series_id):
        why = NO_PROFILE
    return Look(stream, day, until, why, phase)


def _starts(one: Look) -> datetime:
    return midnight(one.day, one.stream.series.sweep.tz)


def _looked(one: Look, found: Tallies, holidays: set[tuple[str, date]]) -> Look:
    stream, phase = one.stream, one.phase
    if phase is None or phase.frozen is None:
        return one
    frozen = frozen_from(phase.frozen)
    usual = _usual(stream, frozen, [one.day], holidays)[0]
    if np.isnan(usual):
        return _without(one, NO_HOLIDAY)
    known = profile_from(phase.hours) if phase.hours else _profile(stream, frozen)
    if known is None:
        return _without(one, NO_PROFILE)
    cells = cells_of(stream, found, (one.day, 1), until=one.until)
    worse = 1.0 if stream.better == "less" else -1.0
    seen = so_far(stream.reading, worse, cells, float(usual), known)
    return Look(
        stream, one.day, one.until, "" if seen else TOO_LITTLE, phase, float(usual), cells, known,
        phase.hours is None, seen,
    )  # fmt: skip


def _without(one: Look, why: str) -> Look:
    return Look(one.stream, one.day, one.until, why, one.phase)


def _profile(stream: Stream, frozen: Frozen) -> Profile | None:
    """Return the profile of the days that the baseline was made of, as they are counted by now."""
    zone = stream.series.sweep.tz
    days = (frozen.last - frozen.first).days + 1
    start, end = midnight(frozen.first, zone), midnight(frozen.last + timedelta(days=1), zone)
    found = tallies(series=[stream.hourly_id or 0], span=Span(start, end))
    if not len(found) or is_recounted(stream, end):
        return None
    cells = cells_of(stream, found, (frozen.first, days), until=end)
    of = [frozen.first + timedelta(days=n) for n in range(days)]
    holidays = _holidays_of({stream.holidays}, frozen.first, frozen.last)
    usual = _usual(stream, frozen, of, holidays)
    chosen = np.flatnonzero(~np.isnan(usual))
    return profile(stream.reading, cells.of(chosen), usual[chosen], dispersion=frozen.dispersion)


def _usual(
    stream: Stream, frozen: Frozen, days: Sequence[date], holidays: set[tuple[str, date]]
) -> Array:
    """Return what is usual of whole days that follow each other; NaN: of such a holiday unknown."""
    special = np.array([[(stream.holidays, day) in holidays for day in days]])
    empty = np.zeros(special.shape)
    panel = Panel(
        first=days[0], good=empty, total=empty, n=empty, sum=empty, hours=empty + 24,
        readings=(stream.reading,), worse=np.array([1.0]), holidays=special,
        spoke=empty > 0, silent=empty > 0,
    )  # fmt: skip
    usual = expectation(panel, [frozen])[0]
    return usual if frozen.holiday is not None else np.where(special[0], np.nan, usual)


def _holidays(asked: Sequence[Look]) -> set[tuple[str, date]]:
    days = [one.day for one in asked]
    return _holidays_of({one.stream.holidays for one in asked}, min(days), max(days))


def _holidays_of(calendars: set[str], first: date, last: date) -> set[tuple[str, date]]:
    if calendars == {""}:
        return set()
    rows = Holiday.objects.filter(calendar__in=calendars, day__gte=first, day__lte=last)
    return set(rows.values_list("calendar", "day"))


def cells_of(stream: Stream, found: Tallies, days: tuple[date, int], *, until: datetime) -> Cells:
    """Return a stream's tallies of (first day, how many) by the hours of its zone up to `until`."""
    if stream.hourly is None:
        raise ValueError("a stream without hours")
    first, number = days
    starts, places, length = _grid(
        stream.series.sweep.tz, first, number, stream.hourly.grain, epoch(until)
    )
    own = found.of(stream.hourly.pk)
    at = np.clip(np.searchsorted(starts, own.bucket), 0, max(0, len(starts) - 1))
    here = starts[at] == own.bucket if len(starts) else np.zeros(len(own), dtype=bool)

    def placed(values: NDArray[np.int64] | Array) -> Array:
        sums = np.bincount(places[at[here]], weights=values[here], minlength=number * HOURS)
        return np.asarray(sums, dtype=np.float64).reshape(number, HOURS)

    bad = own.good if stream.better == "less" else own.total - own.good
    if stream.reading == "mean":
        return Cells(placed(own.n * 0), placed(own.n), placed(own.sum), length)
    return Cells(
        placed(bad) / stream.evidence, placed(own.total) / stream.evidence, placed(own.sum), length
    )


@lru_cache(maxsize=64)
def _grid(
    zone: ZoneInfo, first: date, days: int, grain: int, until: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Return the buckets that are over, the place (day, hour) of each, and how long places are."""
    starts, places = [], []
    for day in range(days):
        begin, end = (epoch(midnight(first + timedelta(days=day + more), zone)) for more in (0, 1))
        own = np.arange(-(-begin // grain) * grain, end, grain, dtype=np.int64)
        if end - begin == HOUR * HOURS:
            hours = (own - begin) // HOUR
        else:
            hours = np.array([instant(int(one)).astimezone(zone).hour for one in own])
        starts.append(own)
        places.append(day * HOURS + hours)
    over = np.concatenate(starts) + grain <= until
    place = np.concatenate(places)[over]
    length: Array = np.bincount(place, minlength=days * HOURS) * np.float64(grain / HOUR)
    return np.concatenate(starts)[over], place, length.reshape(days, HOURS)


def today(*, stream: int, at: datetime | None = None) -> TodayView | None:
    """Return a stream's day so far, as of `at` (default now); None where it is not asked for.

    Raises Stream.DoesNotExist.
    """
    now = at or clock.now()
    rows = Stream.objects.select_related("series__sweep", "hourly__sweep")
    row = rows.prefetch_related("baselines").get(pk=stream)
    if row.hourly_id is None:
        return None
    until = whole_hours([row], now=now).get(row.pk)
    if until is None:
        return TodayView(running_day(row, now), None, NO_HOUR)
    (look,) = looks([(row, until)], now=now)
    return TodayView(look.day, look.until, look.why, look.seen, _hours(look))


def _hours(look: Look) -> tuple[HourView, ...]:
    """Return the hours of the day beside what is usual of each; the worse part of a share."""
    if look.profile is None or look.cells is None or look.usual is None:
        return ()
    reading, cells = look.stream.reading, look.cells
    usual = usual_by_hour(reading, look.usual, look.profile)
    above = {"share": cells.bad, "mean": cells.sum, "count": cells.cases}[reading][0]
    below = np.ones(HOURS) if reading == "count" else cells.cases[0]
    return tuple(
        HourView(
            hour, float(usual[hour]),
            float(above[hour] / below[hour]) if below[hour] and cells.length[0, hour] else None,
            int(cells.cases[0, hour]),
        )
        for hour in range(HOURS)
    )  # fmt: skip
