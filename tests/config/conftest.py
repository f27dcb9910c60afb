"""A real installation in a folder of its own, worked on by the real command."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import postgres

ROOT = Path(__file__).parents[2]
SIGNALS = """\
{"source":"shop","kind":"delivery","key":"a1","happened_at":"2026-03-01T10:00:00Z","value":1.5}
{"source":"shop","kind":"delivery","key":"a2","happened_at":"2026-03-02T11:00:00Z","subject":"ada"}
"""


@dataclass
class Installation:
    home: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
        return {**kept, "TROTH_DATA": str(self.data), **self.more}

    def troth(self, *words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "troth.config", *map(str, words)],
            env=self.environment,
            capture_output=True,
            check=False,
            cwd=ROOT,
            text=True,
        )

    def must(self, *words: object) -> str:
        done = self.troth(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def fill(self) -> None:
        """Bring two signals in, seal them, and publish."""
        self.must("migrate", "--quiet")
        (self.home / "signals.ndjson").write_text(SIGNALS, encoding="utf-8")
        self.must("import", self.home / "signals.ndjson")
        self.must("work", "--once")


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Installation]:
    """Return a function that gives a filled one: not older than minutes, or its jobs were late."""
    kept: list[tuple[float, Installation]] = []

    def filled() -> Installation:
        if not kept or time.monotonic() - kept[-1][0] > 300:
            began, made = time.monotonic(), Installation(tmp_path_factory.mktemp("installation"))
            made.fill()
            kept.append((began, made))
        return kept[-1][1]

    return filled


@pytest.fixture
def fresh(tmp_path: Path) -> Installation:
    """Return an installation that has never been started."""
    return Installation(tmp_path)


@pytest.fixture
def installation(tmp_path: Path, _filled: Callable[[], Installation]) -> Installation:
    """Return an installation with two sealed signals and a published page."""
    shutil.copytree(_filled().home, tmp_path, symlinks=True, dirs_exist_ok=True)
    return Installation(tmp_path)


@pytest.fixture
def on_postgres(tmp_path: Path, postgres_url: str) -> Iterator[Installation]:
    """Return an installation whose state is in a PostgreSQL database of its own."""
    with postgres.database(postgres_url) as address:
        yield Installation(tmp_path, {"TROTH_DATABASE_URL": address})
