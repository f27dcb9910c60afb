"""`troth uptime`: years and days, one component and all together, words and JSON."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from troth.components import actions
from troth.components.commands import uptime
from troth.components.rules.results import Status
from troth.core import clock

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
_WORDS = {"minor": Status.DEGRADED, "major": Status.PARTIAL, "critical": Status.MAJOR}


def run(*arguments, now=NOON):
    with clock.frozen(now):
        return CliRunner().invoke(uptime, arguments)


@pytest.fixture
def github(declared, shared):
    """Say of components what GitHub's incidents said of theirs."""
    with gzip.open(shared / "github_status/incidents.jsonl.gz") as file:
        rows = [json.loads(line) for line in file]
    rows = [row for row in rows if row["impact"] in _WORDS]
    names = sorted({name for row in rows for name in row.get("components") or []})
    uids = {
        name: declared(name.lower().replace(" ", "-"), start_date="2022-01-01").uid
        for name in names
    }
    for row in rows:
        status = _WORDS[row["impact"]]
        affected = {uids[name]: status for name in row.get("components") or []}
        start, end = (datetime.fromisoformat(row[f"downtime_{n}"]) for n in ("start", "end"))
        actions.affect(components=affected, ref=row["id"], at=start, until=end, by="import",
                       now=NOON, whole=None if affected else status)  # fmt: skip


@pytest.mark.shared
@pytest.mark.mission("S3.11")
def test_githubs_published_figures_come_out(github):
    figures = {
        ("2023", None): (97.058, 99.466),
        ("2024", None): (97.470, 99.286),
        ("2023", "Actions"): (98.705, None),
        ("2024", "Actions"): (99.255, None),
    }
    for (year, name), (minor, major) in figures.items():
        chosen = ["--component", name] if name else []
        told = json.loads(run("--year", year, *chosen, "--json").output)
        shares = {one["impact"]: round(100 * one["share"], 3) for one in told["impacts"]}
        assert shares["minor"] == minor
        assert major is None or shares["major"] == major
    done = run("--year", "2024", "--component", "actions", "--impact", "minor")
    assert "Actions, 2024-01-01 to 2024-12-31" in done.output
    assert "99.255 %" in done.output


def test_a_span_of_days_ends_now_at_the_latest_and_shows_the_formula(declared):
    uid = declared(now=NOON - timedelta(days=30)).uid
    actions.affect(components={uid: Status.PARTIAL}, ref="i", at=NOON - timedelta(hours=3),
                   until=NOON - timedelta(hours=2), now=NOON)  # fmt: skip
    told = run("--component", "API", "--from", "2026-03-18", "--to", "2026-03-20")
    assert "Api, 2026-03-18 to 2026-03-18" in told.output
    assert "91.667 %" in told.output  # one hour of twelve
    assert "by the declared formula" in told.output
    assert "97.500 %" in told.output


def test_silence_is_said_and_counts_neither_way(declared):
    declared(now=NOON - timedelta(minutes=30), monitors=["web"])
    told = run("--component", "api", "--json").output
    assert {one["share"] for one in json.loads(told)["impacts"]} == {None}
    assert "Without data: 30\u202fmin, counted neither way." in run("--component", "api").output


def test_time_before_the_history_of_a_component_is_not_called_good(declared):
    uid = declared(now=NOON - timedelta(hours=4)).uid
    actions.affect(components={uid: Status.MAJOR}, ref="i", at=NOON - timedelta(hours=1), now=NOON)
    assert "75.000 %" in run("--component", "api", "--year", "2026").output
    assert "75.000 %" in run("--year", "2026").output
    assert "there is no history in this time" in run("--year", "2020").output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--component", "appi"], "there is no component “appi”; did you mean “api”?"),
        (["--year", "2024", "--from", "2024-01-01"], "not both"),
        (["--from", "2026-03-02", "--to", "2026-03-01"], "--from lies after --to"),
    ],
)
def test_a_question_that_makes_no_sense_is_wrong_usage(declared, arguments, says):
    declared()
    done = run(*arguments)
    assert done.exit_code == 2
    assert says in done.output
