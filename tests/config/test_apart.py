"""The page's own process beside a worker: killed, asked to end, orphaned, out of disk."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def wait_for(question, within=90):
    limit = time.monotonic() + within
    while time.monotonic() < limit:
        if found := question():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def publishers(worker):
    """Return the processes for the page that a worker has."""
    tasks = Path(f"/proc/{worker}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return [child for child in children if name_of(child) == "page.publish"]


def name_of(process):
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except FileNotFoundError:
        return ""


def is_gone(process):
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return True
    return text.rpartition(")")[2].split()[0] == "Z"


@pytest.fixture
def worker(fresh):
    fresh.must("migrate", "--quiet")
    started = []

    def begin(**more):
        command = [sys.executable, "-m", "troth.config", "work"]
        with (fresh.home / "work.log").open("a") as log:
            process = subprocess.Popen(
                command, env=fresh.environment, cwd=ROOT, stderr=log, process_group=0, **more
            )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def page(fresh):
    return fresh.data / "page" / "current"


@pytest.mark.mission("S2.65")
def test_a_killed_page_process_is_started_again_and_publishes(worker, page):
    process = worker()
    wait_for(page.exists)
    (first,) = wait_for(lambda: publishers(process.pid))
    os.kill(first, signal.SIGKILL)
    page.unlink()  # so that there is something to publish
    second = wait_for(lambda: [each for each in publishers(process.pid) if each != first])
    assert len(second) == 1
    wait_for(page.exists, within=25)  # before the lease of the killed one would be over
    assert process.poll() is None


def test_the_page_process_ends_with_its_worker_however_that_ends(worker, page):
    for number in (signal.SIGTERM, signal.SIGKILL):
        process = worker()
        (child,) = wait_for(lambda process=process: publishers(process.pid))
        wait_for(page.exists)
        process.send_signal(number)
        code = process.wait(timeout=40)
        assert code == (0 if number == signal.SIGTERM else -number)
        wait_for(lambda child=child: is_gone(child), within=30)


def test_two_workers_have_a_page_process_each_and_one_page(worker, page):
    workers = [worker(), worker()]
    wait_for(page.exists)
    wait_for(lambda: all(len(publishers(each.pid)) == 1 for each in workers))
    revisions = page.parent / "revisions"
    wait_for(lambda: all((path / "files.json").exists() for path in revisions.iterdir()))
    assert (page / "index.html").exists()


LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.argv = ["troth", "publish"]
runpy.run_module("troth.config", run_name="__main__")
"""


def test_no_room_for_a_file_leaves_the_page_as_it_was(fresh, page):
    """The kernel refuses each file beyond 200 bytes, as a full disk does."""
    fresh.must("migrate", "--quiet")
    fresh.must("publish")
    before, revisions = page.resolve(), page.parent / "revisions"
    kept = sorted(path.name for path in revisions.iterdir())
    environment = {**fresh.environment, "TROTH_ORGANISATION": "Another name"}
    done = subprocess.run(
        [sys.executable, "-c", LIMITED], env=environment, cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode != 0, done.stdout + done.stderr
    assert page.resolve() == before
    assert sorted(path.name for path in revisions.iterdir()) == kept
    fresh.must("publish")
