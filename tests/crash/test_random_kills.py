"""kill -9 of web and worker at random instants, while an import and an HTTP load are running.

Whatever was acknowledged is there afterwards, once. Signals carry ids, and a client that got no
answer sends the same lines again, as the API's documentation tells it to.
"""

import csv
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.crash.harness import own_database

START = datetime(2026, 3, 1, tzinfo=UTC)
A_REQUEST = 50
IMPORTED = 20_000
PROGRAM = (sys.executable, "-m", "troth.config")
TOKEN = """
import django; django.setup()
from datetime import timedelta
from troth.core import clock
from troth.staff import actions
now = clock.now()
print(actions.{call})
"""
COUNT = """
import django, json; django.setup()
from troth.signals import queries
from troth.signals.store import Filter
store = queries.store()
print(json.dumps({kind: store.cases(Filter(kinds=(kind,)), limit=1).total
                  for kind in ("loaded", "imported")}))
"""


class Installation:
    """One data folder with its web and its worker as processes of this test."""

    def __init__(self, folder: Path, database: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TROTH_")},
            "DJANGO_SETTINGS_MODULE": "troth.config.settings",
            "TROTH_DATA": str(folder),
            "TROTH_PORT": str(self.port),
        }
        self.names = ["web", "work"]
        if database:  # PostgreSQL: any number of workers
            self.environment["TROTH_DATABASE_URL"] = database
            self.names.append("work 2")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str) -> None:
        self.processes[name] = subprocess.Popen(
            [*PROGRAM, name.partition(" ")[0]],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self, name: str) -> None:
        """Kill the whole process group at once: granian's parent and its workers."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def start_all(self) -> None:
        for name in self.names:
            if name not in self.processes:
                self.start(name)

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=0.2):
                return True
        except OSError:
            return False


class Client(threading.Thread):
    """Sends batches until told to stop, each again until it is acknowledged."""

    def __init__(self, installation: Installation, token: str, name: str) -> None:
        super().__init__(daemon=True)
        self.installation, self.token, self.client = installation, token, name
        self.acknowledged = 0
        self.stop = threading.Event()
        self.faults: list[str] = []

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            lines = b"\n".join(self.line(number + n) for n in range(A_REQUEST))
            while not self.send(lines):
                time.sleep(0.05)
            number += A_REQUEST
            self.acknowledged = number

    def line(self, number: int) -> bytes:
        at = START + timedelta(seconds=number)
        return json.dumps(
            {"source": "load", "kind": "loaded", "id": f"{self.client}-{number}",
             "happened_at": at.isoformat()}
        ).encode()  # fmt: skip

    def send(self, lines: bytes) -> bool:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.installation.port}/api/v1/signals",
            data=lines,
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/x-ndjson",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.loads(answer.read())["accepted"] == A_REQUEST
        except urllib.error.HTTPError as refusal:
            if refusal.code not in (503, 507):
                self.faults.append(f"{refusal.code}: {refusal.read()[:300]!r}")
            return False
        except (OSError, ValueError):  # the connection was cut by a kill
            return False


def table(path: Path) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["source", "kind", "id", "happened_at"])
        for number in range(IMPORTED):
            at = START + timedelta(seconds=number)
            writer.writerow(["file", "imported", f"row-{number}", at.isoformat()])
    return path


@pytest.fixture
def installation(tmp_path):
    with own_database() as database:
        made = Installation(tmp_path / "data", database)
        made.run(*PROGRAM, "migrate")
        yield made
        for name in list(made.processes):
            made.kill(name)


def ingest_token(installation: Installation) -> str:
    call = (
        "issue(name='load', scopes=['ingest'], sources=['load'], "
        "expires_at=now + timedelta(days=1), now=now).text"
    )
    return installation.run(sys.executable, "-c", TOKEN.format(call=call)).strip()


def torment(installation: Installation, kills: int, chance: random.Random) -> None:
    for _ in range(kills):
        installation.start_all()
        limit = time.monotonic() + 15
        while not installation.answers() and time.monotonic() < limit:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.5))
        installation.kill(chance.choice(installation.names))


@pytest.mark.timeout(5_400)  # minutes on a quiet machine; it must not fail on a busy one
@pytest.mark.parametrize(
    "kills", [pytest.param(8, id="short"), pytest.param(200, id="long", marks=pytest.mark.long)]
)
def test_what_was_acknowledged_is_there_once_however_often_processes_are_killed(
    installation, tmp_path, kills
):
    token = ingest_token(installation)
    clients = [Client(installation, token, name) for name in ("a", "b")]
    installation.start_all()
    for client in clients:
        client.start()
    importing = subprocess.Popen(
        [*PROGRAM, "import", "--no-seal", str(table(tmp_path / "rows.csv"))],
        env=installation.environment,
        stdout=subprocess.DEVNULL,
    )

    torment(installation, kills, random.Random(kills))
    assert importing.wait(timeout=120) == 0
    installation.start_all()
    for client in clients:
        client.stop.set()
        client.join(timeout=60)
        assert not client.is_alive()
    time.sleep(1)
    for name in installation.names[1:]:
        installation.kill(name)
    installation.run(*PROGRAM, "work", "--once")

    assert [client.faults for client in clients] == [[], []]
    acknowledged = sum(client.acknowledged for client in clients)
    assert acknowledged > 0
    counted = json.loads(installation.run(sys.executable, "-c", COUNT))
    assert counted == {"loaded": acknowledged, "imported": IMPORTED}
