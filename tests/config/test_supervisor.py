"""The supervisor: children start again when they die, and end with it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARENT = """
import sys
from troth.config import supervisor
children = [supervisor.Child("sleeper", [sys.executable, "-c", sys.argv[1]])]
supervisor.run(children, lambda text: print(text, flush=True))
print("over", flush=True)
"""
SLEEPER = "import os, time; print('child', os.getpid(), flush=True); time.sleep(60)"


@pytest.fixture
def start():
    started = []

    def begin(child):
        process = subprocess.Popen(
            [sys.executable, "-c", PARENT, child], stdout=subprocess.PIPE, cwd=ROOT, text=True
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def child_of(process):
    line = process.stdout.readline()
    assert line.startswith("child ")
    return int(line.split()[1])


def is_gone(process_id, within=5.0):
    for _ in range(int(within / 0.05)):
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return True  # ended; nobody has asked how yet
        time.sleep(0.05)
    return False


def test_a_child_that_is_killed_is_started_again_and_it_says_so(start):
    parent = start(SLEEPER)
    first = child_of(parent)
    os.kill(first, signal.SIGKILL)
    assert parent.stdout.readline() == (
        "sleeper ended (signal SIGKILL); starting it again in 1 s\n"
    )
    second = child_of(parent)
    assert second != first


def test_the_end_of_the_supervisor_ends_its_children(start):
    parent = start(SLEEPER)
    child = child_of(parent)
    parent.terminate()
    said, _ = parent.communicate(timeout=10)
    assert said.splitlines() == ["ending: the current work is finished first", "over"]
    assert is_gone(child)


def test_a_killed_supervisor_leaves_nothing_behind(start):
    parent = start(SLEEPER)
    child = child_of(parent)
    parent.kill()
    assert is_gone(child)


def test_a_child_that_cannot_start_is_tried_less_and_less_often(start):
    parent = start("raise SystemExit(3)")
    lines = [parent.stdout.readline() for _ in range(2)]
    assert lines == [
        "sleeper ended (exit code 3); starting it again in 1 s\n",
        "sleeper ended (exit code 3); starting it again in 2 s\n",
    ]


def test_the_supervisor_stays_small():
    """It lives as long as the installation: none of the product may be loaded into it."""
    program = (
        "import sys; import troth.config.verbs.up;"
        "print([name for name in ('django', 'numpy', 'duckdb', 'granian') if name in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, cwd=ROOT, text=True
    )
    assert said.stdout == "[]\n"
