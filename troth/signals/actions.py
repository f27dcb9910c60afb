"""What may be done to signals: take them in, seal them into the store, keep the store in shape."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import connection, transaction

from troth.core import steps
from troth.signals import intake, queries, spool
from troth.signals.emission import micros
from troth.signals.envelope import (
    Lines,
    Signal,
    attribute_names,
    decode_lines,
    encode_lines,
)
from troth.signals.intake import DiskFull, Parcel, SpoolFull, StoreBusy
from troth.signals.models import Change, Inbox, Retention
from troth.signals.store import Added, Batch
from troth.signals.stores.loading import subject_hash

__all__ = [
    "DiskFull",
    "SpoolFull",
    "StoreBusy",
    "accept",
    "compact",
    "forget",
    "retain",
    "seal",
    "tidy",
]

MOST_LINES = 1 << 24  # the line's part of a seq
_SEALING = 0x74726F7468  # the number of the lock that a sealer holds
MOST_BATCHES = 10_000  # of one sealing: a statement names them all
MOST_BYTES = 64_000_000  # of their payloads, which are several times larger unpacked


@dataclass(frozen=True, slots=True)
class Receipt:
    accepted: int
    batches: int


@dataclass(frozen=True, slots=True)
class Sealed:
    rows: int
    repeated: int
    files: int


def accept(*, batches: Iterable[Sequence[Signal] | Lines], door: str, now: datetime) -> Receipt:
    """Take checked signals in; on return they are on disk, all of them or none.

    The signals must have passed `envelope.refusals`; a door that has them as NDJSON, every line a
    signal or blank, gives that. Raises SpoolFull, DiskFull or StoreBusy with nothing taken.
    """
    lines = (batch if isinstance(batch, Lines) else _written(batch) for batch in batches)
    with intake.packing():
        parcels = [_parcel(batch, door, now) for batch in lines if batch.count]
    steps.reached("accept.payload-built")
    intake.put(parcels)
    steps.reached("accept.committed")
    return Receipt(accepted=sum(parcel.count for parcel in parcels), batches=len(parcels))


def _written(batch: Sequence[Signal]) -> Lines:
    return Lines(encode_lines(batch), len(batch))


def _parcel(batch: Lines, door: str, now: datetime) -> Parcel:
    if batch.count > MOST_LINES:
        raise ValueError(f"a batch holds {MOST_LINES} signals at most")
    return Parcel(recorded_at=now, door=door, count=batch.count, payload=spool.pack(batch.text))


def seal(*, now: datetime, limit_rows: int = 400_000) -> Sealed:
    """Move the oldest signals from the inbox into the store, about `limit_rows` at most.

    Several processes may do so at once: one wins each row, the others clean up after themselves
    and return nothing sealed.
    """
    with _alone() as is_alone:
        taken = _oldest(limit_rows) if is_alone else []
        return _sealed(taken, now) if taken else Sealed(0, 0, 0)


@contextmanager
def _alone() -> Iterator[bool]:
    """Yield whether no other process seals.

    On SQLite rows are committed in the order of their ids, so two sealers always read a row in
    common and one of them loses. On PostgreSQL a lower id can be committed later: two sealers could
    read different rows, and neither would see that they are of one case.
    """
    if connection.vendor != "postgresql":
        yield True
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_SEALING])
        [is_alone] = cursor.fetchone()
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_SEALING])


def _sealed(taken: Sequence[Inbox], now: datetime) -> Sealed:
    steps.reached("seal.rows-read")
    added = queries.store().add(_batch(taken), now=now)
    if not _published(added, taken):
        added.discard()
        return Sealed(0, 0, 0)
    steps.reached("seal.committed")
    return Sealed(rows=added.rows, repeated=added.repeated, files=added.files)


def _oldest(limit_rows: int) -> list[Inbox]:
    """Return the oldest batches that can be sealed at once: bounded in every respect."""
    waiting = Inbox.objects.order_by("pk").values_list("pk", "count", "size")[:MOST_BATCHES]
    chosen: list[int] = []
    signals = size = 0
    for pk, count, more in waiting:
        if chosen and (signals + count > limit_rows or size + more > MOST_BYTES):
            break
        chosen.append(pk)
        signals, size = signals + count, size + more
    return list(Inbox.objects.filter(pk__in=chosen).order_by("recorded_at", "pk")) if chosen else []


def _batch(taken: Sequence[Inbox]) -> Batch:
    counts = np.array([row.count for row in taken], dtype=np.int64)
    first = np.array([row.pk << 24 for row in taken], dtype=np.int64)
    starts = np.cumsum(counts) - counts
    lines = np.arange(counts.sum(), dtype=np.int64) - np.repeat(starts, counts)
    recorded = np.array([micros(row.recorded_at) for row in taken], dtype=np.int64)
    names: set[str] = set()
    return Batch(
        lines=b"".join(_canonical(row, names) for row in taken), attributes=tuple(sorted(names)),
        seq=np.repeat(first, counts) + lines, recorded_at=np.repeat(recorded, counts),
    )  # fmt: skip


def _canonical(row: Inbox, names: set[str]) -> bytes:
    """Return a row's lines as we write them ourselves; add its attributes' names to `names`.

    JSON leaves room in which two readers may differ: members told twice, ways to write an instant.
    What the door's reader understood is what is stored.
    """
    signals = decode_lines(spool.unpack(row.payload))
    names.update(attribute_names(signals))
    return encode_lines(signals)


def _published(added: Added, taken: Sequence[Inbox]) -> bool:
    """Let the rows count and take them from the inbox, all or nothing; False if another did."""
    first = min(row.recorded_at for row in taken)
    changes = [
        Change(kind=place.kind, column=place.column, day=place.day, recorded_at=first)
        for place in added.touched
    ]
    with transaction.atomic():
        added.publish()
        steps.reached("seal.manifest-written")
        removed, _ = Inbox.objects.filter(pk__in=[row.pk for row in taken]).delete()
        if removed != len(taken):
            transaction.set_rollback(True)
            return False
        Change.objects.bulk_create(changes, batch_size=1000)
    return True


def tidy(*, now: datetime) -> int:
    """Merge what many sealings have left, so that few files are read; return how many changed."""
    return queries.store().tidy(now=now)


def compact(*, now: datetime) -> int:
    """Merge small files into hourly and daily ones and fold in what was replaced or erased."""
    return queries.store().compact(now=now)


def retain(*, now: datetime) -> int:
    """Remove the cases that are older than their kind's retention; return how many rows."""
    return sum(_retain(rule, now=now) for rule in Retention.objects.order_by("kind"))


def _retain(rule: Retention, *, now: datetime) -> int:
    """Say first until when cases may be gone, then remove them: a count between is still whole."""
    before = now - timedelta(days=rule.days)
    until = max(before, rule.removed_until or before)
    Retention.objects.filter(pk=rule.pk).update(removed_until=until)
    return queries.store().retain(kind=rule.kind, before=before, now=now)


def forget(*, subject: str, now: datetime) -> None:
    """Forget a person: the hash of `subject` is hidden at once and leaves the files later."""
    queries.store().forget(subject_hash=subject_hash(subject), now=now)
