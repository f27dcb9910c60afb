"""All touchpoints at a glance: how far each is from what was said, and how predictable it is."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import Q, QuerySet

from troth.core import clock
from troth.metrics.drift.gaps import DAYS, FEWEST, Gap, delivered, interval, trailing
from troth.metrics.drift.normal import Array
from troth.metrics.drift.pictures import FadeView, StreamView
from troth.metrics.journeys import place_of
from troth.metrics.models import Stream
from troth.metrics.queries.faded import fades, view_of
from troth.metrics.queries.paneled import Watched, watched

_FEWEST_DAYS = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """A stream over the last 28 whole days.

    `typical` and `bad` are the daily reading on a middling day and on one of ten that are worst:
    their distance is how predictable it is, apart from how good. `missed` is how many cases came
    out worse than was promised (None: nothing was). `values` are
    the days' readings, oldest first. Of few cases there are counts, and no rate is told.
    """

    stream: StreamView
    gap: Gap
    typical: float | None
    bad: float | None
    missed: float | None
    last: date | None
    values: tuple[float | None, ...]
    fades: tuple[FadeView, ...]

    @property
    def is_enough(self) -> bool:
        """Whether there were cases enough to tell a share or a mean of."""
        return self.gap.n >= FEWEST or (self.stream.reading == "count" and self.gap.n > 0)

    @property
    def short(self) -> float | None:
        """Return by how much less was delivered than promised; negative: more was."""
        if not self.is_enough:
            return None
        return self.gap.between("promised", "delivered", worse=self.worse)

    @property
    def short_between(self) -> tuple[float, float] | None:
        """Return the 90 % interval of `short`; None where none is known."""
        said, low, high = self.gap.promised, self.gap.low, self.gap.high
        if self.short is None or said is None or low is None or high is None:
            return None
        first, second = sorted(((low - said) * self.worse, (high - said) * self.worse))
        return first, second

    @property
    def unsure(self) -> float | None:
        """Return by how much a bad day is worse than a middling one."""
        if self.typical is None or self.bad is None or not self.is_enough:
            return None
        return abs(self.bad - self.typical)

    @property
    def worse(self) -> float:
        return 1.0 if self.stream.better == "less" else -1.0


def cells(
    *,
    at: datetime | None = None,
    streams: Sequence[int] | None = None,
    told: Sequence[FadeView] | None = None,
) -> list[Cell]:
    """Return a cell for each stream that is watched, in the order of the journey.

    `streams` are those that are asked for; all by default. `told` are the fades that are open,
    where somebody has read them already. A look back shows what was so then, also of streams that
    are watched only since.
    """
    until = at or clock.now()
    wanted = watched_then(until) if streams is None else Stream.objects.filter(pk__in=streams)
    return _cells(wanted, until, fades(open_only=True, at=at) if told is None else told)


def watched_then(until: datetime) -> "QuerySet[Stream]":
    """Return the streams that were watched at an instant."""
    return Stream.objects.filter(Q(ended_at=None) | Q(ended_at__gt=until))


def _cells(wanted: "QuerySet[Stream]", until: datetime, told: Sequence[FadeView]) -> list[Cell]:
    loaded = wanted.select_related("series__sweep").prefetch_related("baselines")
    rows = sorted(loaded, key=lambda one: place_of(one.step))
    return cells_of(rows, watched(rows, now=until) if rows else None, told)


def cells_of(
    rows: Sequence[Stream], found: Watched | None, told: Sequence[FadeView] = ()
) -> list[Cell]:
    """Return a cell for each of these streams, of what was read of them."""
    newest = newest_of(found) if found else {}
    numbers = _numbers(found) if found else None
    by_stream: dict[int, list[FadeView]] = defaultdict(list)
    for fade in told:
        for pk in streams_of(fade):
            by_stream[pk].append(fade)
    return [_cell(row, found, newest.get(row.pk), numbers, by_stream[row.pk]) for row in rows]


def streams_of(fade: FadeView) -> set[int]:
    """Return the streams that a fade is of: its own, or those that a stack is made of."""
    if fade.stream is not None:
        return {fade.stream.pk}
    return {int(part["stream"]) for part in fade.contributors}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stream stands on the journey: enough to search, order and count ten thousand."""

    pk: int
    key: str
    name: str
    touchpoint: str
    step: str

    @property
    def words(self) -> str:
        """Return what a search looks into."""
        return f"{self.name}\n{self.touchpoint}\n{self.step}".casefold()


def journey(*, at: datetime | None = None) -> list[Place]:
    """Return the places of all streams that are watched, in the order of the journey."""
    rows = watched_then(at or clock.now()).values_list("pk", "key", "name", "touchpoint", "step")
    return sorted((Place(*row) for row in rows), key=lambda one: place_of(one.step))


def loss_of(one: Cell) -> float:
    """Return the cases that came out worse than promised, by what one of them costs."""
    return (one.missed or 0.0) * one.stream.weight


def newest_of(found: Watched) -> dict[int, int]:
    """Return stream → the place of the phase that it is in."""
    return {part.stream.pk: index for index, part in enumerate(found.parts)}


def _numbers(found: Watched) -> tuple[Array, Array, Array, Array]:
    """Return (delivered, cases, failures, daily values), a row for each part."""
    ones = np.ones(len(found.parts))
    share, _, cases = delivered(found.panel, ones)
    return share, cases, trailing(found.panel.failures()), found.panel.values()


def _cell(
    row: Stream,
    found: Watched | None,
    index: int | None,
    numbers: tuple[Array, Array, Array, Array] | None,
    told: list[FadeView],
) -> Cell:
    view = view_of(row)
    if found is None or index is None or numbers is None:
        nothing = Gap(row.expected, row.target, None, None, None, None, 0)
        return Cell(view, nothing, None, None, None, None, (), tuple(told))
    share, cases, failures, values = numbers
    part = found.parts[index]
    last = min(part.row.complete, found.panel.shape[1]) - 1
    recent = values[index, max(0, last + 1 - DAYS) : last + 1]
    came = float(share[index, last])
    n = int(cases[index, last])
    low, high = _interval(part.row.baseline, row.reading, came, n)
    gap = Gap(row.expected, row.target, _known(came), None, low, high, n)
    typical, bad = _ranks(recent, row.better)
    missed = _missed(row, float(failures[index, last]), n) if n else None
    shown = tuple(_known(float(value)) for value in recent)
    return Cell(view, gap, typical, bad, missed, found.day(last), shown, tuple(told))


def _interval(
    baseline: object, reading: str, came: float, n: int
) -> tuple[float | None, float | None]:
    if reading != "share" or np.isnan(came) or not n:
        return None, None
    return interval(came, n, float(getattr(baseline, "dispersion", 1.0)))


def _ranks(recent: Array, better: str) -> tuple[float | None, float | None]:
    seen = recent[~np.isnan(recent)]
    if len(seen) < _FEWEST_DAYS:
        return None, None
    rank = 90 if better == "less" else 10
    return float(np.percentile(seen, 50)), float(np.percentile(seen, rank))


def _missed(row: Stream, failures: float, n: int) -> float | None:
    """Return how many cases failed beyond what the promise allows."""
    if row.reading != "share" or row.target is None:
        return None
    allowed = (1 - row.target if row.better == "more" else row.target) * n
    return max(0.0, failures - allowed)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
