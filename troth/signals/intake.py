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

_MEGABYTE = 1_000_000
_FRESH = 1.0  # seconds for which the sum of what waits is believed
_PATIENCE = 0.005  # seconds for which a write waits for others to share it
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


class _Ticket:
    """One caller's parcels, and what came of them."""

    def __init__(self, parcels: Sequence[Parcel]) -> None:
        self.parcels = parcels
        self.done = False
        self.error: Exception | None = None


class _Group:
    """Writes for all threads that wait in one transaction: a sync of the disk is shared.

    Who comes first leads. The leader waits for those who are packing their parcels already, a few
    thousandths of a second at most; nobody waits when nobody is on the way.
    """

    def __init__(self) -> None:
        self._queue: list[_Ticket] = []
        self._packing = 0
        self._writing, self._packed = threading.Lock(), threading.Condition()

    @contextmanager
    def packing(self) -> Iterator[None]:
        with self._packed:
            self._packing += 1
        try:
            yield
        finally:
            with self._packed:
                self._packing -= 1
                if not self._packing:
                    self._packed.notify()

    def write(self, parcels: Sequence[Parcel]) -> None:
        ticket = _Ticket(parcels)
        with self._packed:
            self._queue.append(ticket)
        with self._writing:
            if not ticket.done:
                self._lead()
        if ticket.error is not None:
            raise type(ticket.error)(*ticket.error.args) from ticket.error

    def _lead(self) -> None:
        with self._packed:
            self._packed.wait_for(lambda: not self._packing, timeout=_PATIENCE)
            tickets, self._queue = self._queue, []
        try:
            _written([parcel for ticket in tickets for parcel in ticket.parcels])
        except Exception as error:  # noqa: BLE001 - each of those who wait must hear it
            for ticket in tickets:
                ticket.error = error
        for ticket in tickets:
            ticket.done = True


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
_group = _Group()


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
        _group.write(parcels)
