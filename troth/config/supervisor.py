"""A small supervisor: children in one process tree, started again when they die.

It imports no Django, so it costs little. It ends only what it started, by process id; when it is
itself killed, the kernel tells its children (Linux), so that nothing is left behind.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

_PR_SET_PDEATHSIG = 1
_HEALTHY_AFTER = 60.0  # seconds; a child that lived so long starts again at once
_LONGEST_WAIT = 30.0
_GRACE = 25.0  # seconds for a child to finish what it does


@dataclass
class Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait: float = 0.5
    due: float = field(default=0.0)

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, preexec_fn=_die_with_parent)  # noqa: S603, PLW1509 - our own verbs; prctl only
        self.begun()

    def begun(self) -> None:
        """Note when the child was started."""
        self.started = time.monotonic()

    def tend(self, say: Callable[[str], None]) -> None:
        """Start the child when it is due; notice when it died."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        lived = time.monotonic() - self.started
        self.wait = 0.5 if lived > _HEALTHY_AFTER else min(self.wait * 2, _LONGEST_WAIT)
        self.due = time.monotonic() + self.wait
        self.process = None
        say(f"{self.name} ended ({_how(code)}); starting it again in {self.wait:g} s")


def run(children: Sequence[Child], say: Callable[[str], None]) -> None:
    """Keep the children alive until SIGTERM or SIGINT, then end them and return."""
    asked_to_end: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        asked_to_end.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        while not asked_to_end:
            for child in children:
                child.tend(say)
            time.sleep(0.2)
        say("ending: the current work is finished first")
    finally:
        end(children, say)
        for number, handler in before.items():
            signal.signal(number, handler)


def end(children: Sequence[Child], say: Callable[[str], None]) -> None:
    """Ask the living children to end, wait, and kill those that do not."""
    living = [child for child in children if child.process and child.process.poll() is None]
    for child in living:
        _process(child).terminate()
    limit = time.monotonic() + _GRACE
    for child in living:
        try:
            _process(child).wait(timeout=max(limit - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            say(f"{child.name} did not end in {_GRACE:g} s and is killed")
            _process(child).kill()
            _process(child).wait()


def _process(child: Child) -> subprocess.Popen[bytes]:
    assert child.process is not None  # noqa: S101 - only living children get here
    return child.process


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.setpgid(0, 0)  # Ctrl-C reaches the supervisor alone, which then ends its children in order
