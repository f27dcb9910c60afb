"""The server of the database goes away under couriers: they go on, and nothing is lost."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests import postgres
from tests.notify.outbox import mail_sink

ROOT = Path(__file__).parents[2]
READERS = 400
PREPARE = f"""
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.db import transaction
from tests.notify.outbox import reader, spread, story
from troth.core import clock
from troth.notify.actions.telling import tell
with transaction.atomic():
    for number in range({READERS}):
        reader(f"r{{number}}@example.org")
tell(story=story(is_urgent=True), by="Ada", now=clock.now())
spread()
"""
COMPARE = """
import django, json
django.setup()
from troth.notify.letters import letter_id
from troth.notify.models import Delivery
print(json.dumps([(letter_id(pk), state) for pk, state in
                  Delivery.objects.values_list("pk", "state")]))
"""


def python(environment, text):
    done = subprocess.run(
        [sys.executable, "-c", text], env=environment, cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def waited(sink, many, couriers, *, seconds):
    """Wait until so many arrived, or until no more come; return how many did."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        assert all(one.poll() is None for one in couriers)
        found = len(sink.lines) if sink.log.exists() else 0
        if found >= many:
            return found
        time.sleep(0.05)
    return found


@pytest.mark.mission("S2.20")
@pytest.mark.timeout(600)
def test_couriers_outlive_a_server_that_crashes_under_them(tmp_path):
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    kept = {key: text for key, text in os.environ.items() if not key.startswith("TROTH_")}
    with postgres.cluster() as url, mail_sink(tmp_path, "--slow", "40") as sink:
        environment = {
            **kept, "TROTH_DATA": str(tmp_path / "data"), "TROTH_DATABASE_URL": url,
            "TROTH_EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "TROTH_EMAIL_FROM": "status@example.org", "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "troth.config.settings",
        }  # fmt: skip
        python(environment, PREPARE)
        command = [sys.executable, "-m", "troth.config", "deliver"]
        log = (tmp_path / "couriers.log").open("wb")
        couriers = [
            subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
            for _ in range(2)
        ]
        try:
            for many in (READERS // 8, READERS // 4, READERS // 2):
                assert waited(sink, many, couriers, seconds=120) >= many
                postgres.restart(url)
            waited(sink, READERS, couriers, seconds=120)
            rows = settled(environment)
        finally:
            for one in couriers:
                one.terminate()
            ends = [one.wait(timeout=60) for one in couriers]
            log.close()
        arrived = Counter(name.partition("@")[0] for name, _ in sink.lines)
    assert ends == [0, 0], (tmp_path / "couriers.log").read_text()[-3000:]
    assert Counter(state for _, state in rows) == {"accepted": READERS}
    assert arrived == {name: 1 for name, _ in rows}


def settled(environment):
    """Return what the outbox says when nothing is under way any more."""
    import json

    limit = time.monotonic() + 60
    while True:
        rows = json.loads(python(environment, COMPARE))
        if all(state not in ("queued", "claimed", "leaving") for _, state in rows):
            return rows
        assert time.monotonic() < limit, Counter(state for _, state in rows)
