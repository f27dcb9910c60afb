"""An installation that runs as a person would run it, and the local services that it watches."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
T = TypeVar("T")


def wait_for(what: str, question: Callable[[], T], *, within: float = 120) -> T:
    """Return the first answer that is true; say what was waited for when none comes."""
    limit = time.monotonic() + within
    found = question()
    while not found:
        if time.monotonic() > limit:
            raise AssertionError(f"not within {within:g} s: {what}")
        time.sleep(0.2)
        found = question()
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def fetched(address: str) -> str:
    """Return what is there, or nothing while it is not."""
    try:
        with urlopen(address, timeout=20) as answer:
            return str(answer.read().decode())
    except (HTTPError, OSError):
        return ""


@dataclass(frozen=True)
class Running:
    """`troth up` in a folder of its own. `link` makes its first owner."""

    address: str
    environment: dict[str, str]
    link: str

    def troth(self, *words: object) -> str:
        """Run the command on this installation and return what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "troth.config", *map(str, words)],
            env=self.environment,
            capture_output=True,
            check=False,
            cwd=ROOT,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def text(self, path: str) -> str:
        return fetched(f"{self.address}{path}")

    def json(self, path: str) -> Any:
        """Return what a published file says, {} while it is not there."""
        return json.loads(self.text(path) or "{}")


@contextmanager
def up(home: Path, **settings: str) -> Iterator[Running]:
    """Start an installation; settings are TROTH_ variables. It ends with all its processes."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
    environment = {
        **kept,
        "TROTH_DATA": str(home / "data"),
        "TROTH_PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        **{f"TROTH_{name}": value for name, value in settings.items()},
    }
    log = home / "log"
    with log.open("w", encoding="utf-8") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "troth.config", "up"],
            env=environment,
            stdout=written,
            stderr=written,
            cwd=ROOT,
        )
    try:
        link = wait_for(
            "the first owner's link",
            lambda: re.search(r"The first owner:  (\S+)", log.read_text(encoding="utf-8")),
        )
        address = f"http://127.0.0.1:{port}"
        wait_for("an answer", lambda: fetched(f"{address}/healthz/web"))
        yield Running(address, environment, link[1])
    finally:
        process.terminate()
        process.wait(timeout=60)


@dataclass(frozen=True)
class Services:
    """examples/status/services.py on free ports; `documents` name them."""

    folder: Path

    @property
    def documents(self) -> Path:
        return self.folder / "documents"

    def report_to(self, address: str) -> None:
        (self.folder / "ping").write_text(address, encoding="utf-8")

    def stop(self, *names: str) -> None:
        for name in names:
            (self.folder / f"{name}.off").touch()

    def start(self, *names: str) -> None:
        for name in names:
            (self.folder / f"{name}.off").unlink()


@contextmanager
def five_services(folder: Path) -> Iterator[Services]:
    """Start the example's services on free ports, and end them."""
    script = ROOT / "examples/status/services.py"
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder), "--free"], stdout=subprocess.DEVNULL
    )
    try:
        wait_for("the services", (folder / "pid").exists)
        yield Services(folder)
    finally:
        process.terminate()
        process.wait(timeout=60)
