"""A crash at each named step of durable work; afterwards everything is as if none had been."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.crash.harness import all_works, fresh
from troth.core.steps import STEPS

WORKS = all_works()


@lru_cache
def undisturbed(module):
    """Return what is true after the work when nothing goes wrong."""
    with TemporaryDirectory() as folder, fresh(Path(folder)) as installation:
        installation.result(module, "work")
        return installation.result(module, "recover")


@pytest.mark.mission("S2.6")
@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_loses_nothing_and_counts_nothing_twice(step, tmp_path):
    prefix = step.partition(".")[0]
    assert prefix in WORKS, f"no work in tests/crash/works reaches {step}"
    module = WORKS[prefix].__name__
    with fresh(tmp_path) as installation:
        installation.crash(module, "work", at=step)
        assert installation.result(module, "recover") == undisturbed(module)
