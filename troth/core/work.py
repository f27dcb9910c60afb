"""The worker loop: due jobs are claimed by a guarded update, with a lease that runs out.

Any number of workers may run at once. A worker that is killed holds its job until the lease is
over; then another one does it. So every job must bear to be done twice: each keeps its own work
in one transaction.
"""

import contextlib
import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections, connection
from django.db.models import F, Q

from troth.core import clock
from troth.core.models import Job, Worker
from troth.core.schedule import Asked, Entry, back_off

POLL = 0.2  # seconds between two looks at the schedule
BEAT = 5.0  # seconds between two signs of life
_FORGOTTEN_AFTER = timedelta(days=1)
log = logging.getLogger(__name__)


def worker_name() -> str:
    """Return host, process and a token, so that a restarted process is told from the one before."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


def run(entries: Sequence[Entry], *, stop: threading.Event) -> None:
    """Work until `stop` is set; the current job is finished first. Slow jobs have their thread."""
    name = worker_name()
    _patiently(lambda: _begin(entries, name), stop)
    threads = [
        threading.Thread(target=_loop, args=(lane, name, stop), name=lane_name)
        for lane_name, lane in (
            ("quick", _lane(entries, slow=False)),
            ("slow", _lane(entries, slow=True)),
        )
        if lane
    ]
    for thread in threads:
        thread.start()
    while not stop.wait(BEAT):
        _patiently(lambda: beat(name, now=clock.now()), stop)
    for thread in threads:
        thread.join()
    with contextlib.suppress(DatabaseError):
        Worker.objects.filter(name=name).delete()
    connection.close()


def _lane(entries: Sequence[Entry], *, slow: bool) -> list[Entry]:
    return [entry for entry in entries if entry.slow is slow]


def _begin(entries: Sequence[Entry], name: str) -> None:
    now = clock.now()
    announce(entries, now=now)
    release_dead(name)
    beat(name, now=now)


def announce(entries: Sequence[Entry], *, now: datetime) -> None:
    """Make the schedule and the rows agree: new names are due at once, unknown ones leave."""
    names = [entry.name for entry in entries]
    Job.objects.exclude(name__in=names).delete()
    Job.objects.bulk_create([Job(name=name, due_at=now) for name in names], ignore_conflicts=True)


def release_dead(name: str) -> None:
    """Free what processes of this host held that are gone, so that a restart waits for no lease."""
    host, mine, _ = name.rsplit(":", 2)
    held = Job.objects.filter(leased_by__startswith=f"{host}:")
    for owner in set(held.values_list("leased_by", flat=True)):
        process = owner.rsplit(":", 2)[1]
        if process == mine or not _is_alive(int(process)):
            held.filter(leased_by=owner).update(lease_until=None, leased_by="")
            Worker.objects.filter(name=owner).delete()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def beat(name: str, *, now: datetime) -> None:
    """Leave a sign of life; forget workers that left none for a day."""
    Worker.objects.update_or_create(
        name=name, defaults={"seen_at": now}, create_defaults={"seen_at": now, "started_at": now}
    )
    Worker.objects.filter(seen_at__lt=now - _FORGOTTEN_AFTER).delete()


def _loop(entries: Sequence[Entry], name: str, stop: threading.Event) -> None:
    turns = Turns()
    while not stop.wait(POLL):
        _patiently(lambda: turn(entries, name, stop=stop, turns=turns), stop)
    connection.close()


def _patiently(step: Callable[[], object], stop: threading.Event) -> None:
    """Do `step`; while the database does not answer, say so and try again, ever more slowly."""
    wait = 0.5
    while not stop.is_set():
        try:
            step()
        except DatabaseError as problem:
            log.warning("the database does not answer", extra={"error": _first_line(problem)})
            close_old_connections()
            stop.wait(wait)
            wait = min(wait * 2, 10)
        else:
            return


def _first_line(problem: DatabaseError) -> str:
    """Return what went wrong; the lines after the first one may hold values of a row."""
    return f"{type(problem).__name__}: {problem}".splitlines()[0][:200]


class Turns:
    """What a loop remembers: when it last asked each question whose answer was no."""

    def __init__(self) -> None:
        self._asked_at: dict[str, datetime] = {}

    def is_too_early(self, entry: Entry, now: datetime) -> bool:
        asked_at = self._asked_at.get(entry.name)
        return asked_at is not None and asked_at <= now < asked_at + entry.every

    def note_no(self, entry: Entry, now: datetime) -> None:
        self._asked_at[entry.name] = now

    def forget(self, names: Sequence[str]) -> None:
        for name in names:
            self._asked_at.pop(name, None)


def turn(
    entries: Sequence[Entry],
    name: str,
    *,
    stop: threading.Event | None = None,
    turns: Turns | None = None,
) -> int:
    """Do every job that is due, each once. Returns the number of things done.

    With `turns` a question that was answered no is asked again only after the entry's `every`.
    """
    turns = turns or Turns()
    done = 0
    now = clock.now()
    due = {job.name: job for job in Job.objects.filter(_free(now), due_at__lte=now)}
    for entry in entries:
        if stop is not None and stop.is_set():
            break
        if entry.name in due or (entry.after and _is_due(entry)):
            done += _do(entry, entries, name, turns)
    return done


def _free(now: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lt=now)


def _is_due(entry: Entry) -> bool:
    now = clock.now()
    return Job.objects.filter(_free(now), name=entry.name, due_at__lte=now).exists()


def _do(entry: Entry, entries: Sequence[Entry], name: str, turns: Turns) -> int:
    now = clock.now()
    if not _is_wanted(entry, now, turns) or not claim(entry, name, now=now):
        return 0
    try:
        with _renewed(entry, name):
            done = entry.work()(now=now)
    except Exception as problem:  # noqa: BLE001 - a job may fail in any way and must not end the worker
        _failed(entry, name, problem)
        return 0
    _finished(entry, name, done=done)
    if done:
        _wake(entry, entries, turns)
    return done


def _is_wanted(entry: Entry, now: datetime, turns: Turns) -> bool:
    if entry.asked is None:
        return True
    if turns.is_too_early(entry, now):
        return False
    if _answer(entry.asked(), now):
        return True
    turns.note_no(entry, now)
    return False


def _answer(asked: Asked, now: datetime) -> bool:
    """Ask whether there is work; a question that fails is answered by the job, which shows it."""
    try:
        return asked(now=now)
    except Exception:  # the job itself fails the same way and leaves it on its row
        if not connection.is_usable():
            raise
        return True


def claim(entry: Entry, name: str, *, now: datetime) -> bool:
    """Take the job if it is due and free. Of several workers one is told True."""
    mine = Job.objects.filter(_free(now), name=entry.name, due_at__lte=now)
    return bool(mine.update(lease_until=now + entry.lease, leased_by=name, last_started_at=now))


@contextlib.contextmanager
def _renewed(entry: Entry, name: str) -> Iterator[None]:
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


def finished_at(name: str) -> datetime | None:
    """Return when the job last ended well; None where it never ran or failed last time."""
    job = Job.objects.filter(name=name, last_error="").first()
    return job.last_finished_at if job else None


def _finished(entry: Entry, name: str, *, done: int) -> None:
    now = clock.now()
    Job.objects.filter(name=entry.name, leased_by=name).update(
        due_at=now + entry.every,
        lease_until=None,
        leased_by="",
        last_finished_at=now,
        last_error="",
        failures=0,
    )
    if done:
        log.debug("job done", extra={"job": entry.name, "done": done})


def _failed(entry: Entry, name: str, problem: Exception) -> None:
    """Keep the failure where people see it, and wait longer with each one in a row."""
    now = clock.now()
    mine = Job.objects.filter(name=entry.name, leased_by=name)
    failures = (mine.values_list("failures", flat=True).first() or 0) + 1
    mine.update(
        due_at=now + back_off(every=entry.every, failures=failures),
        lease_until=None,
        leased_by="",
        last_finished_at=now,
        last_error=f"{type(problem).__name__}: {problem}".splitlines()[0][:300],
        failures=F("failures") + 1,
    )
    log.error("job failed", extra={"job": entry.name}, exc_info=problem)


def _wake(entry: Entry, entries: Sequence[Entry], turns: Turns) -> None:
    names = [other.name for other in entries if entry.name in other.after]
    turns.forget(names)
    now = clock.now()
    Job.objects.filter(name__in=names, due_at__gt=now, failures=0).update(due_at=now)
