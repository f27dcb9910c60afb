"""Promises' own test tools: the oracle and its worlds are imported by name."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

SHARED = Path(os.environ.get("TROTH_SHARED", Path(__file__).parents[3] / "shared"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data sets, or skip where a checkout stands without it."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the shared data folder is not here; set TROTH_SHARED")
    return SHARED / "data"
