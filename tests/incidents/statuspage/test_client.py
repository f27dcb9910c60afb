"""Two clients from PyPI, unmodified, against our live server: Atlassian's own, and one of others.

Their pins are older than ours, so they get an environment of their own, as its lock file says.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from troth.incidents.models import Incident, Postmortem

HERE = Path(__file__).parent / "client"
pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Return a Python that has the clients."""
    place = tmp_path_factory.mktemp("client") / "venv"
    made = subprocess.run([sys.executable, "-m", "venv", str(place)], capture_output=True,
                          text=True, check=False)  # fmt: skip
    command = [str(place / "bin/python"), "-m", "pip", "install", "--quiet", "--no-input",
               "--disable-pip-version-check", "--require-hashes", "--no-deps",
               "-r", str(HERE / "requirements.txt")]  # fmt: skip
    done = made if made.returncode else subprocess.run(
        command, capture_output=True, text=True, check=False
    )  # fmt: skip
    if done.returncode and not os.environ.get("CI"):
        pytest.skip(f"the clients could not be fetched: {done.stderr.strip()[-300:]}")
    assert done.returncode == 0, done.stderr
    return str(place / "bin/python")


@pytest.mark.mission("S3.13")
@pytest.mark.django_db(transaction=True)
def test_atlassians_own_client_writes_and_misses_no_field(live_server, token, python):
    key = token("write", "ingest")
    command = [python, str(HERE / "write.py"), live_server.url, key]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == {
        "component": [], "group": [], "incident": [], "update": [], "postmortem": [],
        "uptime": [], "page": [],
    }  # fmt: skip
    assert Incident.objects.get().state == "postmortem"
    assert Postmortem.objects.get().apology == "We are sorry."


@pytest.mark.mission("S3.13")
@pytest.mark.django_db(transaction=True)
def test_another_client_writes_reads_and_is_refused_in_its_own_errors(live_server, token, python):
    command = [python, str(HERE / "write_more.py"), live_server.url, token("write")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert set(Incident.objects.values_list("state", flat=True)) == {"resolved", "scheduled"}
