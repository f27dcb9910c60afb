"""A day's result is closed once its watermark has passed; what changes later is restated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from troth.core import windows
from troth.promises.actions import bulk
from troth.promises.models import Closed, Promise, Restatement
from troth.promises.queries.opinions import Opinion, day_counts
from troth.promises.rules.results import Count

Figures = tuple[int, int, int, int]  # good, total, raw good, raw total
_NONE: Figures = (0, 0, 0, 0)
# A past that comes in pieces, as after an import, is one past: so long after its last piece the
# days that were closed with it are settled.
_SETTLED_AFTER = timedelta(minutes=10)
_LATE = "late signals"


def close(found: Sequence[Opinion], *, now: datetime) -> int:
    """Close the days that are due and restate those that changed; return how many were restated.

    In the caller's transaction. A digest of all figures up to the last day closed tells cheaply
    that nothing moved.
    """
    changed = []
    for opinion in found:
        edge = _edge(opinion, now)
        digest = _digest(opinion, edge)
        if digest != opinion.docket.promise.closed_digest:
            changed.append(_Closing(opinion, dict(_figures(opinion, edge)), digest))
    return _write(changed, now) if changed else 0


@dataclass(frozen=True, slots=True)
class _Closing:
    """The figures of each day of a promise that is over and past its watermark."""

    opinion: Opinion
    days: dict[int, Figures]
    digest: str


def _edge(opinion: Opinion, now: datetime) -> float:
    """Return the start of the first day that is not closed yet, in epoch seconds."""
    terms = opinion.terms
    over = now - timedelta(seconds=terms.needs.closing)
    return windows.bucket_start(over + windows.TICK, terms.tz, windows.DAY).timestamp()


def _digest(opinion: Opinion, edge: float) -> str:
    found = blake2b(digest_size=16)
    for era in opinion.eras:
        for part in ("judged", *(f"excluded:{c.name}" for c in opinion.terms.categories)):
            column = era.column(part, windows.DAY)
            end = int(column.buckets.searchsorted(edge))
            found.update(f"{part} {end};".encode())
            for values in (column.buckets, column.good, column.total):
                found.update(values[:end].tobytes())
    return found.hexdigest()


def _figures(opinion: Opinion, end: float) -> Iterator[tuple[int, Figures]]:
    names = [category.name for category in opinion.terms.categories]
    raw = day_counts(opinion.eras, (), float("-inf"), end)
    left = day_counts(opinion.eras, names, float("-inf"), end) if names else raw
    for bucket, count in raw.items():
        kept = left.get(bucket, Count())
        if count.total:
            yield bucket, (kept.good, kept.total, count.good, count.total)


def _write(changed: Sequence[_Closing], now: datetime) -> int:
    """Write days and restatements in the caller's transaction, promises locked first."""
    by_promise = {closing.opinion.docket.promise.pk: closing for closing in changed}
    locked = Promise.objects.select_for_update().filter(pk__in=by_promise).order_by("pk")
    current = [
        row for row in locked
        if row.judged_at is None or row.judged_at <= by_promise[row.pk].opinion.at
    ]  # fmt: skip
    kept: dict[int, dict[int, Closed]] = {row.pk: {} for row in current}
    known = [row.pk for row in current if row.closed_digest]
    for closed in Closed.objects.filter(promise__in=known):
        kept[closed.promise_id][closed.bucket] = closed
    notes: list[Restatement] = []
    fresh: list[Closed] = []
    moved: list[Closed] = []
    for promise in current:
        closing = by_promise[promise.pk]
        before = kept[promise.pk]
        new = [
            Closed(promise=promise, bucket=bucket, at=now, **_named(figures))
            for bucket, figures in closing.days.items()
            if bucket not in before
        ]
        again = list(_again(before, closing, now))
        moved += [row for row, _note in again]
        notes += [note for _row, note in again if note]
        notes += _late(new, promise, now)
        fresh += new
        promise.closed_digest = closing.digest
        promise.closed_until = max(closing.days, default=promise.closed_until)
    bulk.save_closed(fresh)
    Closed.objects.bulk_update(moved, [*_NAMES, "at"], batch_size=200)
    Restatement.objects.bulk_create(notes, batch_size=500)
    Promise.objects.bulk_update(current, ["closed_digest", "closed_until"], batch_size=200)
    return len(notes)


def _again(
    before: dict[int, Closed], closing: _Closing, now: datetime
) -> Iterator[tuple[Closed, Restatement | None]]:
    """Yield the closed days that changed, each with what is to be said of that."""
    settled = _Settled(closing.opinion, now)
    for bucket, row in before.items():
        is_settled = row in settled
        note = _restated(row, closing.days.get(bucket, _NONE), now)
        if note:
            yield row, note if is_settled or note.reason != _LATE else None


class _Settled:
    """The closed days of which more signals are a correction, as any other change always is.

    Not yet settled is a day that was closed long after its time, with the past that a promise
    found when it was made, had more of it coming in a moment ago, and was never corrected.
    """

    def __init__(self, opinion: Opinion, now: datetime) -> None:
        self._corrected = {row.bucket for row in opinion.docket.restatements}
        self._in_time = windows.DAY * 2 + opinion.terms.needs.closing
        self._now = now

    def __contains__(self, row: Closed) -> bool:
        if row.bucket in self._corrected or self._now - row.at > _SETTLED_AFTER:
            return True
        return row.at.timestamp() - row.bucket <= self._in_time


_NAMES = ("good", "total", "raw_good", "raw_total")


def _named(figures: Figures) -> dict[str, int]:
    return dict(zip(_NAMES, figures, strict=True))


def _restated(row: Closed, after: Figures, now: datetime) -> Restatement | None:
    before = (row.good, row.total, row.raw_good, row.raw_total)
    if before == after:
        return None
    row.good, row.total, row.raw_good, row.raw_total = after
    row.at = now
    return _restatement(row, before, after, now)


def _late(fresh: Sequence[Closed], promise: Promise, now: datetime) -> list[Restatement]:
    """Return restatements for days that had been closed as empty."""
    return [
        _restatement(row, _NONE, (row.good, row.total, row.raw_good, row.raw_total), now)
        for row in fresh
        if row.bucket <= promise.closed_until
    ]


def _restatement(row: Closed, before: Figures, after: Figures, now: datetime) -> Restatement:
    return Restatement(
        promise_id=row.promise_id,
        bucket=row.bucket,
        before_good=before[0],
        before_total=before[1],
        after_good=after[0],
        after_total=after[1],
        reason=_reason(before, after),
        at=now,
    )


def _reason(before: Figures, after: Figures) -> str:
    if before[2:] == after[2:]:
        return "exclusion"
    if after[3] > before[3]:
        return _LATE
    return "corrected signals" if after[3] == before[3] else "removed signals"
