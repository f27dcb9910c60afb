"""What is said is written down: declared outcomes have versions, reported figures stay."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from tests.metrics.outcomes.conftest import YEAR
from troth.config.drawers import drawers
from troth.core import clock, documents, filing
from troth.core.windows import Span
from troth.metrics import jobs, queries, reporting
from troth.metrics.definitions import DefinitionError
from troth.metrics.models_outcomes import OutcomeDefinition, Reported
from troth.metrics.outcome_commands import outcomes, span_of

pytestmark = pytest.mark.django_db

OURS = """
apiVersion: troth/v1
kind: Outcome
metadata: {name: rebuy}
spec:
  like: repeat_purchase
  title: Buys again
  inputs:
    orders: {over: purchase, where: segment.shop = 'web', fields: {who: segment.account}}
  options: {within: 30d}
  minimum: 5
"""


def applied(text):
    drawn = list(drawers())
    folder = documents.load([("ours.yaml", text)], language=filing.language(drawn))
    plan = filing.plan(drawers=drawn, folder=folder, prune=True)
    filing.carry_out(plan=plan, author="apply", now=YEAR.start)
    return [(step.verb, step.kind, step.name) for step in plan.steps if step.kind == "Outcome"]


def test_a_company_maps_its_own_signals_in_a_file(tell, signal):
    assert applied(OURS) == [("create", "Outcome", "rebuy")]
    assert applied(OURS) == [("same", "Outcome", "rebuy")]
    here = {"segment": {"shop": "web", "account": "a"}}
    more = [signal("purchase", segment={"shop": "web", "account": f"b{n}"}) for n in range(5)]
    tell([signal("purchase", days=1, **here), signal("purchase", days=3, **here), *more,
          signal("purchase", segment={"shop": "kiosk", "account": "b1"})])  # fmt: skip
    found = queries.outcome("rebuy", span=YEAR, at=YEAR.end)
    assert (found.title, found.numerator, found.denominator) == ("Buys again", 1, 6)
    assert found.parts[0].name == "of new customers within 30 days"
    assert found.definition_version.startswith("v1-")
    exported = {name: document for drawer in drawers() for name, document in drawer.export()}
    assert exported["outcome-rebuy"]["spec"]["like"] == "repeat_purchase"
    assert applied(OURS.replace("30d", "60d")) == [("change", "Outcome", "rebuy")]
    assert queries.outcome("rebuy", span=YEAR).definition_version.startswith("v2-")
    assert applied("") == [("retire", "Outcome", "rebuy")]
    assert OutcomeDefinition.objects.count() == 3
    with pytest.raises(queries.OutcomeError):
        queries.outcome("rebuy", span=YEAR)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"like": "luck"}, "spec.like"),
        ({"inputs": {"people": {}}}, "spec.inputs.people"),
        ({"inputs": {"orders": {"fields": {"value": "value"}}}}, "spec.inputs.orders.fields"),
        ({"inputs": {"orders": {"where": "outcome ="}}}, "spec.inputs.orders.where"),
        ({"inputs": {"orders": {"excludes": {"x": "value"}}}}, "spec.inputs.orders.excludes.x"),
        ({"options": {"months": 3}}, "spec.options.months"),
        ({"options": {"within": "soon"}}, "spec.options.within"),
        ({"minimum": 0}, "spec.minimum"),
        ({"luck": 1}, "spec"),
    ],
)
def test_what_is_wrong_with_a_document_is_named_with_its_field(change, field):
    document = {"apiVersion": "troth/v1", "kind": "Outcome", "metadata": {"name": "x"},
                "spec": {"like": "repeat_purchase"} | change}  # fmt: skip
    with pytest.raises(DefinitionError) as error:
        reporting.declare_outcome(document=document, author="a", now=YEAR.start)
    assert error.value.field == field


def some_answers(signal, days, count=40, score=6):
    return [signal("survey.ces", value=score, days=days, segment={"team": "a"})
            for _ in range(count)]  # fmt: skip


def test_a_reported_figure_is_a_row_that_stays(tell, signal):
    tell(some_answers(signal, 10))
    span = Span(YEAR.start, YEAR.start + timedelta(days=31))
    first = reporting.report(outcome=queries.outcome("ces", span=span, at=YEAR.end), reason="page")
    again = reporting.report(outcome=queries.outcome("ces", span=span, at=YEAR.end), reason="page")
    assert first.pk == again.pk
    tell(some_answers(signal, 11, score=1))
    later = reporting.report(outcome=queries.outcome("ces", span=span, at=YEAR.end), reason="page")
    rows = queries.reported(name="ces")
    assert [(row.pk, row.numerator, row.n) for row in rows] == [(first.pk, 40, 40),
                                                              (later.pk, 40, 80)]  # fmt: skip
    assert rows[0].detail["parts"][0]["name"] == "mean"
    assert queries.reported(name="ces", segment={"team": "a"}) == []


def test_each_month_is_reported_once_when_its_late_signals_are_in(tell, signal):
    tell([*some_answers(signal, 10), *some_answers(signal, 40, count=3)])
    jobs.report(now=datetime(2026, 2, 2, tzinfo=UTC))
    assert Reported.objects.get().state == "no_data"
    assert reporting.report_month(now=datetime(2026, 2, 5, tzinfo=UTC)) == 1
    assert reporting.report_month(now=datetime(2026, 2, 6, tzinfo=UTC)) == 0
    assert reporting.report_month(now=datetime(2026, 3, 5, tzinfo=UTC)) == 1
    told = [
        (row.starts_at.month, row.state, row.n, row.value) for row in queries.reported(name="ces")
    ]
    assert told == [(12, "no_data", 0, None), (1, "shown", 40, 1.0), (2, "not_enough", 3, None)]


def run(*words):
    with clock.frozen(YEAR.end):
        return CliRunner().invoke(outcomes, words, catch_exceptions=False, standalone_mode=True)


def test_the_command_shows_all_that_there_is_and_one_with_what_it_was_made_of(tell, signal):
    assert "There are no signals of any outcome yet" in run().output
    tell([*some_answers(signal, 10), signal("survey.ces", outcome="dismissed")])
    shown = run("--span", "2026").output
    assert "ces" in shown
    assert "100.00 %" in shown
    one = run("ces", "--span", "2026-01-01..2026-01-31").output
    assert "left out, dismissed: 1" in one
    assert "40 of 40; least n 30" in one
    assert "mean" in one
    (told,) = json.loads(run("ces", "--span", "2026", "--where", "team=a", "--json").output)
    assert (told["value"], told["n"], told["segment"]) == (1.0, 40, {"team": "a"})
    rows = list(
        csv.DictReader(io.StringIO(run("ces", "--span", "2026", "--by", "team", "--csv").output))
    )
    assert [(row["name"], row["part"], row["value"]) for row in rows] == [
        ("ces", "", "1.0"), ("ces", "mean", "6.0")
    ]  # fmt: skip
    assert not Reported.objects.exists()
    run("ces", "--span", "2026", "--report", "board")
    assert Reported.objects.get().reason == "board"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["cess"], "did you mean"),
        (["ces", "--span", "yesterday"], "is no span"),
        (["ces", "--span", "2026-03-02..2026-03-01"], "ends after it starts"),
        (["ces", "--where", "team"], "is no segment"),
        (["ces", "--by", "Team!"], "cannot be an attribute"),
    ],
)
def test_what_cannot_be_asked_is_told(words, message):
    found = run(*words)
    assert found.exit_code == 2
    assert message in found.output


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", "2025-12-31T23:00", "2026-12-31T23:00"),
        ("2026-12", "2026-11-30T23:00", "2026-12-31T23:00"),
        ("2026-03-29..2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("2026-01-01T12:00Z..2026-01-02T12:00+01:00", "2026-01-01T12:00", "2026-01-02T11:00"),
        ("90d", "2026-10-03T00:00", "2027-01-01T00:00"),
    ],
)
def test_a_span_is_whole_days_of_the_zone(text, start, end):
    from zoneinfo import ZoneInfo

    with clock.frozen(YEAR.end):
        found = span_of(text, ZoneInfo("Europe/Berlin"))
    assert [at.strftime("%Y-%m-%dT%H:%M") for at in (found.start, found.end)] == [start, end]
