"""What may be done to signals: take them in, seal them into the store, keep the store in shape."""

import errno
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Sum

from troth.core import steps
from troth.signals import queries, spool
from troth.signals.emission import micros
from troth.signals.envelope import (
    Lines,
    Signal,
    attribute_names,
    decode_lines,
    encode_lines,
)
from troth.signals.models import Change, Inbox, Retention
from troth.signals.store import Added, Batch
from troth.signals.stores.loading import subject_hash

MOST_LINES = 1 << 24  # the line's part of a seq
_MEGABYTE = 1_000_000


class SpoolFull(Exception):  # noqa: N818 - a state of the spool, not a mistake
    """The inbox holds as much as it may: answer 503 and ask to try again later."""


class DiskFull(Exception):  # noqa: N818
    """There is no room on the disk: answer 507."""


class StoreBusy(Exception):  # noqa: N818
    """The state database did not answer in time: answer 503."""


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
    rows = [_inbox_row(batch, door, now) for batch in lines if batch.count]
    steps.reached("accept.payload-built")
    with _explained(), transaction.atomic():
        _leave_room(sum(row.size for row in rows))
        Inbox.objects.bulk_create(rows)
        steps.reached("accept.row-written")
    steps.reached("accept.committed")
    return Receipt(accepted=sum(row.count for row in rows), batches=len(rows))


def _written(batch: Sequence[Signal]) -> Lines:
    return Lines(encode_lines(batch), len(batch))


def _inbox_row(batch: Lines, door: str, now: datetime) -> Inbox:
    if batch.count > MOST_LINES:
        raise ValueError(f"a batch holds {MOST_LINES} signals at most")
    payload = spool.pack(batch.text)
    return Inbox(recorded_at=now, door=door, count=batch.count, size=len(payload), payload=payload)


def _leave_room(size: int) -> None:
    limit = getattr(settings.TROTH, "inbox_limit_mb", 2048) * _MEGABYTE
    waiting = Inbox.objects.aggregate(size=Sum("size"))["size"] or 0
    if waiting + size > limit:
        raise SpoolFull(f"{waiting // _MEGABYTE} MB wait to be sealed; the limit is set to "
                        f"{limit // _MEGABYTE} MB")  # fmt: skip


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what a database says when it cannot write into one of our three states."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise DiskFull(str(error)) from error
        raise
    except OperationalError as error:
        if _no_room(error):
            raise DiskFull(str(error)) from error
        raise StoreBusy(str(error)) from error


def _no_room(error: DatabaseError) -> bool:
    """SQLite says full, or an I/O error where a quota ends; PostgreSQL has a class 53 for it."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    said = str(error)
    return state in {"53100", "58030"} or "disk is full" in said or "disk I/O error" in said


def seal(*, now: datetime, limit_rows: int = 400_000) -> Sealed:
    """Move the oldest signals from the inbox into the store, about `limit_rows` at most.

    Several processes may do so at once: one wins each row, the others clean up after themselves
    and return nothing sealed.
    """
    taken = _oldest(limit_rows)
    if not taken:
        return Sealed(0, 0, 0)
    steps.reached("seal.rows-read")
    added = queries.store().add(_batch(taken), now=now)
    if not _published(added, [row.pk for row in taken], now):
        added.discard()
        return Sealed(0, 0, 0)
    steps.reached("seal.committed")
    return Sealed(rows=added.rows, repeated=added.repeated, files=added.files)


def _oldest(limit_rows: int) -> list[Inbox]:
    counts = Inbox.objects.order_by("pk").values_list("pk", "count")
    chosen, total = [], 0
    for pk, count in counts.iterator(chunk_size=500):
        if chosen and total + count > limit_rows:
            break
        chosen.append(pk)
        total += count
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


def _published(added: Added, taken: Sequence[int], now: datetime) -> bool:
    """Let the rows count and take them from the inbox, all or nothing; False if another did."""
    changes = [
        Change(kind=place.kind, column=place.column, day=place.day, recorded_at=now)
        for place in added.touched
    ]
    with transaction.atomic():
        added.publish()
        steps.reached("seal.manifest-written")
        removed, _ = Inbox.objects.filter(pk__in=taken).delete()
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
