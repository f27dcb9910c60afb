"""On time and failures are told of each kind of signals: what is not alike is never added up."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.metrics.outcomes.conftest import YEAR
from troth.metrics import queries, reporting
from troth.metrics.models_outcomes import Reported

pytestmark = pytest.mark.django_db


def due(signal, kind, number, *, late=0, **more):
    at = YEAR.start + timedelta(days=10)
    return [
        signal(kind, days=5, due_at=at, resolved_at=at + timedelta(hours=1 if n < late else -1),
               **more)
        for n in range(number)
    ]  # fmt: skip


@pytest.fixture
def mixed(tell, signal):
    tell([*due(signal, "order", 40, late=4, segment={"team": "a"}), *due(signal, "call", 60),
          *[signal("visit") for _ in range(3)]])  # fmt: skip


@pytest.mark.mission("S2.8")
def test_a_name_that_would_mix_kinds_is_refused_and_says_what_to_ask(mixed):
    with pytest.raises(queries.OutcomeError) as refused:
        queries.outcome("on_time", span=YEAR, at=YEAR.end)
    assert "cases of several kinds (call, order)" in str(refused.value)
    assert "on_time:call" in str(refused.value)
    found = queries.outcome("on_time:order", span=YEAR, at=YEAR.end)
    assert (found.numerator, found.denominator, found.value) == (36, 40, 0.9)
    assert found.low < 0.9 < found.high
    assert found.title == "On time: order"
    calls = queries.outcome("on_time:call", span=YEAR, at=YEAR.end)
    assert calls.definition_version != found.definition_version
    (team,) = queries.outcomes_by("on_time:order", by="team", span=YEAR, at=YEAR.end)
    assert (team.segment, team.n) == ({"team": "a"}, 40)


def test_one_kind_alone_is_no_mixture_and_a_count_may_mix(tell, signal, mixed):
    early = queries.outcome("failures", span=YEAR, at=YEAR.end)
    assert early.state == "no_data"
    tell([signal("payment", outcome="failed") for _ in range(40)])
    assert queries.outcome("failures", span=YEAR, at=YEAR.end).n == 40
    assert queries.outcome("volume", span=YEAR, at=YEAR.end).n == 143


@pytest.mark.parametrize("name", ["on_time:nothing", "on_time:", "nps:order", "on_time:order:x"])
def test_strange_names_are_refused_in_words(mixed, name):
    with pytest.raises(queries.OutcomeError, match=r"there (is no outcome|are no signals)"):
        queries.outcome(name, span=YEAR, at=YEAR.end)


def test_they_are_among_the_outcomes_of_which_there_are_signals(mixed):
    names = [one.name for one in queries.outcomes_with_data()]
    assert {"on_time:order", "on_time:call", "failures:visit"} <= set(names)
    assert "on_time" not in names


def test_a_month_tells_those_that_have_cases_once(mixed):
    now = datetime(2026, 2, 5, tzinfo=UTC)
    assert reporting.report_month(now=now) > 0
    told = {row.name: row for row in Reported.objects.filter(name__contains=":")}
    assert {name: row.n for name, row in told.items()} == {"on_time:call": 60, "on_time:order": 40}
    assert reporting.report_month(now=now + timedelta(hours=6)) == 0


def test_the_api_refuses_a_mixture_and_answers_a_kind(mixed, client, token):
    reader = {"Authorization": f"Bearer {token('read')}"}
    asked = "start=2026-01-01T00:00:00Z&end=2027-01-01T00:00:00Z&at=2027-01-01T00:00:00Z"
    refused = client.get(f"/api/v1/outcomes/on_time?{asked}", headers=reader)
    assert refused.status_code == 422
    assert "several kinds" in refused.content.decode()
    found = client.get(f"/api/v1/outcomes/on_time:order?{asked}", headers=reader).json()
    assert (found["numerator"], found["denominator"], found["name"]) == (36, 40, "on_time:order")
    assert client.get(f"/api/v1/outcomes/on_time:no?{asked}", headers=reader).status_code == 404
