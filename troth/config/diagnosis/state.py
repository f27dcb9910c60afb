"""The state database and the work that goes through it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from troth.config.diagnosis.finding import Finding
from troth.config.health import LATE, worker_age
from troth.core.models import Job
from troth.signals import queries as signals

_SKEW = 5.0  # seconds
_MANY = 1_000_000  # signals that wait
_FULL = 2  # SQLite's number for synchronous=FULL


def database(*, now: datetime) -> Iterator[Finding]:  # noqa: ARG001 - every look is asked the same way
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if connection.vendor != "sqlite":
            cursor.execute("SHOW server_version")
            yield Finding("database", "ok", f"PostgreSQL {cursor.fetchone()[0]} answers")
            return
        values = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "quick_check(1)")
        }
    if values["quick_check(1)"] != "ok":
        yield Finding("database", "problem", f"the file is damaged: {values['quick_check(1)']}")
    if values["journal_mode"] != "wal" or values["synchronous"] != _FULL:
        yield Finding("database", "problem", "SQLite is not in WAL mode with synchronous=FULL")
    else:
        yield Finding("database", "ok", "SQLite answers, in WAL mode, commits reach the disk")


def migrations(*, now: datetime) -> Iterator[Finding]:  # noqa: ARG001
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        text = f"{len(waiting)} changes of tables wait: run troth migrate"
        yield Finding("migrations", "problem", text)
    else:
        yield Finding("migrations", "ok", "the tables are those of this version")


def clocks(*, now: datetime) -> Iterator[Finding]:
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0].astimezone(UTC)
    apart = abs((theirs - now).total_seconds())
    if apart > _SKEW:
        text = f"this clock and the database's are {apart:.0f} s apart: run a time service on both"
        yield Finding("clocks", "problem", text)
    else:
        yield Finding("clocks", "ok", "this clock agrees with the database's")


def worker(*, now: datetime) -> Iterator[Finding]:
    age = worker_age(now=now)
    if age is None:
        yield Finding("worker", "problem", "no worker runs: start troth up, or troth work")
    elif age > LATE:
        text = f"the last sign of life of a worker is {_span(age)} old: is troth work running?"
        yield Finding("worker", "problem", text)
    else:
        yield Finding("worker", "ok", f"a worker was alive {_span(age)} ago")


def jobs(*, now: datetime) -> Iterator[Finding]:
    failing = list(Job.objects.filter(failures__gt=0).order_by("name"))
    for job in failing:
        text = f"{job.name} failed {job.failures} times in a row: {job.last_error}"
        yield Finding("jobs", "problem", text)
    late = Job.objects.filter(due_at__lt=now - timedelta(minutes=10), last_started_at__isnull=False)
    for job in late.filter(failures=0, last_started_at__lt=now - timedelta(minutes=10)):
        overdue = _span((now - job.due_at).total_seconds())
        # Jobs that are asked first may be due for ever: nothing waits for them.
        if job.name not in _asked_first():
            yield Finding("jobs", "problem", f"{job.name} is {overdue} late")
    if not failing:
        yield Finding("jobs", "ok", f"{Job.objects.count()} jobs, none is failing")


def _asked_first() -> set[str]:
    from troth.config.schedule import SCHEDULE

    return {entry.name for entry in SCHEDULE if entry.asked is not None}


def inbox(*, now: datetime) -> Iterator[Finding]:  # noqa: ARG001
    depth = signals.inbox_depth().signals
    limit = settings.TROTH.inbox_limit_mb
    if depth > _MANY:
        text = (
            f"{depth:,} signals wait to be sealed (the limit is {limit} MB): is a worker running?"
        )
        yield Finding("inbox", "problem", text)
    else:
        yield Finding("inbox", "ok", f"{depth:,} signals wait to be sealed")


def _span(seconds: float) -> str:
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {name}"
    return f"{seconds:.0f} seconds"
