"""An installation of before, in a database of its own: a database goes only forward."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgres

ROOT = Path(__file__).parents[1]


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database(request, tmp_path):
    """Return the address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/old.sqlite3"
        return
    with postgres.database(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture
def python(empty_database, tmp_path):
    """Return a function that runs a program on that database and gives what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
    environment = {
        **kept, "TROTH_DATA": str(tmp_path / "data"), "TROTH_DATABASE_URL": empty_database,
        "DJANGO_SETTINGS_MODULE": "troth.config.settings",
    }  # fmt: skip

    def run(*words):
        done = subprocess.run([sys.executable, *words], env=environment, cwd=ROOT, check=False,
                              capture_output=True, text=True)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
