"""The inbox's front side: room, one durable write for all who wait, and plain reasons why not."""

import errno
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction

from troth.core import steps
from troth.core.groups import Group

_MEGABYTE = 1_000_000
_FRESH = 1.0  # seconds for which the sum of what waits is believed
_INSERT = (
    "INSERT INTO signals_inbox (recorded_at, door, count, size, payload) "
    "VALUES (%s, %s, %s, %s, %s)"
)


class SpoolFull(Exception):  # noqa: N818 - a state of the spool, not a mistake
    """The inbox holds as much as it may: answer 503 and ask to try again later."""

    exit_code = 4


class DiskFull(Exception):  # noqa: N818
    """There is no room on the disk: answer 507."""

    exit_code = 4


class StoreBusy(Exception):  # noqa: N818
    """The state database did not answer in time: answer 503."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Parcel:
    """What becomes one row of the inbox."""

    recorded_at: datetime
    door: str
    count: int
    payload: bytes


class _Room:
    """How many bytes wait, asked of the database once a second and added up in between."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked_at = -_FRESH
        self._waiting = 0

    def take(self, size: int) -> None:
        limit = getattr(settings.TROTH, "inbox_limit_mb", 2048) * _MEGABYTE
        with self._lock:
            if time.monotonic() - self._asked_at >= _FRESH or self._waiting + size > limit:
                self._waiting = _asked()
                self._asked_at = time.monotonic()
            if self._waiting + size > limit:
                raise SpoolFull(
                    f"{self._waiting / _MEGABYTE:.0f} MB wait to be sealed; the limit is set to "
                    f"{limit / _MEGABYTE:.0f} MB"
                )
            self._waiting += size


def _asked() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(size), 0) FROM signals_inbox")
        return int(cursor.fetchone()[0])


def _written(parcels: Sequence[Parcel]) -> None:
    adapted = connection.ops.adapt_datetimefield_value
    rows = [
        (adapted(each.recorded_at), each.door, each.count, len(each.payload), each.payload)
        for each in parcels
    ]
    with _explained(), transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)
        steps.reached("accept.row-written")


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what a database says when it cannot write into one of our states."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise DiskFull(str(error)) from error
        raise
    except OperationalError as error:
        raise (DiskFull if _no_room(error) else StoreBusy)(str(error)) from error


def _no_room(error: DatabaseError) -> bool:
    """SQLite says full, or an I/O error where a quota ends; PostgreSQL has states for both."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    said = str(error)
    return state in {"53100", "58030"} or "disk is full" in said or "disk I/O error" in said


_room = _Room()
_group: Group[Parcel] = Group(_written)


def packing() -> AbstractContextManager[None]:
    """Say, around the making of parcels, that `put` follows: one write then takes several."""
    return _group.packing()


def put(parcels: Sequence[Parcel]) -> None:
    """Write parcels to the inbox, all or none; on return they are on disk.

    Inside a caller's transaction they are on disk when that one is.
    """
    with _explained():
        _room.take(sum(len(parcel.payload) for parcel in parcels))
    if connection.in_atomic_block:
        _written(parcels)
    else:
        _group.put(parcels)
