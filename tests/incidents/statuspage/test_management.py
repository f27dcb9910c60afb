"""Statuspage's management API: what its clients write, and how they are refused."""

from datetime import timedelta

import pytest

from troth.components.models import Component
from troth.core import clock
from troth.incidents import queries
from troth.incidents.models import Incident
from troth.signals import queries as signals
from troth.signals.imports.running import seal_all

pytestmark = pytest.mark.django_db
PAGE = "/v1/pages/abcdefghijkl"


@pytest.fixture
def ask(client, token):
    keys = {scope: token(scope) for scope in ("read", "write", "ingest")}

    def asked(method, path, body=None, *, scope="write", scheme="OAuth", **more):
        headers = {"Authorization": f"{scheme} {keys.get(scope, scope)}"}
        return getattr(client, method)(
            f"{PAGE}{path}", data=body, content_type="application/json", headers=headers, **more
        )

    return asked


@pytest.fixture
def shop(ask):
    return ask("post", "/components", {"component": {"name": "The shop"}}).json()["id"]


def open_one(ask, shop, **more):
    made = ask("post", "/incidents.json", {"incident": {
        "name": "Payments fail", "body": "We look into it.", "status": "investigating",
        "components": {shop: "partial_outage"}, "component_ids": [shop], **more,
    }})  # fmt: skip
    assert made.status_code == 201, made.json()
    return made.json()


@pytest.mark.mission("S3.13")
def test_an_incident_is_opened_gone_on_with_and_resolved(ask, shop):
    made = open_one(ask, shop)
    assert (made["status"], made["impact"]) == ("investigating", "major")
    assert made["components"][0]["status"] == "partial_outage"
    said = ask("patch", f"/incidents/{made['id']}", {"incident": {
        "status": "identified", "body": "Found it.", "components": {shop: "major_outage"},
    }}).json()  # fmt: skip
    assert [one["body"] for one in said["incident_updates"]] == ["Found it.", "We look into it."]
    done = ask("patch", f"/incidents/{made['id']}.json",
               {"incident": {"status": "resolved", "body": "Done."}}).json()  # fmt: skip
    assert done["status"] == "resolved"
    assert done["resolved_at"] is not None
    assert ask("get", f"/components/{shop}").json()["status"] == "operational"
    shown = queries.incident(made["id"])
    assert shown.recovery == "Done."
    assert "said nothing about lost data" in shown.data_loss


def test_what_is_over_and_is_open_again_is_reopened(ask, shop):
    made = open_one(ask, shop)
    ask("patch", f"/incidents/{made['id']}", {"incident": {"status": "resolved", "body": "Done."}})
    again = ask("patch", f"/incidents/{made['id']}", {"incident": {
        "status": "investigating", "body": "It is back.", "components": {shop: "major_outage"},
    }})  # fmt: skip
    assert again.status_code == 200, again.json()
    assert again.json()["status"] == "investigating"


def test_a_maintenance_is_planned_and_gone_on_with(ask, shop):
    now = clock.now()
    made = ask("post", "/incidents", {"incident": {
        "name": "New disks", "body": "We change disks.", "component_ids": [shop],
        "scheduled_for": (now + timedelta(days=4)).isoformat(),
        "scheduled_until": (now + timedelta(days=5)).isoformat(),
    }})  # fmt: skip
    assert made.status_code == 201, made.json()
    assert (made.json()["status"], made.json()["impact"]) == ("scheduled", "maintenance")
    assert [one["id"] for one in ask("get", "/incidents/upcoming").json()] == [made.json()["id"]]
    begun = ask("patch", f"/incidents/{made.json()['id']}",
                {"incident": {"status": "in_progress", "body": "We begin."}})  # fmt: skip
    assert begun.status_code == 200, begun.json()
    assert begun.json()["status"] == "in_progress"
    assert len(ask("get", "/incidents/active_maintenance").json()) == 1


def test_an_incident_is_told_afterwards(ask, shop):
    made = ask("post", "/incidents", {"incident": {
        "name": "It was slow", "body": "It was slow.", "backfilled": True,
        "backfill_date": "2024-05-01T10:00:00Z", "impact_override": "minor",
    }})  # fmt: skip
    assert made.json()["status"] == "resolved"
    assert made.json()["started_at"] == "2024-05-01T10:00:00.000Z"
    assert Incident.objects.get().backfilled


