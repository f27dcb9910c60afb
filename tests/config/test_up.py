"""`troth up` as a person meets it: one command, an address, a link, and little memory."""

import re
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
MOST_MEMORY = 350_000  # kB, all processes together


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def fetch(address):
    try:
        with urlopen(address, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()
    except OSError:  # not there yet, or busy starting
        return 0, ""


def wait_for(question, within=90):
    limit = time.monotonic() + within
    while time.monotonic() < limit:
        if found := question():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")


def family(process):
    found = [process]
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            found += family(int(child))
    return found


def memory(process):
    """Return kB in use, with what is shared counted once."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1])


@pytest.fixture
def up(fresh):
    port = free_port()
    with (fresh.home / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "troth.config", "up", "--port", str(port)],
            env=fresh.environment,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=ROOT,
            text=True,
        )
        yield process, f"http://127.0.0.1:{port}"
        process.terminate()
        process.communicate(timeout=40)


@pytest.mark.mission("S2.65")
def test_one_command_brings_up_everything_and_ends_everything(up):
    process, address = up
    lines = [process.stdout.readline() for _ in range(4)]
    assert lines[0] == f"The page:         {address}/\n"
    (link,) = re.findall(r"The first owner:  (\S+)", lines[2])
    assert wait_for(lambda: fetch(f"{address}/healthz")[0] == 200)
    status, page = wait_for(lambda: (found := fetch(f"{address}/"))[0] == 200 and found)
    assert status == 200
    assert "Our company" in page
    assert fetch(link)[0] == 200
    tree = family(process.pid)
    assert len(tree) >= 4
    time.sleep(2)
    assert sum(memory(each) for each in tree) <= MOST_MEMORY
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=40) == 0
    assert [each for each in tree if Path(f"/proc/{each}").exists()] == []


def test_a_taken_port_is_said_before_anything_starts(fresh):
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = fresh.troth("up", "--port", server.getsockname()[1])
    assert found.returncode == 4
    assert "is in use" in found.stderr
    assert not (fresh.data / "troth.sqlite3").exists()


@pytest.mark.mission("S2.65")
def test_the_wheel_holds_everything_that_the_package_needs(tmp_path):
    source = tmp_path / "source"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "troth", "pyproject.toml", "README.md", "LICENSE"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    for name in names:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--wheel-dir", str(tmp_path), str(source)],
        check=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("troth-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    left_out = {name for name in names if name.startswith("troth/") and name not in inside}
    assert {name for name in left_out if not name.endswith(".po")} == set()
