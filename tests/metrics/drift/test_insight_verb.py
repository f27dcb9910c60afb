"""`troth insight` as people and programs read it."""

import json

import pytest
from click.testing import CliRunner

from tests.metrics.drift.conftest import after
from troth.config.verbs.insight import insight
from troth.core import clock
from troth.metrics import jobs


def run(*options, at):
    with clock.frozen(at):
        done = CliRunner().invoke(insight, options)
    assert done.exit_code == 0, done.output
    return done.output


def test_it_says_what_fades_and_since_when(histories, steady):
    histories.stream(steady(60) + steady(40, good=940), name="Delivered on time")
    jobs.evaluate(now=after(100))
    said = run(at=after(100))
    assert "Delivered on time" in said
    assert "2026-03-01" in said, "the onset, a day early"
    assert "stack" not in said, "one stream alone is no stack"
    assert " points" in said


def test_it_says_so_when_nothing_fades(histories, steady):
    histories.stream(steady(60))
    jobs.evaluate(now=after(60))
    assert run(at=after(60)) == (
        "Nothing fades: 1 streams are as they were when they were enrolled.\n"
    )


def test_programs_get_every_fact_and_the_blind_spots(histories, steady):
    days = steady(80)
    days[70] = (800, 1000)
    histories.stream(days)
    histories.stream([], touchpoint="returns")
    jobs.evaluate(now=after(80))
    found = json.loads(run("--all", "--json", at=after(80)))
    assert [(one["kind"], one["is_open"]) for one in found["fades"]] == [("spike", False)]
    assert [one["touchpoint"] for one in found["blind"]] == ["returns"]


@pytest.mark.mission("S1.4", "S4.13")
def test_the_demo_measures_drift_score_and_outcomes_and_names_what_is_not_there(tmp_path):
    done = CliRunner().invoke(
        insight, ["--demo", "--data", str(tmp_path), "--runs", "4", "--json"],
        standalone_mode=False,
    )  # fmt: skip
    found = json.loads(done.output)
    parts = {one["part"] for one in found}
    assert parts == {"outcomes", "attribution", "cost", "forecasts", "half-lives", "quiet fades",
                     "false alarms", "NAB", "TCPD", "calibration"}  # fmt: skip
    absent = [one for one in found if one["value"] == "not there"]
    assert len(absent) == 19
    assert all(one["goal"].startswith(f"put it at {tmp_path}") for one in absent)
    goals = [one for one in found if one["met"] is not None]
    assert done.return_value == int(any(not one["met"] for one in goals))
    assert len(goals) == 10
