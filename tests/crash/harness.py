"""Die at a named step, recover, compare: with the same work done without dying.

A *work* is a module in `tests/crash/works/` with

    PREFIXES = ("accept", "seal")     the steps (core.steps) that its work reaches
    def work() -> None                does it; dies on the way when TROTH_CRASH_AT names a step
    def recover() -> object           what the installation does next anyway, and what is then
                                      true, as something that JSON can say

Each function runs in a process of its own, on a data folder of its own; where the tests run on
PostgreSQL (TROTH_TEST_DATABASE), on a database of its own as well.
"""

import atexit
import importlib
import json
import os
import pkgutil
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from tests import postgres
from tests.crash import works

_RUN = """
import importlib, json, sys
import django
django.setup()
done = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])()
print("RESULT " + json.dumps(done, sort_keys=True, default=str))
"""


def migrated() -> None:
    """Make the state database: a work of its own, done once and copied."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


@cache
def _fresh() -> "Installation":
    stack = ExitStack()
    atexit.register(stack.close)
    folder = stack.enter_context(TemporaryDirectory(prefix="troth-crash-"))
    made = Installation(Path(folder), stack.enter_context(own_database()))
    made.result(__name__, "migrated")
    return made


@contextmanager
def own_database(*, like: str = "") -> Iterator[str]:
    """Yield the address of a database of PostgreSQL, or "" where the tests run on SQLite."""
    with ExitStack() as stack:
        server = os.environ.get("TROTH_DATABASE_URL", "")  # set by tests/installation.py
        yield stack.enter_context(postgres.database(server, like=like)) if server else ""


@contextmanager
def fresh(folder: Path) -> Iterator["Installation"]:
    """Yield an installation in an empty folder, its database made and its keys drawn."""
    made = _fresh()
    shutil.copytree(made.folder, folder, dirs_exist_ok=True)
    with own_database(like=made.database) as address:
        yield Installation(folder, address)


@dataclass(frozen=True)
class Installation:
    """A data folder, and processes that run on it one after the other."""

    folder: Path
    database: str = ""

    def run(self, module: str, function: str, *, crash_at: str = "") -> subprocess.CompletedProcess:
        environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("TROTH_")},
            "TROTH_DATA": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "troth.config.settings",
            "TROTH_CRASH_AT": crash_at,
        }
        if self.database:
            environment["TROTH_DATABASE_URL"] = self.database
        return subprocess.run(
            [sys.executable, "-c", _RUN, module, function], env=environment, capture_output=True,
            text=True, check=False, timeout=240, cwd=Path(__file__).parents[2],
        )  # fmt: skip

    def crash(self, module: str, function: str, *, at: str) -> None:
        """Run until the step and see that the process died there, by SIGKILL."""
        done = self.run(module, function, crash_at=at)
        assert done.returncode == -signal.SIGKILL, f"{at} was not reached: {done.stderr[-2000:]}"

    def result(self, module: str, function: str) -> object:
        """Run to the end and return what the function returned."""
        done = self.run(module, function)
        assert done.returncode == 0, done.stderr[-4000:]
        [line] = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
        return json.loads(line.removeprefix("RESULT "))


def all_works() -> dict[str, ModuleType]:
    """Return prefix of steps → the work that reaches them."""
    found = {}
    for info in pkgutil.iter_modules(works.__path__):
        module = importlib.import_module(f"{works.__name__}.{info.name}")
        found.update(dict.fromkeys(module.PREFIXES, module))
    return found
