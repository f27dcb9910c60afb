"""The runner as a process: one at a time, killed in the middle, gone with its parent."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests.probes.conftest import NOON, reply
from troth.config import attendance
from troth.core import clock
from troth.probes import actions, queries
from troth.probes.models import Lease, Monitor, Sight
from troth.signals.envelope import decode_lines
from troth.signals.models import Inbox
from troth.signals.spool import unpack

ROOT = Path(__file__).parents[2]
TROTH = (sys.executable, "-m", "troth.config")


@pytest.mark.django_db
def test_one_process_holds_a_location_at_a_time():
    def take(holder, at=NOON):
        return actions.take_lease(location="local", holder=holder, now=at)

    assert take("far:1:a")
    assert take("far:1:a", NOON + timedelta(seconds=5))
    assert not take("other:1:b", NOON + timedelta(seconds=10))
    assert take("other:1:b", NOON + timedelta(seconds=30))
    assert not take("far:1:a", NOON + timedelta(seconds=31))
    actions.give_lease_back(location="local", holder="other:1:b")
    assert take("far:1:a", NOON + timedelta(seconds=32))


@pytest.mark.django_db
def test_what_a_dead_process_of_this_host_held_is_free_at_once():
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    here = socket.gethostname()
    assert actions.take_lease(location="local", holder=f"{here}:{gone.pid}:a", now=NOON)
    assert not actions.take_lease(location="local", holder="there:1:b", now=NOON)
    assert actions.take_lease(location="local", holder=f"{here}:{os.getpid()}:c", now=NOON)


@pytest.mark.django_db
def test_of_processes_on_another_host_nothing_is_known():
    """Two agents of one edge machine: the server has no such processes, yet both may live."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert actions.take_lease(location="fra", holder=f"edge:{gone.pid}:a", now=NOON)
    assert not actions.take_lease(location="fra", holder="edge:1:b", now=NOON)


@pytest.mark.django_db
def test_a_runner_is_wanted_where_something_is_watched_and_no_other_has_one(monitor):
    def wanted(*, mine=False):
        return queries.is_runner_wanted(is_mine=mine, now=NOON)

    assert not wanted()
    assert not wanted(mine=True)
    monitor("far-away", locations=["fra"])
    assert not wanted()
    monitor("shop")
    assert wanted()
    actions.take_lease(location="local", holder="other:1:a", now=NOON)
    assert not wanted()
    assert wanted(mine=True)
    Monitor.objects.update(paused_at=NOON)
    assert not wanted(mine=True)


def test_the_attendant_starts_a_runner_and_ends_it(monkeypatch):
    started = []

    def start(self):
        self.process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        self.begun()
        started.append(self.process)

    monkeypatch.setattr(attendance.Runner, "start", start)
    monkeypatch.setattr(attendance, "_LOOK", 0.05)
    stop = threading.Event()
    answers = {"now": True}
    thread = threading.Thread(
        target=attendance.attend, args=(stop,), kwargs={"wanted": lambda _: answers["now"]}
    )
    thread.start()
    until(lambda: len(started) == 1)
    answers["now"] = False
    until(lambda: started[0].poll() is not None)
    answers["now"] = True
    until(lambda: len(started) == 2)
    stop.set()
    thread.join(10)
    assert started[1].poll() is not None


def until(holds, seconds=40):
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.05)


def checks():
    found = []
    for row in Inbox.objects.filter(door="probe").order_by("pk"):
        found += decode_lines(unpack(row.payload))
    return found


@pytest.fixture
def runner(database_url):
    """Return a function that starts `troth probe` on this test's database."""
    started = []
    environ = {
        **os.environ,
        "TROTH_DATA": str(settings.TROTH.data_dir),
        "TROTH_DATABASE_URL": database_url,
        "TROTH_INBOX_KEY": settings.TROTH.inbox_key.hex(),
        "TROTH_PROBE_PRIVATE": "1",
    }

    def start(*more):
        process = subprocess.Popen([*TROTH, "probe", *more], env=environ, cwd=ROOT)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.mission("S2.5")
@pytest.mark.django_db(transaction=True)
def test_two_runners_double_no_check_and_a_killed_one_is_followed_at_once(monitor, runner, web):
    port = web(reply())
    spec = {"settings": {"url": f"http://127.0.0.1:{port}/"}, "every": "1s", "timeout": "1s"}
    monitor("shop", now=clock.now(), **spec)
    first = runner()
    until(lambda: Sight.objects.filter(state="up").exists())
    second = runner()
    until(lambda: len(checks()) >= 6)
    holder = Lease.objects.get().holder
    assert f":{first.pid}:" in holder
    first.send_signal(signal.SIGKILL)
    first.wait()
    before = len(checks())
    until(lambda: len(checks()) >= before + 3)
    assert f":{second.pid}:" in Lease.objects.get().holder
    told = checks()
    keys = [one.key for one in told if one.kind == "check"]
    assert len(keys) == len(set(keys))
    second.send_signal(signal.SIGTERM)
    assert second.wait(15) == 0
    assert Lease.objects.get().holder == ""
    dues = sorted(int(key.rsplit("/", 1)[1]) for key in keys)
    skipped = sum(one.weight for one in told if one.kind == "check.skipped")
    assert (dues[-1] - dues[0]) // 1000 + 1 == len(dues) + skipped
    assert queries.states(at=clock.now())[0].state == "up"


@pytest.mark.django_db(transaction=True)
def test_a_runner_whose_parent_is_gone_ends(runner):
    assert runner("--child-of", "1").wait(30) == 0
