"""The worker loop: what is due is claimed and done, in lanes beside each other.

Any number of workers may run at once. A job of a killed worker is done again by another one, so
every job must bear to be done twice: each keeps its own work in one transaction.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import DatabaseError, close_old_connections, connection

from troth.core import clock, leases
from troth.core.models import Job, Worker
from troth.core.schedule import Asked, Entry

POLL = 0.2  # seconds between two looks at the schedule
BEAT = 5.0  # seconds between two signs of life
log = logging.getLogger(__name__)


def run(entries: Sequence[Entry], *, stop: threading.Event) -> None:
    """Work until `stop` is set; the current job is finished first. Each lane has its thread.

    What is `apart` is left to a process of its own (`alone`).
    """
    name = leases.worker_name()
    _patiently(lambda: _begin(entries, name), stop)
    threads = [
        threading.Thread(target=loop, args=(lane, name, stop), name=lane_name)
        for lane_name, lane in _lanes(entries).items()
    ]
    for thread in threads:
        thread.start()
    while not stop.wait(BEAT):
        _patiently(lambda: leases.beat(name, now=clock.now()), stop)
    for thread in threads:
        thread.join()
    with contextlib.suppress(DatabaseError):
        Worker.objects.filter(name=name).delete()
    connection.close()


def alone(entry: Entry, *, stop: threading.Event) -> None:
    """Do one job, whenever it is due, until `stop` is set: a process beside a worker.

    What a process before it held that was killed is free at once. It leaves no sign of life: the
    worker does, and ends it with itself.
    """
    name = leases.worker_name()
    _patiently(lambda: leases.release_dead(name), stop)
    loop([entry], name, stop)


def _lanes(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Return what is done one after the other, by the name of the thread."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        if not entry.apart:
            found.setdefault("slow" if entry.slow else "quick", []).append(entry)
    return found


def _begin(entries: Sequence[Entry], name: str) -> None:
    now = clock.now()
    leases.announce(entries, now=now)
    leases.release_dead(name)
    leases.beat(name, now=now)


def loop(entries: Sequence[Entry], name: str, stop: threading.Event) -> None:
    """Take turns at these jobs until `stop` is set."""
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
            log.warning("the database does not answer", extra={"error": leases.first_line(problem)})
            close_old_connections()
            stop.wait(wait)
            wait = min(wait * 2, 10)
        else:
            return


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
    free = Job.objects.filter(leases.free(now), due_at__lte=now)
    due = set(free.values_list("name", flat=True))
    for entry in entries:
        if stop is not None and stop.is_set():
            break
        if entry.name in due or (entry.after and _is_due(entry)):
            done += _do(entry, entries, name, turns)
    return done


def _is_due(entry: Entry) -> bool:
    now = clock.now()
    return Job.objects.filter(leases.free(now), name=entry.name, due_at__lte=now).exists()


def _do(entry: Entry, entries: Sequence[Entry], name: str, turns: Turns) -> int:
    now = clock.now()
    if not _is_wanted(entry, now, turns) or not leases.claim(entry, name, now=now):
        return 0
    try:
        with leases.renewed(entry, name):
            done = entry.work()(now=now)
    except Exception as problem:
        leases.failed(entry, name, problem)
        log.exception("job failed", extra={"job": entry.name})
        return 0
    leases.finished(entry, name)
    if done:
        log.debug("job done", extra={"job": entry.name, "done": done})
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


def finished_at(name: str) -> datetime | None:
    """Return when the job last ended well; None where it never ran or failed last time."""
    job = Job.objects.filter(name=name, last_error="").first()
    return job.last_finished_at if job else None


def _wake(entry: Entry, entries: Sequence[Entry], turns: Turns) -> None:
    names = [other.name for other in entries if entry.name in other.after]
    turns.forget(names)
    now = clock.now()
    Job.objects.filter(name__in=names, due_at__gt=now, failures=0).update(due_at=now)
