"""What is remembered of each stream, so that screens need not look at ten thousand of them.

A glance is made of the stream's last days: how much it lost against its promise, when it spoke
last, and by how much each day came out worse than was said.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import F, Q, QuerySet

from troth.core.windows import midnight
from troth.metrics.drift.normal import Array
from troth.metrics.models import Stream
from troth.metrics.models_shelf import Glance
from troth.metrics.queries.mapped import Cell, cells_of, loss_of, newest_of
from troth.metrics.queries.paneled import Part, Watched, watched
from troth.metrics.queries.worse import worse_by_day

DAYS = 28  # before today that a glance remembers
_OFTEN = timedelta(minutes=5)  # a glance is not made more often than that
_LATE = timedelta(minutes=15)  # what waits longer for its stream's changes is not relied on


def glanced(pks: list[int], *, now: datetime) -> list[Glance]:
    """Return what is to be remembered of these streams."""
    wanted = Stream.objects.filter(pk__in=pks)
    made_of = {pk: said for pk, *said in wanted.values_list("pk", "series__revision", "terms")}
    rows = list(wanted.select_related("series__sweep").prefetch_related("baselines"))
    found = watched(rows, now=now) if rows else None
    days = _days(found, now) if found else {}
    return [
        Glance(
            stream_id=one.stream.pk, revision=made_of[one.stream.pk][0],
            terms=made_of[one.stream.pk][1], loss=loss_of(one), spoke_at=_spoke(one), made_at=now,
            until=_day_after(one.stream.zone, now),
            **days.get(one.stream.pk) or _nothing(one.stream.zone, now),
        )
        for one in cells_of(rows, found)
    ]  # fmt: skip


def _spoke(one: Cell) -> datetime | None:
    """Return the start of the newest day with a case of the last 28."""
    days = [place for place, value in enumerate(one.values) if value is not None]
    if not days or one.last is None:
        return None
    day = one.last - timedelta(days=len(one.values) - 1 - days[-1])
    return midnight(day, ZoneInfo(one.stream.zone))


def _day_after(zone: str, now: datetime) -> datetime:
    place = ZoneInfo(zone)
    return midnight(now.astimezone(place).date() + timedelta(days=1), place)


def _days(found: Watched, now: datetime) -> dict[int, dict[str, object]]:
    """Return stream → the days that are kept of it, those of the phase that it is in."""
    newest = newest_of(found)
    parts = [found.parts[row] for row in newest.values()]
    cases, volume = worse_by_day(found.panel.of(list(newest.values())), parts)
    both = np.stack([cases, volume], axis=1)
    return {
        part.stream.pk: _kept(found, part, days, now)
        for part, days in zip(parts, both, strict=True)
    }


def _kept(found: Watched, part: Part, days: Array, now: datetime) -> dict[str, object]:
    """Return the last of the days up to the one that runs."""
    today = now.astimezone(part.stream.series.sweep.tz).date()
    end = min((today - found.panel.first).days + 1, days.shape[1])
    return {
        "last": found.day(end - 1),
        "phase_from": found.day(part.row.start),
        "days": days[:, max(0, end - DAYS - 1) : end].tobytes(),
    }


def _nothing(zone: str, now: datetime) -> dict[str, object]:
    """Return what is kept of a stream that has never said anything."""
    return {"last": now.astimezone(ZoneInfo(zone)).date(), "phase_from": date.min, "days": b""}


def unglanced(*, now: datetime) -> "QuerySet[Stream]":
    """Return the streams whose glance is missing or out of date, and not just made."""
    changed = Q(glance__revision__lt=F("series__revision"), glance__made_at__lt=now - _OFTEN)
    old = Q(glance__until__lte=now) | Q(glance__terms__lt=F("terms")) | Q(glance__last=None)
    old |= changed
    return Stream.objects.filter(ended_at=None).filter(Q(glance=None) | old).order_by("pk")


def losses_of(pks: list[int]) -> dict[int, float]:
    """Return stream → what it lost against its promise in 28 days, of those that have a glance."""
    rows = Glance.objects.filter(stream__in=pks) if pks else Glance.objects.none()
    return dict(rows.values_list("stream", "loss"))


class Days(NamedTuple):
    """What is remembered of a week of many streams: a row each, oldest day first."""

    streams: list[int]
    weights: list[float]
    cases: Array  # by which the day came out worse than was said
    volume: Array


def remembered(*, first: date, last: date, now: datetime) -> Days:
    """Return the days from `first` to `last` of the streams whose glance holds them all.

    The others must be looked at: those whose changes wait for too long, too. Means are left out.
    """
    waits = Q(revision__lt=F("stream__series__revision"), made_at__lt=now - _LATE)
    rows = Glance.objects.filter(
        last__range=(last, first + timedelta(days=DAYS)), phase_from__lte=last,
        terms=F("stream__terms"),
    ).exclude(waits)  # fmt: skip
    rows = rows.exclude(stream__reading="mean").order_by("pk")
    pks: list[int] = []
    weights: list[float] = []
    kept: list[Array] = []
    count = (last - first).days + 1
    for pk, weight, until, days in rows.values_list("pk", "stream__weight", "last", "days"):
        whole = np.frombuffer(days).reshape(2, -1)
        end = max(0, whole.shape[1] - ((until or last) - last).days)
        week = whole[:, max(0, end - count) : end]
        pks.append(pk)
        weights.append(weight)
        kept.append(np.pad(week, ((0, 0), (count - week.shape[1], 0))))
    both = np.stack(kept, axis=1) if kept else np.zeros((2, 0, count))
    return Days(pks, weights, both[0], both[1])
