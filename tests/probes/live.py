"""A real installation in a folder of its own, its verbs as real processes."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
TROTH = (sys.executable, "-m", "troth.config")
_HEAD = "import django; django.setup()\n"


@dataclass
class Live:
    """`more`: variables of its own. `processes` are ended with `end`."""

    home: Path
    more: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
        return {
            **kept,
            "TROTH_DATA": str(self.home / "data"),
            "DJANGO_SETTINGS_MODULE": "troth.config.settings",
            **self.more,
        }

    def say(self, program: str) -> str:
        """Run a program within the installation and return its last line."""
        done = subprocess.run(
            [sys.executable, "-c", _HEAD + program],
            env=self.environment, cwd=ROOT, check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return (done.stdout.strip().splitlines() or [""])[-1]

    def start(self, *words: object, **more: str) -> subprocess.Popen:
        with (self.home / f"{words[0]}.log").open("a") as log:
            process = subprocess.Popen(
                [*TROTH, *map(str, words)], env={**self.environment, **more}, cwd=ROOT,
                stdout=log, stderr=log,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            process.wait(40)


@contextlib.contextmanager
def living(home: Path, **more: str) -> Iterator[Live]:
    """Give an installation with its database made; end what it started."""
    home.mkdir(parents=True, exist_ok=True)
    made = Live(home, more)
    subprocess.run([*TROTH, "migrate", "--quiet"], env=made.environment, cwd=ROOT, check=True)
    try:
        yield made
    finally:
        made.end()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for(question: Callable[[], object], within: float = 40, *, what: str = "it") -> object:
    limit = time.monotonic() + within
    while time.monotonic() < limit:
        if found := question():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {within:g} s")


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def kill(process: subprocess.Popen) -> None:
    """End a process as a power cut would, with all that it started."""
    for child in reversed(family(process.pid)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    process.wait(10)


def family(parent: int) -> list[int]:
    with contextlib.suppress(OSError):
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [parent, *(one for child in children for one in family(int(child)))]
    return [parent]
