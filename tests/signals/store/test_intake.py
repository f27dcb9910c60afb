"""Accepted means on disk; what cannot be taken is refused whole, and nothing is clear at rest."""

import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidTag
from django.conf import settings as django_settings
from django.db import connection, connections

from troth.signals import actions, queries, spool
from troth.signals.envelope import Signal, decode_lines
from troth.signals.intake import DiskFull, SpoolFull, StoreBusy
from troth.signals.models import Inbox

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def some(count, **more):
    return [
        Signal(source="s", kind="k", happened_at=NOW, key=f"case-{n}", **more) for n in range(count)
    ]


@pytest.mark.django_db
def test_a_receipt_counts_signals_and_batches_and_the_inbox_holds_them():
    receipt = actions.accept(batches=[some(3), [], some(2)], door="test", now=NOW)
    assert (receipt.accepted, receipt.batches) == (5, 2)
    depth = queries.inbox_depth()
    assert (depth.batches, depth.signals, depth.oldest) == (2, 5, NOW)
    assert depth.bytes == sum(len(row.payload) for row in Inbox.objects.all())


@pytest.mark.django_db
def test_a_full_spool_takes_nothing(settings):
    settings.TROTH = replace(django_settings.TROTH, inbox_limit_mb=0)
    with pytest.raises(SpoolFull):
        actions.accept(batches=[some(1)], door="test", now=NOW)
    assert not Inbox.objects.exists()


@pytest.mark.django_db
def test_one_bad_batch_of_a_request_takes_the_others_with_it():
    def batches():
        yield some(2)
        raise ValueError("the body ended early")

    with pytest.raises(ValueError, match="ended early"):
        actions.accept(batches=batches(), door="test", now=NOW)
    assert not Inbox.objects.exists()


@pytest.mark.django_db
def test_nothing_clear_lies_in_the_inbox():
    actions.accept(batches=[some(50, subject="cleo@example.org")], door="test", now=NOW)
    payload = bytes(Inbox.objects.get().payload)
    assert b"cleo" not in payload
    assert {s.subject for s in decode_lines(spool.unpack(payload))} == {"cleo@example.org"}
    with pytest.raises(InvalidTag):
        spool.unpack(payload[:-1] + bytes([payload[-1] ^ 1]))


@pytest.mark.django_db(transaction=True)
def test_a_busy_database_is_said_to_be_busy():
    if connection.vendor != "sqlite":
        pytest.skip("SQLite has one writer at a time")
    name = connection.settings_dict["NAME"]
    connection.ensure_connection()
    connection.connection.execute("PRAGMA busy_timeout = 200")
    other = sqlite3.connect(name, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            actions.accept(batches=[some(1)], door="test", now=NOW)
    finally:
        other.close()
        connection.close()
    assert not Inbox.objects.exists()


def telling(writes):
    """Return a wrapper of statements that notes how many rows each INSERT has."""

    def told(execute, sql, params, many, context):
        if sql.startswith("INSERT"):
            writes.append(len(params))
        return execute(sql, params, many, context)

    return told


@pytest.mark.django_db(transaction=True)
def test_many_threads_share_their_writes_and_each_gets_its_own_receipt():
    receipts, failures, writes = [], [], []
    told = telling(writes)

    def client(number):
        try:
            with connection.execute_wrapper(told):
                receipts.extend(
                    actions.accept(batches=[some(number)], door="test", now=NOW) for _ in range(5)
                )
        except Exception as error:  # noqa: BLE001 - told by the assertion
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert queries.inbox_depth().signals == sum(r.accepted for r in receipts) == 5 * 36
    assert sum(writes) == 40 > len(writes)


@pytest.mark.django_db(transaction=True)
def test_a_write_does_not_wait_for_somebody_who_is_long_in_packing():
    begun, may_end = threading.Event(), threading.Event()

    def slowly():
        begun.set()
        assert may_end.wait(timeout=30)
        yield some(2)

    def slow_client():
        actions.accept(batches=slowly(), door="test", now=NOW)
        connections.close_all()

    thread = threading.Thread(target=slow_client)
    thread.start()
    assert begun.wait(timeout=30)
    assert actions.accept(batches=[some(1)], door="test", now=NOW).accepted == 1
    assert queries.inbox_depth().signals == 1
    may_end.set()
    thread.join()
    assert queries.inbox_depth().signals == 3


FULL = """
import resource, sys
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from datetime import UTC, datetime
from pathlib import Path
from django.db import connection
from django.conf import settings
from troth.signals import actions, queries
from troth.signals.envelope import Signal
from troth.signals.store import Filter

now, sent, full = datetime(2026, 5, 1, tzinfo=UTC), 0, 0
with connection.cursor() as cursor:  # what migrations left in the log would be room
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
largest = max(path.stat().st_size for path in Path(settings.TROTH.data_dir).rglob("*"))
resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 300_000, resource.RLIM_INFINITY))
for number in range(600):
    batch = [Signal(source="s", kind="k", happened_at=now, key=f"{number}-{n}",
                    evidence="x" * 40 + str(n * 7919 + number)) for n in range(500)]
    try:
        sent += actions.accept(batches=[batch], door="test", now=now).accepted
    except actions.DiskFull:
        full += 1
        if full == 20:
            break
assert full, "the disk never filled"
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    actions.seal(now=now)
except Exception as error:
    print("sealing said", type(error).__name__)
else:
    raise SystemExit("sealing wrote to a full disk")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert queries.inbox_depth().signals == sent
sent += actions.accept(batches=[[Signal(source="s", kind="k", happened_at=now, key="z")]],
                       door="test", now=now).accepted
while actions.seal(now=now).files:
    pass
assert queries.store().cases(Filter()).total == sent, (sent, queries.store().cases(Filter()).total)
assert queries.inbox_depth().signals == 0
"""


@pytest.mark.mission("S2.6")
def test_a_full_disk_is_said_to_be_full_and_what_was_accepted_stays(tmp_path):
    import os

    environment = {**os.environ, "TROTH_DATA": str(tmp_path), "TROTH_DATABASE_URL": "",
                   "DJANGO_SETTINGS_MODULE": "troth.config.settings"}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", FULL], env=environment, capture_output=True,
                          text=True, check=False, timeout=200)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert "sealing said" in done.stdout


def test_the_reasons_are_the_ones_that_doors_catch():
    assert (actions.SpoolFull, actions.DiskFull, actions.StoreBusy) == (
        SpoolFull, DiskFull, StoreBusy,
    )  # fmt: skip
