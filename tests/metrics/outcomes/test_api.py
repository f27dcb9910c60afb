"""Outcomes by API: who may ask, what comes, and what is refused."""

import pytest

from tests.metrics.outcomes.conftest import YEAR
from troth.metrics import queries, reporting

ASKED = "start=2026-01-01T00:00:00Z&end=2027-01-01T00:00:00Z&at=2027-01-01T00:00:00Z"
PATHS = ["outcomes", "outcomes/nps", "outcomes/nps/segments?by=team", "outcomes/nps/reported"]


@pytest.fixture
def reader(token) -> dict[str, str]:
    return {"Authorization": f"Bearer {token('read')}"}


@pytest.mark.parametrize("path", PATHS)
def test_without_a_key_nothing_is_shown(client, db, path):
    assert client.get(f"/api/v1/{path}").status_code == 401


def test_every_outcome_is_listed_with_what_it_reads(client, reader):
    found = client.get("/api/v1/outcomes?limit=200", headers=reader).json()
    items = {one["name"]: one for one in found["items"]}
    assert items["repeat_purchase"]["kinds"] == ["order"]
    assert items["repeat_purchase"]["options"] == {"within": 90 * 86_400}
    assert items["nps"]["minimum_n"] == 100
    assert items["nps"]["source"] == "catalogue"


def test_an_outcome_is_shown_whole_and_by_segment(client, reader, tell, signal):
    tell([
        *[signal("survey.ces", value=6, segment={"team": "a"}) for _ in range(40)],
        *[signal("survey.ces", value=2, segment={"team": "b"}) for _ in range(10)],
        signal("survey.ces", outcome="dismissed"),
    ])  # fmt: skip
    one = client.get(f"/api/v1/outcomes/ces?{ASKED}", headers=reader).json()
    assert (one["value"], one["n"], one["state"]) == (0.8, 50, "shown")
    assert one["excluded"] == {"dismissed": 1}
    assert one["parts"][0]["name"] == "mean"
    mine = client.get(f"/api/v1/outcomes/ces?{ASKED}&segment=team=a", headers=reader).json()
    assert (mine["value"], mine["segment"]) == (1.0, {"team": "a"})
    parts = client.get(f"/api/v1/outcomes/ces/segments?{ASKED}&by=team", headers=reader).json()
    assert [(p["segment"]["team"], p["state"], p["value"]) for p in parts["items"]] == [
        ("a", "shown", 1.0), ("b", "not_enough", None)
    ]  # fmt: skip
    tagged = client.get(f"/api/v1/outcomes/ces?{ASKED}", headers=reader)
    again = {**reader, "If-None-Match": tagged.headers["ETag"]}
    assert client.get(f"/api/v1/outcomes/ces?{ASKED}", headers=again).status_code == 304


def test_what_was_reported_is_listed(client, reader, tell, signal):
    tell([signal("survey.ces", value=6) for _ in range(40)])
    said = queries.outcome("ces", span=YEAR, at=YEAR.end)
    reporting.report(outcome=said, reason="board")
    (one,) = client.get("/api/v1/outcomes/ces/reported", headers=reader).json()["items"]
    assert (one["value"], one["reason"], one["n"]) == (1.0, "board", 40)
    assert one["definition_version"] == said.definition_version


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("outcomes/nothing", 404),
        ("outcomes/nothing/reported", 200),
        ("outcomes/nps?segment=team", 422),
        ("outcomes/nps?segment=Te!am=x", 422),
        ("outcomes/nps?start=2026-02-01&end=2026-01-01", 422),
        ("outcomes/nps/segments", 422),
        ("outcomes/nps/segments?by=a'b", 422),
        ("outcomes/aov/segments?by=a'b", 422),
        ("outcomes/nps?segment=team=a%00b", 422),
        ("outcomes/aov?segment=team=a%00b", 422),
        ("outcomes/aov?segment=team=it's", 200),
        ("outcomes/nps?segment=team=it's\\", 200),
    ],
)
def test_what_cannot_be_asked_is_refused(client, reader, path, status):
    assert client.get(f"/api/v1/{path}", headers=reader).status_code == status
