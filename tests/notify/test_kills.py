"""Couriers are killed while they deliver: each reader is told once, or we say that nobody knows."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.harness import fresh

KILLING = Path(__file__).with_name("killing.py")


@pytest.mark.mission("S2.20")
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize(
    ("rounds", "deliveries"),
    [
        pytest.param(25, 400, id="short"),
        pytest.param(1_000, 10_000, id="long", marks=pytest.mark.long),
    ],
)
def test_however_often_couriers_are_killed_nothing_is_lost_and_nothing_repeated(
    tmp_path, rounds, deliveries, capsys
):
    with fresh(tmp_path) as installation:
        found = tormented(installation, rounds, deliveries)
    with capsys.disabled():
        table(found)
    assert found["deliveries"] == deliveries
    assert set(found["states"]) <= {"accepted", "unknown"}
    assert found["lost"] == found["twice"] == found["strangers"] == 0
    assert found["arrived"] == found["states"]["accepted"] + found["unknown_that_arrived"]


def tormented(installation, rounds, deliveries):
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("TROTH_")},
        "TROTH_DATA": str(installation.folder),
    }
    if installation.database:
        environment["TROTH_DATABASE_URL"] = installation.database
    words = ["--rounds", str(rounds), "--deliveries", str(deliveries), "--workers", "3"]
    done = subprocess.run(
        [sys.executable, str(KILLING), *words], env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def table(found):
    states = found["states"]
    unknown = states.get("unknown", 0)
    rows = [
        ("rounds, kills", f"{found['rounds']:,}, {found['kills']:,}"),
        ("deliveries", f"{found['deliveries']:,}"),
        ("accepted, each once in the sink's log", f"{states.get('accepted', 0):,}"),
        ("unknown, and said so", f"{unknown:,}"),
        ("  of them arrived", f"{found['unknown_that_arrived']:,}"),
        ("accepted and not in the log", f"{found['lost']:,}"),
        ("more than once in the log", f"{found['twice']:,}"),
        ("seconds", f"{found['seconds']:,}"),
    ]
    lines = [f"  {name:<40} {value:>14}\n" for name, value in rows]
    sys.stdout.write("\n" + "".join(lines))
