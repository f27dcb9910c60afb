"""Programs subscribe people, list them, and take them with them, each with the right token."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from tests.notify.readers import questions, reader, with_mail
from troth.core import clock
from troth.notify.models import Subscription, Suppression
from troth.people import queries as people
from troth.people.keyed import address_digest
from troth.people.models import Contact
from troth.staff.models import AuditEntry

pytestmark = pytest.mark.django_db
BASE = "/api/v1/subscribers"


@pytest.fixture(autouse=True)
def _mail(settings):
    with_mail(settings)


@pytest.fixture
def call(client, token):
    def ask(method, path="", body=None, scope="write", **query):
        return getattr(client, method)(
            f"{BASE}{path}",
            query if method == "get" else json.dumps(body),
            **({} if method == "get" else {"content_type": "application/json"}),
            headers={"authorization": f"Bearer {token(scope)}"},
        )

    return ask


def test_somebody_is_subscribed_and_asked(call):
    answer = call("post", body={"channel": "email", "address": "ada@example.com"})
    told = answer.json()
    assert (answer.status_code, told["state"], told["address"]) == (
        201, "asked", "a•••@example.com",
    )  # fmt: skip
    assert told["events"] == ["incidents", "maintenance"]
    assert len(questions()) == 1


def test_with_a_proof_it_begins_at_once_and_the_proof_is_kept(call):
    body = {"channel": "email", "address": "ada@example.com", "proof": "contract 17, clause 4",
            "events": ["promises"], "quiet_from": "22:00", "quiet_until": "07:00"}  # fmt: skip
    told = call("post", body=body).json()
    assert (told["state"], told["quiet_from"]) == ("active", "22:00")
    word = people.ledger(Contact.objects.get())[0]
    assert word.proof["confirmed"]["stated"] == "contract 17, clause 4"
    assert word.by


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"channel": "pigeon", "address": "x"}, "channel"),
        ({"channel": "email", "address": "x"}, "address"),
        ({"channel": "email", "address": "a@example.com", "events": ["alert.raised"]}, "events"),
        ({"channel": "email", "address": "a@example.com", "events": []}, "events"),
        ({"channel": "email", "address": "a@example.com", "parts": ["component:x"]}, "parts"),
        ({"channel": "email", "address": "a@example.com", "page": "nowhere"}, "page"),
        ({"channel": "email", "address": "a@example.com", "zone": "Mars"}, "zone"),
        ({"channel": "email", "address": "a@example.com", "quiet_from": "22:00"}, "quiet_until"),
        ({"channel": "email", "address": "a@example.com", "quiet_from": "26:00"}, "quiet_from"),
        ({"address": "a@example.com"}, "channel"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(call, body, field):
    answer = call("post", body=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert not Subscription.objects.exists()


def test_a_subscriber_is_changed_paused_and_ended(call):
    row = reader()
    told = call("patch", f"/{row.uid}", {"events": ["promises"], "floor": "major"}).json()
    assert (told["events"], told["floor"], told["pace"]) == (["promises"], "major", "at once")
    assert people.permissions(row.contact) == {"status": False, "promises": True}
    until = (clock.now() + timedelta(days=1)).isoformat()
    assert call("post", f"/{row.uid}/pause", {"until": until}).json()["state"] == "paused"
    assert call("post", f"/{row.uid}/resumption").json()["state"] == "active"
    assert call("post", f"/{row.uid}/resumption").status_code == 409
    assert call("delete", f"/{row.uid}").json()["end_how"] == "api"
    assert call("delete", f"/{row.uid}").status_code == 200
    assert call("patch", f"/{row.uid}", {"floor": "none"}).status_code == 409
    assert AuditEntry.objects.filter(thing="subscription", verb="ended").count() == 1
    assert people.permissions(row.contact) == {"status": False, "promises": False}


def test_a_list_in_pages_shows_no_address_whole(call):
    for number in range(5):
        reader(address=f"n{number}@example.com")
    first = call("get", limit=2, scope="read").json()
    second = call("get", limit=2, cursor=first["next"], scope="read").json()
    third = call("get", limit=2, cursor=second["next"], scope="read").json()
    found = [one["uid"] for part in (first, second, third) for one in part["items"]]
    assert (len(set(found)), third["next"]) == (5, None)
    assert "@example.com" in str(first)
    assert "n4@" not in str(first)
    one = call("get", channel="email", address="N2@EXAMPLE.com".lower(), scope="read").json()
    assert len(one["items"]) == 1
    assert call("get", "/counts", scope="read").json() == [
        {"channel": "email", "state": "active", "subscribers": 5, "counted_at": None}
    ]


@pytest.mark.parametrize("many", [1, 3])
def test_a_list_asks_the_database_as_much_for_one_as_for_three(
    call, many, django_assert_num_queries
):
    for number in range(many):
        reader(address=f"n{number}@example.com")
    call("get", scope="read")
    with django_assert_num_queries(3):
        from troth.notify.queries import listing, readers

        found = listing.part(readers.Sieve(), before=None, limit=50)
        readers.keys_of_many(found.rows)


@pytest.mark.mission("S3.20")
def test_import_and_export_by_program(call):
    rows = [{"email": "ada@example.com", "verified_at": "2024-01-01T00:00:00Z"},
            {"email": "ben@example.com"}, {"email": "?"}]  # fmt: skip
    told = call("post", "/import", {"subscribers": rows}).json()
    assert (told["brought"], told["asked"], told["refused"]) == (1, 1, 1)
    assert [one["line"] for one in told["lines"]] == [3]
    answer = call("get", "/export")
    lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert {line["address"] for line in lines} == {"ada@example.com", "ben@example.com"}
    again = call("post", "/import", {"subscribers": lines}).json()
    assert (again["known"], again["brought"], again["asked"]) == (2, 0, 0)
    assert AuditEntry.objects.filter(verb="exported").exists()


def test_addresses_are_left_alone_and_let_go(client, token):
    headers = {"authorization": f"Bearer {token('write')}"}
    body = {"channel": "email", "address": "Ada@EXAMPLE.com", "said": "asked us by telephone"}
    for _ in range(2):
        answer = client.post("/api/v1/suppressions", json.dumps(body), headers=headers,
                             content_type="application/json")  # fmt: skip
        assert answer.status_code == 201
    told = client.get("/api/v1/suppressions", headers=headers).json()
    assert [one["address"] for one in told["items"]] == ["A•••@example.com"]
    assert Suppression.objects.get().digest == address_digest("email", "Ada@example.com")
    number = told["items"][0]["id"]
    assert client.delete(f"/api/v1/suppressions/{number}", headers=headers).status_code == 204
    assert client.delete(f"/api/v1/suppressions/{number}", headers=headers).status_code == 404


@pytest.mark.parametrize("scope", ["read", "ingest", None])
def test_who_may_only_read_changes_nothing_and_sees_no_address(token, scope):
    row, client = reader(), Client()
    headers = {"authorization": f"Bearer {token(scope)}"} if scope else {}
    asks = [
        client.post(BASE, "{}", content_type="application/json", headers=headers),
        client.patch(f"{BASE}/{row.uid}", "{}", content_type="application/json", headers=headers),
        client.delete(f"{BASE}/{row.uid}", headers=headers),
        client.get(f"{BASE}/export", headers=headers),
        client.post(f"{BASE}/import", "{}", content_type="application/json", headers=headers),
    ]
    assert {one.status_code for one in asks} <= {401, 403}
    row.refresh_from_db()
    assert row.state == "active"
