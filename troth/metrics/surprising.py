"""Surprises within the day: a bucket that is unlike its own past becomes a fact at once.

Only for metrics that ask for it, each time a bucket is over and its evidence is counted. A day's
frozen baseline knows what is usual of a day; here five minutes are compared with what the same
time brought in the weeks before. One surprise is one case: it closes when a day has passed without
another. Everything is read and computed first; the writing is one transaction in which each
stream is claimed by the bucket that it had been judged until.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import log10

from django.db import transaction

from troth.core.windows import DAY, TICK
from troth.metrics.drift.limits import LOOKS, limits, split
from troth.metrics.drift.normal import above
from troth.metrics.drift.surprises import Surprise, joined
from troth.metrics.models import Evaluation, Fade, Stream
from troth.metrics.queries.complete import falls_due, uncounted, whole_buckets
from troth.metrics.queries.surprised import PAST, Within, day_of, drawn_at, within
from troth.metrics.ranges import instant

_A_DAY = timedelta(days=1)
CALM = "a day passed without another surprise"
CORRECTED = "later signals came: it is within the usual"
GREATER = "a greater one came"
LET_GO = "it is watched for surprises no longer"


@dataclass(frozen=True, slots=True)
class _Judged:
    stream: Stream
    until: datetime
    found: Within

    def end(self, place: int) -> datetime:
        """Return when the bucket at a place was over."""
        return instant(int(self.found.start[place]) + self.stream.series.grain)

    def side(self, place: int) -> float:
        """Return 1 where the value is worse than was to be expected, -1 where it is better."""
        above = self.found.value[place] >= self.found.found.expected[place]
        more_is_worse = self.stream.reading == "share" or self.stream.better == "less"
        return 1.0 if bool(above) == more_is_worse else -1.0

    def is_alarm(self, place: int, rings: float) -> bool:
        return bool(self.found.found.raw[place] >= rings) and self.side(place) > 0


def is_due(*, now: datetime) -> bool:
    """Return whether a bucket may be over that was not judged: what an idle worker asks, a query.

    Also where a clock that was ahead has been put back.
    """
    return bool(_due(now))


def evaluate_surprises(*, now: datetime) -> int:
    """Judge the buckets that are over since; return how many facts were opened or closed."""
    streams = list(Stream.objects.filter(pk__in=_due(now)).select_related("series__sweep"))
    if not streams:
        return 0
    judged = [
        _Judged(stream, at, within(stream, until=at)) for stream, at in _ready(streams, now)
    ]  # fmt: skip
    row = Evaluation.objects.filter(pk=1).first() or Evaluation()
    watched = Stream.objects.filter(ended_at=None).count()
    spike = limits(streams=watched, days=row.budget_days).spike
    written = 0
    with transaction.atomic():
        Evaluation.objects.select_for_update().get_or_create(pk=1)
        for one in judged:
            if _claimed(one):
                written += _written(one, spike, now)
    return written


def let_go(*, stream: int, now: datetime) -> None:
    """Close the surprise of a stream that is not watched for any more."""
    rows = Fade.objects.filter(stream=stream, kind="surprise", closed_at=None)
    for row in rows:
        _close(row, now, LET_GO)


def _due(now: datetime) -> list[int]:
    rows = Stream.objects.filter(ended_at=None, surprises=True).values_list(
        "pk", "surprised_until", "settle", "series__sweep__grain"
    )
    return [
        pk
        for pk, until, settle, grain in rows
        if until is None or until > now or until <= now - timedelta(seconds=grain + settle)
    ]


def _ready(streams: Sequence[Stream], now: datetime) -> list[tuple[Stream, datetime]]:
    """Return the streams of which a bucket is over, counted and not judged, and its end."""
    over = whole_buckets(streams, now=now)
    waiting = uncounted(
        (one.series, over[one.pk] + timedelta(seconds=one.settle))
        for one in streams if one.pk in over
    )  # fmt: skip
    return [
        (one, over[one.pk])
        for one in streams
        if one.pk in over
        and one.series_id not in waiting
        and one.surprised_until != over[one.pk]
        and not falls_due(one.series, over[one.pk])
    ]


def _claimed(one: _Judged) -> bool:
    before = one.stream.surprised_until
    mine = Stream.objects.filter(pk=one.stream.pk, ended_at=None, surprises=True)
    same = mine.filter(surprised_until=before) if before else mine.filter(surprised_until=None)
    return bool(same.update(surprised_until=one.until))


def ringing_at(stream: Stream, spike: float) -> float:
    """Return the score that is an alarm: its share of the budget by all buckets of a day."""
    looks = DAY // stream.series.grain + (LOOKS if stream.hourly_id else 0)
    return -log10(above(split(spike, looks)[1]))


def _written(one: _Judged, spike: float, now: datetime) -> int:
    """Bring the facts of a stream up to what its buckets say; return how many changed.

    A case that is told is told once: late signals may move its edges, and open none beside it.
    """
    stream, rings = one.stream, ringing_at(one.stream, spike)
    seen = joined(one.found.start, one.found.found.raw, least=drawn_at(stream.series.grain))
    rows = Fade.objects.filter(stream=stream, kind="surprise", segment="")
    known = list(rows.filter(opened_at__gt=one.until - PAST))
    changed = sum(_went_on(row, one, seen, rings, now) for row in rows.filter(closed_at=None))
    since = stream.surprised_until or one.until - _A_DAY
    for case in seen:
        if one.end(case.last) > since and not any(_touch(row, case, one) for row in known):
            changed += _told(one, case, rings, now)
    return changed


def _touch(row: Fade, case: Surprise, one: _Judged) -> bool:
    ends = row.closed_at or one.until
    return row.opened_at <= one.end(case.last) and one.end(case.first) <= ends


def _went_on(row: Fade, one: _Judged, seen: Sequence[Surprise], rings: float, now: datetime) -> int:
    """Close an open fact that is over; return how many facts changed."""
    mine = [case for case in seen if one.end(case.last) >= row.opened_at]
    if not mine:
        return _close(row, now, CORRECTED)
    calm = one.end(mine[0].last) + _A_DAY
    if calm <= one.until:
        return _close(row, calm, CALM, _local_day(one.stream, calm))
    loud = None if row.rings else _first_loud(one, mine[0], rings, row.opened_at)
    if loud is None:
        return 0
    _close(row, one.end(loud), GREATER, _local_day(one.stream, one.end(loud)))
    _fact(one, loud, rings, now).save()
    return 2


def _told(one: _Judged, case: Surprise, rings: float, now: datetime) -> int:
    """Write a case down that is new, with the value that rings where one does."""
    loud = _first_loud(one, case, rings, one.end(case.first) - _A_DAY)
    fact = _fact(one, case.first if loud is None else loud, rings, now)
    calm = one.end(case.last) + _A_DAY
    if calm <= one.until:
        fact.closed_on, fact.closed_at = _local_day(one.stream, calm), calm
        fact.why_closed = CALM
    fact.save()
    return 1


def _first_loud(one: _Judged, case: Surprise, rings: float, after: datetime) -> int | None:
    """Return the first value of a case after an instant that is an alarm, None without one."""
    places = range(case.first, case.last + 1)
    return next(
        (place for place in places if one.end(place) > after and one.is_alarm(place, rings)), None
    )


def _fact(one: _Judged, place: int, rings: float, now: datetime) -> Fade:
    stream, found = one.stream, one.found
    end, day = one.end(place), day_of(int(found.start[place]), one.stream.series.sweep.tz)
    seen, expected = float(found.value[place]), float(found.found.expected[place])
    side = one.side(place)
    return Fade(
        stream=stream, kind="surprise", opened_on=day, opened_at=end, onset=day,
        size=round(side * abs(seen - expected) * (100 if stream.reading == "share" else 1), 6),
        rings=one.is_alarm(place, rings), recorded_at=now,
        evidence={
            "side": "worse" if side > 0 else "better",
            "score": round(float(found.found.raw[place]), 3), "alarm_limit": round(rings, 3),
            "begins": instant(int(found.start[place])).isoformat(), "ends": end.isoformat(),
            "value": round(seen, 6), "cases": round(float(found.cases[place])),
            "expected": round(expected, 6),
        },
    )  # fmt: skip


def _close(row: Fade, at: datetime, why: str, on: date | None = None) -> int:
    """Close a fact unless somebody has; return whether it was open."""
    is_open = Fade.objects.filter(pk=row.pk, closed_at=None)
    closed_on = max(row.opened_on, on or at.date())
    return is_open.update(closed_on=closed_on, closed_at=at, why_closed=why)


def _local_day(stream: Stream, at: datetime) -> date:
    return (at - TICK).astimezone(stream.series.sweep.tz).date()
