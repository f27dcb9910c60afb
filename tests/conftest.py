"""The places that tests read from and the servers that they ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres

SHARED = Path(os.environ.get("TROTH_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture
def shared() -> Path:
    """Return the folder of real data sets, or skip where a checkout stands without it."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the shared data folder is not here; set TROTH_SHARED")
    return SHARED / "data"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Start a PostgreSQL server for this run; its address is what TROTH_DATABASE_URL takes."""
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgres.cluster() as url:
        yield url
