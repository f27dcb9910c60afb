"""Who does which job: rows with a due time and a lease, claimed by a guarded update.

A worker that is killed holds its job until the lease is over; a restart on the same host frees what
its dead processes held.
"""

import contextlib
import os
import secrets
import socket
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.models import F, Q

from troth.core import clock
from troth.core.models import Job, Worker
from troth.core.schedule import Entry, back_off

_FORGOTTEN_AFTER = timedelta(days=1)


def worker_name() -> str:
    """Return host, process and a token, so that a restarted process is told from the one before."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


def announce(entries: Sequence[Entry], *, now: datetime) -> None:
    """Make the schedule and the rows agree: new names are due at once, unknown ones leave."""
    names = [entry.name for entry in entries]
    Job.objects.exclude(name__in=names).delete()
    Job.objects.bulk_create([Job(name=name, due_at=now) for name in names], ignore_conflicts=True)


def beat(name: str, *, now: datetime) -> None:
    """Leave a sign of life; forget workers that left none for a day."""
    Worker.objects.update_or_create(
        name=name, defaults={"seen_at": now}, create_defaults={"seen_at": now, "started_at": now}
    )
    Worker.objects.filter(seen_at__lt=now - _FORGOTTEN_AFTER).delete()


def release_dead(name: str) -> None:
    """Free what processes of this host held that are gone, so that a restart waits for no lease."""
    host, mine, _ = name.rsplit(":", 2)
    held = Job.objects.filter(leased_by__startswith=f"{host}:")
    for owner in set(held.values_list("leased_by", flat=True)):
        process = owner.rsplit(":", 2)[1]
        if process == mine or not _is_alive(int(process)):
            held.filter(leased_by=owner).update(lease_until=None, leased_by="")
            Worker.objects.filter(name=owner).delete()


def is_dead(name: str, *, beside: str) -> bool:
    """Return whether a worker is gone for sure: it ran on the host of `beside` and has ended.

    Of processes on other hosts than this one nothing is known.
    """
    host, process, _ = name.rsplit(":", 2)
    is_here = host == beside.rsplit(":", 2)[0] == socket.gethostname()
    return is_here and not _is_alive(int(process))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def free(now: datetime) -> Q:
    """Return the condition that nobody holds the job."""
    return Q(lease_until=None) | Q(lease_until__lt=now)


def claim(entry: Entry, name: str, *, now: datetime) -> bool:
    """Take the job if it is due and free. Of several workers one is told True."""
    mine = Job.objects.filter(free(now), name=entry.name, due_at__lte=now)
    return bool(mine.update(lease_until=now + entry.lease, leased_by=name, last_started_at=now))


@contextlib.contextmanager
def renewed(entry: Entry, name: str) -> Iterator[None]:
    """Keep the lease while the job runs."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(entry.lease.total_seconds() / 3):
            with contextlib.suppress(DatabaseError):
                until = clock.now() + entry.lease
                Job.objects.filter(name=entry.name, leased_by=name).update(lease_until=until)
        connection.close()

    thread = threading.Thread(target=renew, name=f"lease of {entry.name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def finished(entry: Entry, name: str) -> None:
    """Give the job back, due again after its time."""
    now = clock.now()
    Job.objects.filter(name=entry.name, leased_by=name).update(
        due_at=now + entry.every,
        lease_until=None,
        leased_by="",
        last_finished_at=now,
        last_error="",
        failures=0,
    )


def failed(entry: Entry, name: str, problem: Exception) -> None:
    """Keep the failure where people see it, and wait longer with each one in a row."""
    now = clock.now()
    mine = Job.objects.filter(name=entry.name, leased_by=name)
    failures = (mine.values_list("failures", flat=True).first() or 0) + 1
    mine.update(
        due_at=now + back_off(every=entry.every, failures=failures),
        lease_until=None,
        leased_by="",
        last_finished_at=now,
        last_error=first_line(problem),
        failures=F("failures") + 1,
    )


def first_line(problem: Exception) -> str:
    """Return what went wrong; the lines after the first one may hold values of a row."""
    return f"{type(problem).__name__}: {problem}".splitlines()[0][:200]
