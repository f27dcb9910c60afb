"""Components as JSON: read by those who may, written by those who may, refused in one sentence."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from troth.components import actions, queries
from troth.components.rules.results import Status
from troth.core import clock
from troth.staff.models import AuditEntry

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
API = "/api/v1/components"


@pytest.fixture(autouse=True)
def noon(db):
    with clock.frozen(NOON):
        yield


@pytest.fixture
def ask(client, token):
    headers = {"Authorization": f"Bearer {token('read')}"}
    return lambda path, **query: client.get(path, query, headers=headers)


@pytest.fixture
def tell(client, token):
    headers = {"Authorization": f"Bearer {token('write')}"}

    def told(method, path, body=None, **more):
        return getattr(client, method)(
            path, body, content_type="application/json", headers=headers | more
        )

    return told


def test_components_are_listed_in_pages_that_miss_nothing(ask, declared, grouped):
    grouped("shop")
    for number in range(5):
        declared(f"part-{number}", group="shop")
    seen, cursor = [], None
    while True:
        page = ask(API, limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [one["slug"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"part-{number}" for number in range(5)]
    assert ask(API, search="PART-3").json()["total"] == 1
    (group,) = ask("/api/v1/component-groups").json()
    assert (group["slug"], len(group["components"])) == ("shop", 5)


def test_one_page_lists_what_it_shows_and_no_more(ask, declared, readers, paged):
    readers("partners")
    declared("api")
    declared("inner", audiences=["partners"])
    paged("public-part")
    assert [one["slug"] for one in ask(API, page="public-part").json()["items"]] == ["api"]
    assert ask(API, page="nowhere").json()["total"] == 0
    assert ask(API).json()["total"] == 2


@pytest.mark.mission("S4.8")
def test_the_api_says_the_same_as_the_queries(ask, declared):
    uid = declared(now=NOON - timedelta(days=3)).uid
    actions.affect(components={uid: Status.PARTIAL}, ref="inc1", at=NOON - timedelta(hours=2),
                   until=NOON - timedelta(hours=1), now=NOON)  # fmt: skip
    shown = ask(f"{API}/api").json()
    assert shown == ask(f"{API}/{uid}").json()
    assert shown["share"] == float(queries.component("api").share)
    told = ask(f"{API}/api/downtime").json()
    assert (told["down"], told["known"]) == (0.3 * 3600, 3 * 86_400)
    assert told["caused_by"] == [{"ref": "inc1", "seconds": 1080.0}]
    days = ask(f"{API}/api/days", days=2).json()
    assert days[-1]["seconds"] == {"operational": 39_600, "partial_outage": 3_600}
    history = ask(f"{API}/api/history").json()["items"]
    assert [one["status"] for one in history] == ["operational", "partial_outage", "operational"]
    assert ask("/api/v1/uptime-formula").json()["partial"] == 0.3


def test_everything_read_has_an_etag_and_is_not_sent_twice(client, token, declared):
    declared()
    headers = {"Authorization": f"Bearer {token('read')}"}
    first = client.get(f"{API}/api", headers=headers)
    again = client.get(f"{API}/api", headers=headers | {"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)


def test_a_word_is_said_ended_and_leaves_a_trail(ask, tell, declared):
    declared()
    body = {"status": "major_outage", "note": "Dark.", "until": "2026-03-18T14:00:00Z"}
    said = tell("put", f"{API}/api/word", body)
    assert said.status_code == 200, said.content
    assert ask(f"{API}/api/word").json()["note"] == "Dark."
    assert ask(f"{API}/api").json()["status"] == "major_outage"
    assert "token" in AuditEntry.objects.get(verb="said").actor_name
    with clock.frozen(NOON + timedelta(seconds=5)):
        assert tell("delete", f"{API}/api/word").status_code == 204
        assert tell("delete", f"{API}/api/word").status_code == 204
        assert ask(f"{API}/api/word").json() is None


def test_who_read_before_somebody_else_spoke_is_refused(ask, tell, declared):
    declared()
    seen = ask(f"{API}/api/word")["ETag"]
    assert seen == '"nothing-said"'
    body = {"status": "partial_outage"}
    first = tell("put", f"{API}/api/word", body, **{"If-Match": seen})
    assert first.status_code == 200
    second = tell("put", f"{API}/api/word", body, **{"If-Match": seen})
    assert (second.status_code, second.json()["field"]) == (412, "If-Match")
    ended = tell("delete", f"{API}/api/word", **{"If-Match": first["ETag"]})
    assert ended.status_code == 204


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"status": "broken"}, 422, "said.status"),
        ({}, 422, "said.status"),
        ({"status": "major_outage", "until": "2026-03-18T11:00Z"}, 422, "until"),
        ({"status": "major_outage", "until": "soon"}, 422, "said.until"),
        ({"status": "major_outage", "note": "x" * 2001}, 422, "said.note"),
        ({"status": "major_outage", "note": "a\x00b"}, 422, "said.note"),
        ({"status": "major_outage", "note": "a\ud800b"}, 422, "said.note"),
    ],
)
def test_a_word_that_makes_no_sense_is_refused_by_field(tell, declared, body, status, field):
    declared()
    answer = tell("put", f"{API}/api/word", json.dumps(body))
    assert answer.status_code == status
    assert answer.json()["field"].split(".")[-1] == field.split(".")[-1]


def test_strangers_readers_and_the_unknown_are_refused(client, token, ask, tell, declared):
    declared()
    assert client.get(API).status_code == 401
    read = {"Authorization": f"Bearer {token('read')}"}
    assert client.put(f"{API}/api/word", {}, headers=read).status_code == 403
    ingest = {"Authorization": f"Bearer {token('ingest', sources=('x',))}"}
    assert client.get(API, headers=ingest).status_code == 403
    for path in ("zzz", "zzz/days", "zzz/history", "zzz/downtime", "zzz/word"):
        assert ask(f"{API}/{path}").status_code == 404
    assert tell("put", f"{API}/zzz/word", {"status": "major_outage"}).status_code == 404
    spans = {"since": "2026-03-02T00:00Z", "until": "2026-03-01T00:00Z"}
    refused = ask(f"{API}/api/history", **spans)
    assert (refused.status_code, refused.json()["field"]) == (422, "since")


def test_a_retired_component_is_read_and_not_spoken_of(ask, tell, declared):
    declared(now=NOON - timedelta(days=1))
    actions.retire_component(slug="api", by="Ada", now=NOON - timedelta(hours=1))
    assert ask(f"{API}/api").json()["status"] == "no_data"
    assert ask(API).json()["total"] == 0
    answer = tell("put", f"{API}/api/word", {"status": "major_outage"})
    assert answer.status_code == 409
