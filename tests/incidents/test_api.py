"""Incidents by API: read by anyone with a key, written by those who may, once."""

import csv
import io
import json

import pytest
from scene import DAY, HOUR, MINUTE, NOON, Status, component, opened, resolved

from troth.core import clock
from troth.incidents import actions, queries
from troth.incidents.models import Incident
from troth.staff.models import AuditEntry

BASE = "/api/v1"
FACTS = {"problem": "Orders fail.", "affects": "Everyone.", "workaround": "None known."}
pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client, token):
    """Return a function that asks as a program: `api("post", "/incidents", {...})`."""
    keys = {scope: token(scope) for scope in ("read", "write", "ingest")}

    def ask(method, path, body=None, *, scope="write", at=NOON, **headers):
        headers["Authorization"] = f"Bearer {keys[scope]}"
        with clock.frozen(at):
            return getattr(client, method)(
                f"{BASE}{path}", data=body, content_type="application/json", headers=headers
            )

    # Keys are made now and live for 30 days; the scene's clock is another one.
    def living(*args, **more):
        return ask(*args, **more)

    return living


def read(api, path, **more):
    return api("get", path, scope="read", **more).json()


def test_an_incident_is_opened_updated_resolved_and_read(api):
    shop = component()
    made = api("post", "/incidents", {
        "name": "Payments fail", "body": "We look.", "publish": True,
        "components": {"shop": "major_outage"}, **FACTS,
    })  # fmt: skip
    assert made.status_code == 201, made.json()
    uid = made.json()["uid"]
    said = api("post", f"/incidents/{uid}/updates", {"body": "Found.", "state": "identified"},
               at=NOON + MINUTE)  # fmt: skip
    assert said.status_code == 201, said.json()
    short = api("post", f"/incidents/{uid}/resolution", {"body": "Done."}, at=NOON + HOUR)
    assert (short.status_code, short.json()["field"]) == (422, "recovery")
    assert "data was lost" in short.json()["error"]
    done = api("post", f"/incidents/{uid}/resolution", {
        "body": "Done.", "recovery": "All works.", "data_loss": "None.",
    }, at=NOON + HOUR)  # fmt: skip
    assert done.status_code == 201, done.json()
    shown = read(api, f"/incidents/{uid}")
    assert (shown["state"], shown["impact"], shown["is_open"]) == ("resolved", "critical", False)
    assert [one["state"] for one in shown["updates"]] == [
        "resolved", "identified", "investigating",
    ]  # fmt: skip
    assert shown["spans"][0]["component"] == shop
    assert read(api, f"/incidents/{uid}/macro")["revision"] == shown["revision"]
    assert read(api, "/incidents/months") == [{"year": 2026, "month": 3, "count": 1}]
    assert AuditEntry.objects.filter(actor_name__startswith="token A program").count() >= 4


@pytest.mark.mission("S3.21")
def test_the_same_key_opens_once(api):
    body = {"name": "X", "body": "We look.", "publish": True, **FACTS}
    first, again = (api("post", "/incidents", body, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == again.json()
    assert Incident.objects.count() == 1


def test_lists_are_filtered_paginated_and_have_an_etag(api):
    shop = component()
    uids = [opened(now=NOON + n * HOUR, name=f"Number {n}", impacts={shop: Status.PARTIAL}).uid
            for n in range(5)]  # fmt: skip
    resolved(uids[0], now=NOON + DAY)
    first = api("get", "/incidents?limit=2", scope="read", at=NOON + DAY)
    listed = first.json()
    assert ([one["uid"] for one in listed["items"]], listed["total"]) == (uids[:2:-1], 5)
    rest = read(api, f"/incidents?limit=50&cursor={listed['next']}", at=NOON + DAY)
    assert [one["uid"] for one in rest["items"]] == uids[2::-1]
    assert rest["next"] is None
    for query, expected in {
        "open=false": [uids[0]],
        "state=resolved": [uids[0]],
        "search=number%203": [uids[3]],
        f"component={shop}&since=2026-03-18T16:00Z": [uids[4]],
        "until=2026-03-18T13:00Z": [uids[0]],
        "kind=breach": [],
        "component=nobodysthing": [],
    }.items():
        found = read(api, f"/incidents?{query}", at=NOON + DAY)
        assert [one["uid"] for one in found["items"]] == expected, query
    same = api("get", "/incidents?limit=2", scope="read", at=NOON + DAY,
               **{"If-None-Match": first["ETag"]})  # fmt: skip
    assert same.status_code == 304
    assert api("get", "/incidents?cursor=nonsense", scope="read").status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""), ("get", "/macro"), ("post", "/publication"), ("post", "/updates"),
        ("post", "/resolution"), ("post", "/reopening"), ("patch", ""), ("post", "/notes"),
        ("put", "/postmortem"), ("post", "/postmortem/publication"),
    ],
)  # fmt: skip
def test_a_stranger_s_uid_is_not_found(api, method, path):
    bodies = {"/notes": {"text": "x"}, "/postmortem": {}, "": {}}
    body = bodies.get(path, {"body": "x"}) if method != "get" else None
    answer = api(method, f"/incidents/nobodysthing{path}", body)
    assert answer.status_code == 404, answer.json()


def test_who_may_only_read_writes_nothing_and_who_may_only_send_reads_nothing(api, client):
    body = {"name": "X", "body": "We look."}
    assert api("post", "/incidents", body, scope="read").status_code == 403
    assert api("get", "/incidents", scope="ingest").status_code == 403
    assert client.get(f"{BASE}/incidents").status_code == 401
    assert Incident.objects.count() == 0


