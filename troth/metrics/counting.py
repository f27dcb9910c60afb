"""Counting again what is dirty: scan, compare, write; all of it or nothing.

Several workers may count at once. Each write is guarded by the sweep's `turn`: whoever read the
sweep before another one wrote it has counted from an older state, writes nothing, and starts
again. Dirty rows are only ever added; a count deletes exactly those that it had read before it
asked the store, so that a change which commits meanwhile leaves its own rows and is not lost.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import F

from troth.core.steps import reached as step
from troth.metrics import writing
from troth.metrics.horizon import history, next_due
from troth.metrics.models import Dirty, Series, Sweep
from troth.metrics.ranges import GAP, Grid, Range, joined
from troth.metrics.rules import measure_from
from troth.metrics.scanning import Frame, asked
from troth.signals import queries as signals
from troth.signals.expressions import parse
from troth.signals.store import Store, Tally

LEAST = 400  # buckets to a scan
ANSWERS = 100_000  # tallies to a scan, about
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unit:
    """One scan: these series, over these buckets, answering these dirty rows of the sweep."""

    sweep: Sweep
    series: Sequence[Series]
    covered: Range
    answered: Sequence[Dirty]


def count(store: Store, *, now: datetime, most: int | None = None) -> int:
    """Count what is dirty, the newest buckets first. Returns the number of scans written.

    With `most`, at most so many scans. A sweep that fails stays dirty, says why in its `problem`
    and holds up no other; when nothing at all could be counted, its exception is raised.
    """
    done, problems = 0, []
    for sweep in Sweep.objects.filter(dirty__isnull=False).distinct():
        try:
            done += _swept(store, sweep, now=now, most=None if most is None else most - done)
        except DatabaseError:
            raise
        except Exception as problem:
            problems.append(problem)
            log.warning("a sweep cannot be counted", extra={"sweep": sweep.pk}, exc_info=problem)
            Sweep.objects.filter(pk=sweep.pk).update(problem=_said(problem))
    if problems and not done:
        raise problems[0]
    return done


def _said(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:300]


def _swept(store: Store, sweep: Sweep, *, now: datetime, most: int | None) -> int:
    done = 0
    while most is None or done < most:
        unit = _next(store, sweep.pk, now=now)
        if unit is None:
            break
        done += _counted(store, unit, now=now)
    return done


def _next(store: Store, pk: int, *, now: datetime) -> Unit | None:
    sweep = Sweep.objects.filter(pk=pk).first()
    if sweep is None:
        return None
    _resolve(store, sweep, now=now)
    dirty = list(sweep.dirty.exclude(first=None).order_by("pk"))
    if not dirty:
        return None
    common = [row for row in dirty if row.series_id is None]
    mine = common or _alike(dirty)
    series = sweep.series.all()
    if not common:
        series = series.filter(pk__in=[row.series_id for row in mine])
    chosen = list(series)
    covered = _newest(mine, Grid(sweep.tz, sweep.grain), chunk=_chunk(len(chosen)))
    answered = [row for row in mine if row.last >= covered.first]
    return Unit(sweep, chosen, covered, answered)


def _alike(dirty: Sequence[Dirty]) -> list[Dirty]:
    """Return the rows of all series that wait for the same buckets as the first one does."""
    return [row for row in dirty if (row.first, row.last) == (dirty[0].first, dirty[0].last)]


def _newest(rows: Iterable[Dirty], grid: Grid, *, chunk: int) -> Range:
    ranges = (Range(row.first or 0, row.last) for row in rows)
    return grid.latest(joined(ranges, gap=GAP * grid.grain)[-1], chunk)


def _chunk(series: int) -> int:
    """Return how many buckets are counted in one scan: fewer, the more series are."""
    return max(LEAST, ANSWERS // max(series, 1))


def _resolve(store: Store, sweep: Sweep, *, now: datetime) -> None:
    """Put the buckets in the place of rows that mean "everything"."""
    whole = list(sweep.dirty.filter(first=None))
    if not whole:
        return
    grid = Grid(sweep.tz, sweep.grain)
    runs = history(store, sweep, now=now, gap=_chunk(len(whole)) * sweep.grain)
    state: dict[str, object] = {"turn": F("turn") + 1, "next_due": now}
    if not (runs and runs[0].last >= grid.holding(now)):  # else that count looks ahead
        state |= {"next_due": next_due(store, sweep, now=now), "tallied_until": now}
    with transaction.atomic():
        mine = Sweep.objects.filter(pk=sweep.pk, turn=sweep.turn)
        if not mine.update(**state):
            return
        Dirty.objects.filter(pk__in=[row.pk for row in whole]).delete()
        Dirty.objects.bulk_create(
            Dirty(sweep=sweep, series_id=row.series_id, first=run.first, last=run.last)
            for run in runs for row in whole
        )  # fmt: skip
        length = sum(run.last - run.first + sweep.grain for run in runs)
        Series.objects.filter(pk__in=[row.series_id for row in whole]).update(history=length)
    sweep.refresh_from_db()


def _counted(store: Store, unit: Unit, *, now: datetime) -> int:
    """Scan and write. Returns 1, or 0 where another worker was quicker."""
    sweep, grid = unit.sweep, Grid(unit.sweep.tz, unit.sweep.grain)
    fresh = _whole(sweep, unit.covered, grid)
    tallies = _scanned(store, unit, fresh, now=now)
    state: dict[str, object] = {"turn": F("turn") + 1, "problem": ""}
    if unit.covered.last >= grid.holding(now):
        state |= {"next_due": next_due(store, sweep, now=now), "tallied_until": now}
    step("tally.counted")
    with transaction.atomic():
        if not Sweep.objects.filter(pk=sweep.pk, turn=sweep.turn).update(**state):
            return 0
        writing.write(unit.series, fresh, tallies, grain=sweep.grain, now=now)
        _clean(unit, grid)
        step("tally.written")
    step("tally.committed")
    return 1


def _whole(sweep: Sweep, covered: Range, grid: Grid) -> Range:
    """Return the buckets of which no case has been removed by retention: the others are frozen."""
    gone = signals.removed_until()
    until = [at for kind, at in gone.items() if not sweep.kinds or kind in sweep.kinds]
    if not until:
        return covered
    moved = timedelta(microseconds=parse(sweep.time, role="time").reach)
    last_gone = grid.holding(max(until) + moved)
    return Range(max(covered.first, grid.after(last_gone)), covered.last)


def _scanned(store: Store, unit: Unit, fresh: Range, *, now: datetime) -> list[list[Tally]]:
    if fresh.is_empty:
        return [[] for _ in unit.series]
    sweep = unit.sweep
    span = Grid(sweep.tz, sweep.grain).span(fresh, until=now)
    measures = [measure_from(series.measure) for series in unit.series]
    return asked(store, measures, Frame(span, sweep.tz, sweep.grain))


def _clean(unit: Unit, grid: Grid) -> None:
    """Delete the dirty rows that were answered; what lies before the chunk stays dirty."""
    Dirty.objects.filter(pk__in=[row.pk for row in unit.answered]).delete()
    rest = [row for row in unit.answered if (row.first or 0) < unit.covered.first]
    last = grid.before(unit.covered.first)
    Dirty.objects.bulk_create(
        [Dirty(sweep_id=row.sweep_id, series_id=row.series_id, first=row.first, last=last,
               since=row.since)
         for row in rest]
    )  # fmt: skip