def test_lists_come_in_parts_and_by_words(ask, shop):
    for name in ("One", "Two", "Three"):
        open_one(ask, shop, name=name)
    names = [one["name"] for one in ask("get", "/incidents?limit=2&page=1").json()]
    assert names == ["Three", "Two"]
    assert [one["name"] for one in ask("get", "/incidents?limit=2&page=2").json()] == ["One"]
    assert [one["name"] for one in ask("get", "/incidents?q=two").json()] == ["Two"]
    assert len(ask("get", "/incidents/unresolved.json").json()) == 3
    assert ask("get", "/incidents?limit=x").status_code == 422


def test_an_update_is_set_right_and_what_it_said_stays_public(ask, shop):
    made = open_one(ask, shop)
    update = made["incident_updates"][0]["id"]
    said = ask("patch", f"/incidents/{made['id']}/incident_updates/{update}",
               {"incident_update": {"body": "We look into it now."}})  # fmt: skip
    assert said.json()["body"] == "We look into it now."
    assert queries.incident(made["id"]).updates[0].edits[0].body == "We look into it."


def test_a_component_is_renamed_said_to_be_down_and_retired(ask, shop):
    down = ask("patch", f"/components/{shop}", {"component": {
        "name": "Our shop", "status": "major_outage",
    }}).json()  # fmt: skip
    assert (down["name"], down["status"]) == ("Our shop", "major_outage")
    up = ask("put", f"/components/{shop}", {"component": {"status": "operational"}}).json()
    assert up["status"] == "operational"
    assert [one["id"] for one in ask("get", "/components.json").json()] == [shop]
    assert ask("delete", f"/components/{shop}").status_code == 204
    assert ask("get", f"/components/{shop}").status_code == 404
    assert Component.objects.get().retired_at is not None
    assert ask("get", "/component-groups").json() == []


def test_points_of_metrics_become_signals(ask):
    one = ask("post", "/metrics/queue/data.json", {"data": {"timestamp": 1714557600, "value": 4}},
              scope="ingest")  # fmt: skip
    assert one.status_code == 201, one.json()
    points = [{"timestamp": 1714557600 + 60 * n, "value": n / 2} for n in range(3)]
    many = ask("post", "/metrics/data", {"data": {"queue": points}}, scope="ingest")
    assert many.status_code == 202
    assert seal_all()[0] == 4
    assert "metric" in signals.kinds()


def test_form_fields_are_read_as_statuspage_documents_them(client, token, shop):
    body = f"incident[name]=Slow&incident[body]=It+is+slow.&incident[component_ids][]={shop}"
    made = client.post(
        f"{PAGE}/incidents", data=body, content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"OAuth {token('write')}"},
    )  # fmt: skip
    assert made.status_code == 201, made.json()
    assert made.json()["name"] == "Slow"


@pytest.mark.parametrize(
    ("method", "path", "body", "scope", "status", "says"),
    [
        ("get", "/incidents", None, "nonsense", 401, "unknown"),
        ("post", "/incidents", {"incident": {"name": "x"}}, "read", 403, "not write"),
        ("post", "/incidents", {}, "write", 400, "no object “incident”"),
        ("post", "/incidents", {"incident": {"body": "x"}}, "write", 422, "name is missing"),
        ("post", "/incidents", {"incident": {"name": "x", "status": "odd"}}, "write", 422,
         "status is one of investigating"),
        ("post", "/incidents", {"incident": {"name": "x", "components": {"nobodyknows1":
         "major_outage"}}}, "write", 422, "no component"),
        ("get", "/incidents/abcdefghijkl", None, "read", 404, "no incident"),
        ("delete", "/components", None, "write", 405, "not answered"),
        ("get", "/subscribers", None, "read", 501, "later version"),
        ("post", "/incidents/abcdefghijkl/subscribers", {}, "write", 501, "later version"),
        ("post", "/metrics/queue/data", {"data": {"value": 4}}, "ingest", 422, "timestamp"),
        ("post", "/metrics/queue/data", {"data": {}}, "write", 403, "not ingest"),
    ],
)  # fmt: skip
def test_a_refusal_is_a_sentence_in_statuspages_shape(ask, method, path, body, scope, status, says):
    answer = ask(method, path, body, scope=scope)
    assert answer.status_code == status
    assert says in answer.json()["error"][0]


def test_what_was_public_is_not_deleted(ask, shop):
    made = open_one(ask, shop)
    assert ask("delete", f"/incidents/{made['id']}").status_code == 409
    assert Incident.objects.count() == 1