def test_a_megabyte_is_refused_by_name_and_naughty_fields_are_too(api):
    long = api("post", "/incidents", {"name": "X", "body": "x" * 1_000_000})
    assert (long.status_code, long.json()["field"]) == (422, "body")
    for wrong in ({"state": "on fire"}, {"components": {"shop": "bad"}}, {"turn": -1}, {"at": "?"}):
        answer = api("post", "/incidents", {"name": "X", "body": "x", **wrong})
        assert answer.status_code == 422, wrong
    unknown = api("post", "/incidents", {"name": "X", "body": "x", "publish": True, **FACTS,
                                         "components": {"nowhere": "major_outage"}})  # fmt: skip
    assert unknown.json() == {"error": "there is no component “nowhere”", "field": "impacts"}


def test_what_cannot_follow_is_409_and_what_changed_meanwhile_412(api):
    row = opened()
    turn = queries.inside(row.uid).turn
    again = api("post", f"/incidents/{row.uid}/publication")
    assert (again.status_code, again.json()["error"]) == (409, "this is no draft any more")
    actions.update(uid=row.uid, message=actions.Message(body="1"), by="Ada", now=NOON)
    late = api("post", f"/incidents/{row.uid}/updates", {"body": "2", "turn": turn})
    assert late.status_code == 412


def test_everything_is_exported_as_csv_that_no_spreadsheet_runs(api):
    opened(name="=cmd|'/c calc'!A0")
    answer = api("get", "/incidents/export", scope="read")
    text = b"".join(answer.streaming_content).decode()
    [row] = csv.DictReader(io.StringIO(text))
    assert row["name"].startswith("'=cmd")
    whole = api("get", "/incidents/export?format=json", scope="read")
    [one] = json.loads(b"".join(whole.streaming_content))
    assert one["updates"][0]["body"] == "We are looking into it."


def test_maintenance_is_announced_moved_and_cancelled(api):
    plan = {"name": "Disks", "body": "New.", "affects": "All.",
            "scheduled_for": "2026-03-25T02:00Z",
            "scheduled_until": "2026-03-25T04:00Z"}  # fmt: skip
    made = api("post", "/maintenance", plan)
    assert made.status_code == 201, made.json()
    uid = made.json()["uid"]
    moved = api("put", f"/maintenance/{uid}/window", {
        "scheduled_for": "2026-03-25T03:00Z", "scheduled_until": "2026-03-25T04:00Z",
        "body": "Less.",
    })  # fmt: skip
    assert moved.status_code == 200, moved.json()
    assert read(api, f"/incidents/{uid}")["in_time"] is True
    assert api("post", f"/maintenance/{uid}/cancellation", {"body": "No."}).status_code == 200
    begun = api("post", f"/maintenance/{uid}/state", {"state": "in_progress"})
    assert begun.status_code == 409
    wrong = api("post", "/maintenance", {**plan, "scheduled_until": "2026-03-25T01:00Z"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "scheduled_until")


def test_a_breach_is_reported_noticed_registered_and_told(api):
    made = api("post", "/breaches", {
        "name": "A backup was open", "body": "We found it.", "aware_at": "2026-03-18T10:00Z",
        "publish": True, "known": {"facts": "Open.", "contact": "dpo@example.org", "people": 1200,
                                   "reset_url": "https://example.org/reset"}, **FACTS,
    })  # fmt: skip
    assert made.status_code == 201, made.json()
    uid = made.json()["uid"]
    assert api("post", f"/breaches/{uid}/notices", {}).status_code == 201
    [row] = read(api, "/breaches")
    assert (row["uid"], row["in_time"], row["people"]) == (uid, True, 1200)
    letter = read(api, f"/breaches/{uid}/letter")
    assert "about 1,200 people" in letter["text"]
    assert "[Change your password](https://example.org/reset)" in letter["text"]
    assert letter["revision"] == read(api, f"/incidents/{uid}")["revision"]
    learned = api("put", f"/breaches/{uid}", {"records": 5000})
    assert learned.status_code == 200, learned.json()
    text = b"".join(api("get", "/incidents/register", scope="read").streaming_content).decode()
    assert "5000" in text


def test_a_post_mortem_is_written_and_published(api):
    row = opened()
    resolved(row.uid, now=NOON + MINUTE)
    parts = {"apology": "Sorry.", "cause": "A disk.", "fix": "Room."}
    assert api("put", f"/incidents/{row.uid}/postmortem", parts).status_code == 200
    short = api("post", f"/incidents/{row.uid}/postmortem/publication")
    assert (short.status_code, short.json()["field"]) == (422, "prevention")
    api("put", f"/incidents/{row.uid}/postmortem", {"prevention": "Alarms."})
    number = api("post", f"/incidents/{row.uid}/follow-ups", {
        "text": "Alarms", "owner": "Ben", "due": "2026-04-01"}).json()["number"]  # fmt: skip
    done = api("post", f"/incidents/{row.uid}/postmortem/publication", at=NOON + HOUR)
    assert done.status_code == 200, done.json()
    api("post", f"/incidents/{row.uid}/follow-ups/{number}/completion", at=NOON + HOUR)
    shown = read(api, f"/incidents/{row.uid}")["postmortem"]
    assert shown["follow_ups"][0]["done_at"] == "2026-03-18T13:00:00Z"
