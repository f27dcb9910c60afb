"""The published number is found again from the exported data, by the standard library alone."""

import json
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from scored import START, rules, worlds

from troth.promises.scoring import exporting
from troth.promises.scoring.composing import score
from troth.promises.scoring.constants import SHIPPED


def recomputed(folder):
    (folder / "recompute.py").write_bytes(exporting.script())
    return subprocess.run(
        [sys.executable, "-I", folder / "recompute.py"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.mission("S4.13")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(world=worlds(), constants=rules())
def test_a_bare_interpreter_finds_the_published_digits(tmp_path, world, constants):
    every, deeds = world
    found = score(every, constants, day=START, deeds=deeds)
    told = exporting.document(found, every)
    text = exporting.text(told)
    assert json.loads(text) == json.loads(json.dumps(told))
    (tmp_path / "score.json").write_text(text, "utf-8")
    answer = recomputed(tmp_path)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_a_number_that_was_made_up_is_found_out(tmp_path):
    found = score([], SHIPPED, day=START)
    told = {**exporting.document(found, []), "published": ["99.0", "98.0", "99.9"]}
    (tmp_path / "score.json").write_text(json.dumps(told), "utf-8")
    assert recomputed(tmp_path).returncode == 1


def test_the_script_is_short_enough_to_be_read():
    assert len(exporting.script().splitlines()) <= 100
