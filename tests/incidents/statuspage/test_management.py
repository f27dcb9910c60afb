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


def test_uptime_of_a_component_is_told_with_its_incidents(ask, shop):
    now = clock.now()
    with clock.frozen(now - timedelta(hours=3)):
        made = open_one(ask, shop, components={shop: "major_outage"})
    with clock.frozen(now - timedelta(hours=1)):
        ask("patch", f"/incidents/{made['id']}", {"incident": {"status": "resolved", "body": "."}})
    ask("patch", f"/components/{shop}", {"component": {"start_date": "2026-01-01"}})
    day = (now - timedelta(days=1)).date()
    told = ask("get", f"/components/{shop}/uptime?start={day}&end={now.date()}").json()
    assert (told["major_outage"], told["partial_outage"]) == (7200, 0)
    assert told["related_events"] == {"incidents": [{"id": made["id"]}]}
    assert 90 < told["uptime_percentage"] < 100
    month = ask("get", f"/components/{shop}/uptime?start={now:%Y-%m}&end={now:%Y-%m}").json()
    assert month["range_start"].endswith("-01T00:00:00.000Z")
    for wrong in ("start=soon", "start=2026-13", "start=2199-01-01", "start=2020", "end=x-y-z"):
        answer = ask("get", f"/components/{shop}/uptime?{wrong}")
        assert answer.status_code == 422, wrong


_TEXT = """We are sorry.

## Root cause
A bug.

**What we did:**
We fixed it.

### So that it does not happen again
A test.
"""


def resolved(ask, shop):
    uid = open_one(ask, shop)["id"]
    ask("patch", f"/incidents/{uid}", {"incident": {"status": "resolved", "body": "Done."}})
    return uid


@pytest.mark.mission("S3.9")
def test_a_post_mortem_is_drafted_published_once_and_then_stays(ask, shop):
    address = f"/incidents/{resolved(ask, shop)}/postmortem"
    assert ask("get", address).status_code == 404
    draft = ask("put", address, {"postmortem": {"body_draft": _TEXT}}).json()
    assert (draft["body"], draft["published_at"]) == (None, None)
    assert draft["body_draft"] == (
        "## Apology\n\nWe are sorry.\n\n## Cause\n\nA bug.\n\n## Fix\n\nWe fixed it.\n\n"
        "## Prevention\n\nA test."
    )
    public = ask("put", f"{address}/publish", {"postmortem": {"notify_twitter": False}}).json()
    assert public["body"] == draft["body_draft"]
    again = ask("put", f"{address}/publish.json").json()
    assert again["published_at"] == public["published_at"]
    told = ask("get", "/incidents").json()[0]
    assert told["status"] == "postmortem"
    assert "A bug." in told["postmortem_body"]
    assert told["postmortem_published_at"] == public["published_at"]
    assert ask("put", f"{address}/revert").status_code == 409
    assert ask("delete", address).status_code == 409
    changed = ask("patch", address, {"postmortem": {"body_draft": f"{_TEXT} And a second."}})
    assert "And a second." in changed.json()["body"]
    assert queries.incident(told["id"]).postmortem.edited_at != ()


def test_a_post_mortem_without_its_parts_is_not_published(ask, shop):
    address = f"/incidents/{resolved(ask, shop)}/postmortem"
    ask("put", address, {"postmortem": {"body_draft": "It was the disk.\n\n## Fix\nNew disk."}})
    refused = ask("put", f"{address}/publish")
    assert refused.status_code == 422
    assert "Cause, Prevention are missing" in refused.json()["error"][0]
    assert ask("put", address, {"postmortem": {}}).status_code == 422
    assert ask("put", f"{address}/revert").json()["body_draft"].startswith("## Apology")
    assert ask("delete", address).status_code == 204
    assert ask("get", address).status_code == 404


def test_a_group_is_declared_filled_renamed_and_retired(ask, shop):
    made = ask("post", "/component-groups", {
        "description": "All of it.", "component_group": {"name": "Core", "components": [shop]},
    })  # fmt: skip
    assert made.status_code == 201, made.json()
    uid = made.json()["id"]
    assert (made.json()["components"], made.json()["description"]) == ([shop], "All of it.")
    assert ask("get", f"/components/{shop}").json()["group_id"] == uid
    body = {"component_group": {"name": "Heart", "components": []}}
    left = ask("put", f"/component-groups/{uid}", body).json()
    assert (left["name"], left["components"]) == ("Heart", [])
    ask("patch", f"/components/{shop}", {"component": {"group_id": uid}})
    assert ask("get", f"/component-groups/{uid}.json").json()["components"] == [shop]
    assert ask("patch", f"/components/{shop}", {"component": {"group_id": "x"}}).status_code == 422
    assert ask("delete", f"/component-groups/{uid}").status_code == 204
    assert ask("get", f"/component-groups/{uid}").status_code == 404
    assert ask("get", f"/components/{shop}").json()["group_id"] is None


def test_what_a_plan_does_by_itself_is_told(ask, shop):
    now = clock.now()
    made = ask("post", "/incidents", {"incident": {
        "name": "New disks", "body": "Disks.", "component_ids": [shop],
        "scheduled_for": (now + timedelta(days=4)).isoformat(),
        "scheduled_until": (now + timedelta(days=5)).isoformat(), "scheduled_auto_completed": True,
    }}).json()  # fmt: skip
    assert made["scheduled_auto_completed"] is True
    assert made["scheduled_auto_in_progress"] is False


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
        ("get", "/subscribers?state=odd", None, "read", 422, "state is one of"),
        ("post", "/subscribers", {"subscriber": {"email": "x"}}, "write", 422, "mail address"),
        ("post", "/incidents/abcdefghijkl/subscribers", {"subscriber": {"email": "a@b.example"}},
         "write", 404, "no incident"),
        ("put", "/incidents/abcdefghijkl/postmortem", {"postmortem": {"body_draft": "x"}},
         "write", 404, "nothing of this id"),
        ("post", "/component-groups", {"component_group": {"name": "A", "components": ["x"]}},
         "write", 422, "no component x"),
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
