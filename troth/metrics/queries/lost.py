"""What nobody noticed: recurring trifles, ranked by what they add up to; told ones after them."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import overload

import numpy as np
from django.db.models import Q

from troth.core import clock
from troth.metrics.drift.normal import Array
from troth.metrics.drift.pictures import Loss
from troth.metrics.models import Fade, Stream
from troth.metrics.queries.faded import view_of
from troth.metrics.queries.glances import Days, remembered
from troth.metrics.queries.paneled import Watched, watched
from troth.metrics.queries.worse import worse_by_day

DAYS = 7
_HISTORY = timedelta(days=37)  # what is silent for longer is no trifle but a blind spot
_RECURRING = 3  # days of the week on which it was there
_AT_ONCE = 2_000  # streams that are read at once


@dataclass(frozen=True, slots=True)
class _Trifle:
    """A stream's week: cases beyond what was said, of how many, on which days, what they cost."""

    stream: int
    cases: float
    volume: float
    days: int
    loss: float


class Losses(Sequence[Loss]):
    """The trifles of a week, of which a page is read at a time.

    Those that nobody was told of come first, `silent` of them; then those of which an alarm told.
    Each of the two has the greatest loss first.
    """

    def __init__(self, trifles: Iterable[_Trifle], week: date) -> None:
        told = _told(week)
        self._told = told
        self._trifles = sorted(trifles, key=lambda one: (one.stream in told, -one.loss, one.stream))
        self.silent = sum(one.stream not in told for one in self._trifles)

    def __len__(self) -> int:
        return len(self._trifles)

    @overload
    def __getitem__(self, place: int) -> Loss: ...
    @overload
    def __getitem__(self, place: slice) -> list[Loss]: ...
    def __getitem__(self, place: int | slice) -> Loss | list[Loss]:
        if isinstance(place, int):
            return self._read([self._trifles[place]])[0]
        return self._read(self._trifles[place])

    def __iter__(self) -> Iterator[Loss]:
        return iter(self[:])

    def _read(self, trifles: Sequence[_Trifle]) -> list[Loss]:
        streams: dict[int, Stream] = {}
        for start in range(0, len(trifles), _AT_ONCE):
            pks = [one.stream for one in trifles[start : start + _AT_ONCE]]
            streams |= Stream.objects.select_related("series__sweep").in_bulk(pks)
        return [_loss(streams[one.stream], one, self._told) for one in trifles]


def losses(*, week: date) -> Losses:
    """Return the trifles of the seven days that end with `week`, the untold and the greatest first.

    A trifle is a gap that is there on three days at least: to what was promised, or without a
    promise to what is usual. Its loss is cases times the stream's weight; `noticed` says that an
    alarm told of it. Streams of means have no cases that fail and are left out. The last weeks are
    read from what is remembered of each stream; what is not remembered is looked at.
    """
    known = remembered(first=week - timedelta(days=DAYS - 1), last=week, now=clock.now())
    others = _others(week, set(known.streams))
    found = chain(_trifles(known), *(_trifles(days) for days in _looked_at(others, week)))
    return Losses(found, week)


def _others(week: date, known: set[int]) -> list[int]:
    """Return the streams of that week that are not remembered."""
    end = datetime.combine(week - timedelta(days=DAYS), datetime.min.time(), tzinfo=UTC)
    watched_then = Q(ended_at=None) | Q(ended_at__gt=end)
    rows = Stream.objects.exclude(reading="mean").filter(watched_then)
    return [pk for pk in rows.values_list("pk", flat=True) if pk not in known]


def _looked_at(pks: Sequence[int], week: date) -> Iterator[Days]:
    for start in range(0, len(pks), _AT_ONCE):
        rows = Stream.objects.filter(pk__in=pks[start : start + _AT_ONCE])
        streams = list(rows.select_related("series__sweep").prefetch_related("baselines"))
        end = datetime.combine(week + timedelta(days=2), datetime.min.time(), tzinfo=UTC)
        found = watched(streams, now=end, history=_HISTORY)
        current = _current(found, week) if found is not None else []
        if found is not None and current:
            yield _days(found, current, week)


def _days(found: Watched, current: Sequence[int], week: date) -> Days:
    parts, panel = [found.parts[row] for row in current], found.panel.of(current)
    last = (week - panel.first).days + 1
    days = slice(max(0, last - DAYS), max(0, last))
    cases, volume = worse_by_day(panel, parts)
    streams = [part.stream for part in parts]
    return Days(
        [one.pk for one in streams], [one.weight for one in streams],
        _wide(cases[:, days]), _wide(volume[:, days]),
    )  # fmt: skip


def _wide(days: Array) -> Array:
    """Return a week of days, with nothing on those that the panel does not reach."""
    return np.pad(days, ((0, 0), (DAYS - days.shape[1], 0)))


def _current(found: Watched, week: date) -> list[int]:
    """Return one row a stream: its phase of that week."""
    rows: dict[int, int] = {}
    for index, part in enumerate(found.parts):
        if found.day(part.row.start) <= week:
            rows[part.stream.pk] = index
    return list(rows.values())


def _trifles(week: Days) -> Iterator[_Trifle]:
    there, total, volume = (week.cases > 0).sum(axis=1), week.cases.sum(axis=1), week.volume
    for row in np.flatnonzero((there >= _RECURRING) & (total > 0)):
        pk, cases = week.streams[row], float(total[row])
        yield _Trifle(
            pk, cases, float(volume[row].sum()), int(there[row]),
            round(cases * week.weights[row], 3),
        )  # fmt: skip


def _told(week: date) -> set[int]:
    """Return the streams of which an alarm told that was open in the week."""
    found: set[int] = set()
    start = week - timedelta(days=DAYS - 1)
    was_open = Q(closed_on=None) | Q(closed_on__gte=start)
    rows = Fade.objects.filter(was_open, rings=True, opened_on__lte=week)
    for stream, contributors in rows.values_list("stream_id", "contributors"):
        found |= {part["stream"] for part in contributors}
        if stream is not None:
            found.add(stream)
    return found


def _loss(stream: Stream, one: _Trifle, told: AbstractSet[int]) -> Loss:
    return Loss(
        stream=view_of(stream),
        cases=round(one.cases, 3),
        volume=int(one.volume),
        gap=one.cases / one.volume if stream.reading == "share" and one.volume
        else one.cases / DAYS,
        days=one.days,
        loss=one.loss,
        noticed=stream.pk in told,
    )  # fmt: skip
