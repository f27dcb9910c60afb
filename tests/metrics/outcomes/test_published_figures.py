"""Figures that others published, by way of the examples: file, import, store, outcome."""

import csv
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from click.testing import CliRunner

from troth.config.drawers import drawers
from troth.core import documents, filing
from troth.core.windows import Span
from troth.metrics import queries
from troth.metrics.outcomes.results import Outcome
from troth.metrics.rules import Measure
from troth.signals.commands import import_

pytestmark = [pytest.mark.django_db, pytest.mark.shared]
EXAMPLES = Path(__file__).parents[3] / "examples" / "outcomes"
LATER = datetime(2026, 1, 1, tzinfo=UTC)


def span(first: str, last: str, zone: str = "UTC") -> Span:
    edges = (datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) for text in (first, last))
    return Span(*(edge.astimezone(UTC) for edge in edges))


def read(file: Path, mapping: str, *, lines: int) -> None:
    found = CliRunner().invoke(
        import_, ["--map", str(EXAMPLES / mapping), str(file)], catch_exceptions=False,
        standalone_mode=False,
    )  # fmt: skip
    assert found.return_value == 0, found.output
    assert f"{lines:,}" in found.output or str(lines) in found.output, found.output


def prepared(tmp_path: Path, how: str, what: Path) -> Path:
    made = subprocess.run(
        [sys.executable, str(EXAMPLES / "prepare.py"), how, str(what)], check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    file = tmp_path / f"{how}.csv"
    file.write_text(made.stdout, encoding="utf-8")
    return file


@pytest.fixture
def declared(db: None) -> None:
    drawn = list(drawers())
    text = (EXAMPLES / "outcomes.yaml").read_text("utf-8")
    folder = documents.load([("outcomes.yaml", text)], language=filing.language(drawn))
    filing.carry_out(plan=filing.plan(drawers=drawn, folder=folder), author="apply", now=LATER)


def ask(name: str, over: Span, **more: object) -> Outcome:
    return queries.outcome(name, span=over, at=LATER, **more)


@pytest.mark.mission("S2.61", "S2.48")
def test_cdnow_gives_the_parameters_that_fader_and_hardie_published(shared, tmp_path):
    file = prepared(tmp_path, "cdnow", shared / "cdnow" / "CDNOW_sample.txt")
    read(file, "cdnow.yaml", lines=6919)
    first_39_weeks = span("1997-01-01", "1997-10-01")
    churn = ask("churn_buying", first_39_weeks)
    assert churn.n == 2357
    rounded = [round(float(churn.facts[name]), 3) for name in ("r", "alpha", "a", "b")]
    assert rounded == [0.243, 4.414, 0.793, 2.426]
    assert round(float(churn.facts["log-likelihood"]), 1) == -9582.4
    assert churn.low < churn.value < churn.high
    assert churn.numerator == churn.value * 2357
    worth = ask("clv", first_39_weeks)
    assert [round(float(worth.facts[name]), 1) for name in "pqv"] == [6.2, 3.7, 15.4]
    assert worth.low < worth.value < worth.high
    assert 20 < worth.value < 60
    assert worth.facts["currency"] == "USD"


@pytest.mark.mission("S2.8", "S2.61")
def test_the_airports_nps_leaves_out_eleven_as_blank(shared, declared):
    file = shared / "sfo_survey" / "2017_SFO_Customer_Survey.csv.gz"
    read(file, "sfo.yaml", lines=2831)
    found = ask("nps-sfo", span("2017-05-01", "2017-06-01", "America/Los_Angeles"))
    assert (round(found.value, 2), found.n) == (39.84, 2746)
    assert found.excluded == {"left blank": 84, "blank": 1}
    assert found.definition_version.startswith("v1-")
    by_area = queries.outcomes_by("nps-sfo", by="area", span=found.span, at=LATER)
    assert sum(one.n for one in by_area) == 2746
    assert sum(one.numerator for one in by_area) == found.numerator


@pytest.mark.mission("S2.48")
def test_the_telephone_companys_churn_by_contract(shared):
    file = shared / "telco_churn" / "wa_churn.csv"
    read(file, "telco.yaml", lines=7043)
    read(file, "telco-ended.yaml", lines=1869)
    quarter = span("2020-01-01", "2020-04-01")
    found = ask("churn_contract", quarter)
    assert (found.numerator, found.n, round(found.value * 100, 2)) == (1869, 7043, 26.54)
    by = queries.outcomes_by("churn_contract", by="contract", span=quarter, at=LATER)
    assert {one.segment["contract"]: round(one.value * 100, 2) for one in by} == {
        "Month-to-month": 42.71, "One year": 11.27, "Two year": 2.83
    }  # fmt: skip
    lasting = ask("survival", quarter)
    assert lasting.n == 7043
    (curve,) = lasting.curves
    assert curve.points[-1].x == 72
    assert [point.value for point in curve.points] == sorted(
        (point.value for point in curve.points), reverse=True
    )
    with file.open() as lines:
        rows = list(csv.DictReader(lines))
    value = 1.0
    for month in range(1, 13):  # the product of what is left, month by month, by hand
        risk = sum(int(row["tenure"]) >= month for row in rows)
        lost = sum(int(row["tenure"]) == month and row["churn"] == "Yes" for row in rows)
        value *= 1 - lost / risk
    assert lasting.value == pytest.approx(value, abs=1e-12)


@pytest.mark.mission("S2.8", "S0.8")
def test_olists_late_orders_and_what_their_buyers_say(shared, tmp_path, declared):
    folder = shared / "olist"
    read(prepared(tmp_path, "olist", folder), "olist-orders.yaml", lines=8135)
    read(folder / "olist_order_reviews_dataset.csv.gz", "olist-reviews.yaml", lines=8225)
    years = span("2016-01-01", "2019-01-01", "America/Sao_Paulo")
    clock, day = (ask(f"late-by-the-{what}", years) for what in ("clock", "day"))
    assert (clock.n, round(clock.value * 100, 2)) == (5170, 8.03)
    assert (day.n, round(day.value * 100, 2)) == (5170, 6.63)
    stars = ask("rating-olist", years)
    assert [(part.name, round(part.figure.value, 3)) for part in stars.parts] == [
        ("kept", 4.277), ("broken", 2.499)
    ]  # fmt: skip
    assert stars.excluded == {"not judged": 2987}
    assert stars.facts["z"] > 20
    again = ask("repeat_purchase", years)
    assert 0.005 < again.value < 0.05
    assert ask("aov", years).facts["currency"] == "BRL"
    met = queries.Asked(
        broken=[queries.bad(Measure(kinds=("order",), time="due_at", good="resolved_at <= due_at",
                                    where="due_at is not null and resolved_at is not null"))],
        span=years, split=datetime(2018, 1, 1, tzinfo=UTC), at=LATER,
    )  # fmt: skip
    exposed = queries.exposure(met)
    assert exposed.bands[1].returned.denominator > 50
    assert queries.association(met).link is not None


def test_the_helpdesks_log_counts_as_it_is(shared, tmp_path, declared):
    file = prepared(tmp_path, "numbered", shared / "helpdesk" / "bpi13_incidents.csv.gz")
    read(file, "helpdesk.yaml", lines=65533)
    years = span("2010-01-01", "2013-01-01")
    assert ask("volume", years).value == 65533
    found = ask("reopen-helpdesk", years)
    assert (found.numerator, found.denominator) == _reopened(file)


def _reopened(file: Path) -> tuple[int, int]:
    """Return the tickets that work went on for after they were completed, and those completed."""
    events: dict[str, list[tuple[str, bool]]] = {}
    with file.open() as rows:
        for row in csv.DictReader(rows):
            done = row["ActivityID"] in {"3", "5", "9"}
            events.setdefault(row["CaseID"], []).append((row["CompleteTimestamp"], done))
    assert len(events) == 7554
    firsts = {case: min(at for at, done in told if done) for case, told in events.items()
              if any(done for _, done in told)}  # fmt: skip
    back = [case for case, first in firsts.items() if _worked_on(first, events[case])]
    return len(back), len(firsts)


def _worked_on(first: str, told: list[tuple[str, bool]]) -> bool:
    return any(not done and at > first and _days(first, at) <= 365 for at, done in told)


def _days(first: str, last: str) -> float:
    return (np.datetime64(last) - np.datetime64(first)) / np.timedelta64(1, "D")
