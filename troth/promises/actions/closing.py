"""A day's result is closed once its watermark has passed; what changes later is restated."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from django.db import transaction

from troth.core import windows
from troth.promises.models import Closed, Promise, Restatement
from troth.promises.queries.opinions import Opinion, day_counts
from troth.promises.rules.results import Count

Figures = tuple[int, int, int, int]  # good, total, raw good, raw total
_NONE: Figures = (0, 0, 0, 0)


def close(found: Sequence[Opinion], *, now: datetime) -> int:
    """Close the days that are due and restate those that changed; return how many were restated."""
    changed = [
        (opinion, days, digest)
        for opinion in found
        for days, digest in [_closing(opinion, now)]
        if digest != opinion.docket.promise.closed_digest
    ]
    return sum(_close(opinion, days, digest, now) for opinion, days, digest in changed)


def _closing(opinion: Opinion, now: datetime) -> tuple[dict[int, Figures], str]:
    """Return the figures of each day that is over and past its watermark, and their digest."""
    terms = opinion.terms
    over = now - timedelta(seconds=terms.needs.closing)
    edge = windows.bucket_start(over + windows.TICK, terms.tz, windows.DAY)
    days = dict(_figures(opinion, edge.timestamp()))
    return days, blake2b(repr(sorted(days.items())).encode(), digest_size=16).hexdigest()


def _figures(opinion: Opinion, end: float) -> Iterator[tuple[int, Figures]]:
    names = [category.name for category in opinion.terms.categories]
    raw = day_counts(opinion.eras, (), float("-inf"), end)
    left = day_counts(opinion.eras, names, float("-inf"), end) if names else raw
    for bucket, count in raw.items():
        kept = left.get(bucket, Count())
        if count.total:
            yield bucket, (kept.good, kept.total, count.good, count.total)


def _close(opinion: Opinion, days: dict[int, Figures], digest: str, now: datetime) -> int:
    promise = opinion.docket.promise
    with transaction.atomic():
        Promise.objects.select_for_update().get(pk=promise.pk)
        kept = {row.bucket: row for row in Closed.objects.filter(promise=promise)}
        fresh = [
            Closed(promise=promise, bucket=bucket, at=now, **_named(figures))
            for bucket, figures in days.items()
            if bucket not in kept
        ]
        restated = [_restated(row, days.get(bucket, _NONE), now) for bucket, row in kept.items()]
        Closed.objects.bulk_create(fresh, batch_size=500)
        rows = [row for row, note in zip(kept.values(), restated, strict=True) if note]
        Closed.objects.bulk_update(rows, [*_NAMES, "at"], batch_size=200)
        notes = [note for note in restated if note] + _late(fresh, promise, now)
        Restatement.objects.bulk_create(notes, batch_size=500)
        until = max(days, default=promise.closed_until)
        Promise.objects.filter(pk=promise.pk).update(closed_digest=digest, closed_until=until)
    promise.closed_digest, promise.closed_until = digest, until
    return len(notes)


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
        return "late signals"
    return "corrected signals" if after[3] == before[3] else "removed signals"
