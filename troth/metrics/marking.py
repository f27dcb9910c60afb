"""What must be counted again: changes of signals, and cases that fall due as time passes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from troth.core.steps import reached as step
from troth.core.windows import Span
from troth.metrics import outcome_days, shelving
from troth.metrics.models import Dirty, Sweep
from troth.metrics.ranges import GAP, Grid, Range, joined, names_an_instant, reached, runs
from troth.metrics.shelf import Touched
from troth.signals import queries as signals
from troth.signals.expressions import Expression, parse

AT_ONCE = 20_000  # changes answered in one transaction


@dataclass(frozen=True, slots=True)
class Mark:
    """What a sweep must do: count these buckets again, and look for cases due after `due`."""

    dirty: list[Range]
    due: datetime | None
    everything: bool = False


def is_wanted(*, now: datetime) -> bool:
    """Return whether there is anything to count: what an idle worker asks, in one query."""
    unanswered = signals.changes().order_by().values("pk")
    due = Sweep.objects.filter(next_due__lt=now).values("pk")
    return unanswered.union(Dirty.objects.values("pk"), due, all=True).exists()


def answer(*, now: datetime) -> int:
    """Turn changes into dirty buckets and drop them, all or nothing. Returns how many changes.

    Each worker takes other changes, and marks sweeps in the same order, so that none waits for one
    that waits for it.
    """
    with transaction.atomic():
        changes = list(signals.changes().select_for_update(skip_locked=True)[:AT_ONCE])
        if not changes:
            return 0
        touched: dict[tuple[str, str], set[date]] = defaultdict(set)
        for change in changes:
            touched[change.kind, change.column].add(change.day)
        since = min(change.recorded_at for change in changes)
        followed = Sweep.objects.filter(series__isnull=False, written_by="").distinct()
        for sweep in followed.order_by("pk"):
            _marked(sweep, _mark_of(sweep, touched, now=now), since)
        shelving.soil(touched, now=now)
        outcome_days.soil(touched, now=now)
        signals.changes().filter(pk__in=[change.pk for change in changes]).delete()
        step("tally.marked")
    return len(changes)


def fall_due(*, now: datetime) -> int:
    """Mark the buckets into which cases have fallen by the passing of time. Returns the sweeps."""
    late = list(Sweep.objects.filter(next_due__lt=now))
    for sweep in late:
        grid = Grid(sweep.tz, sweep.grain)
        with transaction.atomic():
            mine = Sweep.objects.filter(pk=sweep.pk, turn=sweep.turn)
            if mine.update(next_due=None, turn=F("turn") + 1) and sweep.next_due is not None:
                _soil(sweep, [grid.touched(Span(sweep.next_due, now))], sweep.next_due)
    return len(late)


def _mark_of(sweep: Sweep, touched: Touched, *, now: datetime) -> Mark | None:
    places = parse(sweep.time, role="time")
    days: set[date] = set()
    for (kind, column), some in touched.items():
        if column in places.columns and (not sweep.kinds or kind in sweep.kinds):
            days |= some
    return mark(places, days, Grid(sweep.tz, sweep.grain), now=now) if days else None


def mark(places: Expression, days: Iterable[date], grid: Grid, *, now: datetime) -> Mark:
    """Return what follows for a sweep from rows that changed on these UTC days. Pure."""
    if names_an_instant(places.node):
        return Mark([], now, everything=True)
    spans = [reached(places, first, last) for first, last in runs(days)]
    past = [Span(span.start, min(span.end, now)) for span in spans if span.start < now]
    future = [max(span.start, now) for span in spans if span.end > now]
    ranges = joined((grid.touched(span) for span in past), gap=GAP * grid.grain)
    return Mark(ranges, min(future, default=None))


def _marked(sweep: Sweep, found: Mark | None, since: datetime) -> None:
    if found is None:
        return
    due = [instant for instant in (sweep.next_due, found.due) if instant is not None]
    Sweep.objects.filter(pk=sweep.pk).update(next_due=min(due, default=None), turn=F("turn") + 1)
    if found.everything:
        Dirty.objects.create(sweep=sweep, first=None, last=0)
    _soil(sweep, found.dirty, since)


def _soil(sweep: Sweep, ranges: Sequence[Range], since: datetime) -> None:
    Dirty.objects.bulk_create(
        [Dirty(sweep=sweep, first=one.first, last=one.last, since=since) for one in ranges]
    )
