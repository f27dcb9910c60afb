"""`troth insight` as people and programs read it."""

import json

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
