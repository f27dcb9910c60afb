"""A full disk: what cannot be written down as leaving does not leave."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection, connections

from tests.notify.outbox import mail_sink, reader, spread, story
from troth.core import clock
from troth.notify.actions.telling import tell
from troth.notify.letters import letter_id
from troth.notify.models import Delivery

READERS = 300
ROOM = 350_000  # bytes that the log of the database may grow to


def deliver(port, *words, room=None):
    name = settings.DATABASES["default"]["NAME"]
    environment = {
        **{key: text for key, text in os.environ.items() if not key.startswith("TROTH_")},
        "TROTH_DATA": str(settings.TROTH.data_dir),
        "TROTH_DATABASE_URL": f"sqlite:///{quote(str(name))}",
        "TROTH_EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "TROTH_EMAIL_FROM": "status@example.org",
    }

    def full():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    return subprocess.Popen(
        [sys.executable, "-m", "troth.config", "deliver", *words], env=environment,
        cwd=Path(__file__).parents[2], preexec_fn=full if room else None,  # noqa: PLW1509 - sets a limit
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_stops_the_mails_and_repeats_none(tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("the disk of a server is not ours to fill")
    for number in range(READERS):
        reader(f"r{number}@example.org")
    tell(story=story(), by="Ada", now=clock.now())
    spread()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()
    with mail_sink(tmp_path) as sink:
        stuck = deliver(sink.port, room=ROOM)
        taken = settled(sink)
        stuck.kill()
        stuck.wait()
        assert taken < READERS
        assert deliver(sink.port, "--once").wait(timeout=120) == 0
        arrived = Counter(name.partition("@")[0] for name, _ in sink.lines)
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert set(states.values()) <= {"accepted", "unknown"}
    assert max(arrived.values()) == 1
    assert all(arrived[letter_id(pk)] == 1 for pk, one in states.items() if one == "accepted")


def settled(sink):
    """Return how many were taken when no more come."""
    limit, before, since = time.monotonic() + 60, -1, time.monotonic()
    while time.monotonic() < limit:
        now = len(sink.lines) if sink.log.exists() else 0
        if now != before:
            before, since = now, time.monotonic()
        if before > 0 and time.monotonic() - since > 3:
            break
        time.sleep(0.1)
    return before
