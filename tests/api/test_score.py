"""The score by API: the number, its history, why it moved, its rules, and deceptions."""

import pytest

from tests.shop import DAY, NOW
from troth.core import clock
from troth.promises import jobs

API = "/api/v1/score"
RULES = {
    "apiVersion": "troth/v1",
    "kind": "ScoreRules",
    "metadata": {"name": "score"},
    "spec": {"loss_aversion": 1},
}


def asked(client, headers, path="", **values):
    answer = client.get(f"{API}{path}", values, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.mission("S4.8")
def test_the_number_comes_with_its_interval_and_what_it_rests_on(client, reader):
    found = asked(client, reader)
    assert found["day"] == "2026-03-19"
    assert found["interval"][0] < found["value"] < found["interval"][1]
    assert [one["key"] for one in found["pillars"]][:2] == ["quality", "communication"]
    assert found["promises"][0]["slug"] == "on-time"
    assert found["felt"] is None
    early = asked(client, reader, at="2026-03-06T00:00:00Z")
    assert (early["value"], early["reason"]) == (None, "not_enough")


def test_stored_days_and_moves_are_read(client, reader):
    jobs.score(now=NOW)
    days = asked(client, reader, "/days")
    assert days[-1]["day"] == "2026-03-19"
    moved = asked(client, reader, "/attribution", start="2026-03-10T00:00:00Z")
    total = sum(one["points"] for one in moved["promises"] + moved["integrity"])
    assert total == pytest.approx(moved["change"], abs=1e-9)
    assert moved["to"] == "2026-03-19"
    data = asked(client, reader, "/data")
    assert data["published"][0] == f"{asked(client, reader)['value']:.1f}"
    backwards = {"start": "2026-03-12T00:00:00Z", "end": "2026-03-11T00:00:00Z"}
    assert client.get(f"{API}/attribution", backwards, headers=reader).status_code == 422
    before = {"start": "2020-03-12T00:00:00Z"}
    assert client.get(f"{API}/attribution", before, headers=reader).status_code == 404
    long = {"since": "2020-01-01"}
    assert client.get(f"{API}/days", long, headers=reader).status_code == 422


def test_rules_are_declared_by_whoever_may_write(client, reader, writer):
    body = {"document": RULES, "reason": "Half as steep."}
    send = {"content_type": "application/json"}
    assert client.put(f"{API}/rules", body, headers=reader, **send).status_code in (401, 403)
    answer = client.put(f"{API}/rules", body, headers=writer, **send)
    assert [row["number"] for row in answer.json()] == [1, 0]
    assert answer.json()[0]["constants"]["loss_aversion"] == 1
    wrong = {"document": {**RULES, "spec": {"half_life": "soon"}}}
    refused = client.put(f"{API}/rules", wrong, headers=writer, **send)
    assert (refused.status_code, refused.json()["field"]) == (422, "spec.half_life")


def test_a_deception_is_signed_and_explained(client, writer):
    body = {
        "name": "late-notice", "kind": "concealment", "promise": "on-time",
        "happened_on": "2026-03-18", "summary": "Parcels were entered early.", "signed_by": "Ada",
    }  # fmt: skip
    send = {"content_type": "application/json", "headers": writer}
    answer = client.post("/api/v1/integrity-events", body, **send)
    assert answer.status_code == 201
    assert asked(client, writer)["factor"] < 0.81
    number = answer.json()["id"]
    assert client.post("/api/v1/integrity-events", body, **send).status_code == 422
    with clock.frozen(NOW + DAY):
        why = {"reason": "They were not: a wrong clock."}
        where = f"/api/v1/integrity-events/{number}/withdrawal"
        assert client.post(where, why, **send).json()["withdrawn_why"] == why["reason"]
    assert client.post("/api/v1/integrity-events/999/withdrawal", why, **send).status_code == 404
    (listed,) = client.get("/api/v1/integrity-events", headers=writer).json()
    assert listed["withdrawn_by"]
