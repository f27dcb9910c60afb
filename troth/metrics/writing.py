"""Writing tallies: only what differs is written, and what moved gets a new revision."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
import numpy as np
from django.db.models import F

from troth.metrics.leaves import CELL, Cells, cells_of, leaves_of, number_of, replaced
from troth.metrics.models import Leaf, Revision, Series
from troth.metrics.models import Tally as TallyRow
from troth.metrics.ranges import Range, epoch
from troth.signals.store import Tally

T = TypeVar("T")
_AT_ONCE = 500  # series or rows to a statement
_EMPTY = np.empty(0, dtype=CELL)


def write(
    series: Sequence[Series],
    covered: Range,
    tallies: Sequence[Sequence[Tally]],
    *,
    grain: int,
    now: datetime,
) -> int:
    """Replace the tallies of the buckets in `covered`, in the caller's transaction.

    `tallies` holds one list a series. Returns how many series moved.
    """
    moved: set[int] = set()
    if not covered.is_empty:
        for part in _parts(list(zip(series, tallies, strict=True))):
            moved |= _write_leaves(part, covered, grain)
            moved |= _write_details(part, covered)
    if moved:
        _revise(moved, now=now)
    return len(moved)


def _parts(things: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), _AT_ONCE):
        yield things[start : start + _AT_ONCE]


def _write_leaves(
    part: Sequence[tuple[Series, Sequence[Tally]]], covered: Range, grain: int
) -> set[int]:
    first, last = number_of(covered.first, grain), number_of(covered.last, grain)
    ids = [series.pk for series, _ in part]
    old: dict[int, dict[int, Cells]] = defaultdict(dict)
    kept = Leaf.objects.filter(series__in=ids, number__gte=first, number__lte=last)
    for pk, number, packed in kept.values_list("series_id", "number", "cells"):
        old[pk][number] = np.frombuffer(packed, dtype=CELL)
    changed: list[tuple[int, int, bytes]] = []
    gone: list[tuple[int, int]] = []
    moved: set[int] = set()
    for series, tallies in part:
        before = np.concatenate([_EMPTY, *old[series.pk].values()])
        cells = replaced(before, cells_of(tallies), first=covered.first, last=covered.last)
        after = leaves_of(cells, grain)
        for number in after.keys() | old[series.pk].keys():
            new, was = after.get(number, _EMPTY), old[series.pk].get(number, _EMPTY)
            if new.tobytes() == was.tobytes():
                continue
            moved.add(series.pk)
            if len(new):
                changed.append((series.pk, number, new.tobytes()))
            else:
                gone.append((series.pk, number))
    _save_leaves(changed, gone)
    return moved


def _save_leaves(
    changed: Sequence[tuple[int, int, bytes]], gone: Iterable[tuple[int, int]]
) -> None:
    Leaf.objects.bulk_create(
        [Leaf(series_id=pk, number=number, cells=cells) for pk, number, cells in changed],
        update_conflicts=True,
        unique_fields=["series", "number"],
        update_fields=["cells"],
        batch_size=_AT_ONCE,
    )
    for pk, number in gone:
        Leaf.objects.filter(series=pk, number=number).delete()


def _write_details(part: Sequence[tuple[Series, Sequence[Tally]]], covered: Range) -> set[int]:
    moved = set()
    for series, tallies in part:
        if not (series.measure.get("by") or series.measure.get("sketch")):
            continue
        kept = TallyRow.objects.filter(
            series=series, bucket__gte=covered.first, bucket__lte=covered.last
        )
        fresh = [_row(series, tally) for tally in tallies]
        if {_said(row) for row in kept.defer("sketch")} != {_said(row) for row in fresh}:
            kept.delete()
            TallyRow.objects.bulk_create(fresh, batch_size=_AT_ONCE)
            moved.add(series.pk)
    return moved


def _row(series: Series, tally: Tally) -> TallyRow:
    return TallyRow(
        series=series,
        bucket=epoch(tally.bucket),
        segment=msgspec.json.encode(tally.segment).decode(),
        good=tally.good,
        total=tally.total,
        n=tally.n,
        sum=tally.sum,
        squares=tally.squares,
        sketch=tally.sketch,
    )


def _said(row: TallyRow) -> tuple[object, ...]:
    return (row.bucket, row.segment, row.good, row.total, row.n, row.sum, row.squares)


def _revise(moved: set[int], *, now: datetime) -> None:
    """Give the series that moved the next number. The lock on its row orders the writers."""
    if not Revision.objects.filter(pk=1).update(number=F("number") + 1):
        Revision.objects.create(pk=1, number=1)
    number = Revision.objects.get(pk=1).number
    for ids in _parts(sorted(moved)):
        Series.objects.filter(pk__in=ids).update(revision=number, changed_at=now)
