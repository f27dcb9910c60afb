"""The fixed cast and the places that tests read from."""

import os
import tempfile
from pathlib import Path

import pytest

# Tests never touch an installation's data: the folder is set before Django reads its settings.
os.environ.setdefault("TROTH_DATA", tempfile.mkdtemp(prefix="troth-tests-"))

SHARED = Path(os.environ.get("TROTH_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture
def shared() -> Path:
    """Return the folder of real data sets, or skip where a checkout stands without it."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the shared data folder is not here; set TROTH_SHARED")
    return SHARED / "data"
