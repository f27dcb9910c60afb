"""The ledger of violations by API: read in pages, answered once, and no promise's word undone."""

import pytest

from tests.shop import DAY, NOW
from troth.core import clock
from troth.promises import queries
from troth.promises.models import Remedy
from troth.staff.models import AuditEntry

API = "/api/v1/violations"


@pytest.fixture
def broken(writer, shop):
    """Return the newest violation of a shop that broke four windows of two promises."""
    shop("late", name="Late", target="90%", remedy="Shipping is refunded.")
    with clock.frozen(NOW + DAY):
        shop("later", name="Later", target="95%")
    return queries.Ledger()[0]


@pytest.fixture
def tell(client, writer):
    def told(number, body, **headers):
        where = f"{API}/{number}/remedies"
        return client.post(where, body, content_type="application/json", headers=writer | headers)

    return told


def late():
    return next(each for each in queries.Ledger() if each.slug == "late")


def test_the_ledger_comes_in_pages_that_miss_nothing(client, writer, broken):
    seen, cursor = [], {}
    while cursor is not None:
        page = client.get(API, {"limit": 3, **cursor}, headers=writer).json()
        assert page["total"] == 4
        seen += [each["id"] for each in page["items"]]
        cursor = {"cursor": page["next"]} if page["next"] else None
    assert seen == [each.id for each in queries.Ledger()]


@pytest.mark.mission("S4.5")
def test_a_violation_says_what_was_promised_and_what_became_of_it(client, writer, broken, tell):
    number = late().id
    body = {"state": "done", "note": "All 5 are refunded.", "internal_note": "Batch 7"}
    answer = tell(number, body)
    assert answer.status_code == 201
    read = client.get(f"{API}/{number}", headers=writer)
    assert read.json() == answer.json()
    assert read["ETag"] == answer["ETag"]
    assert (read.json()["state"], read.json()["remedy"]) == ("done", "Shipping is refunded.")
    assert read.json()["remedies"][0]["by"] == "A program"
    again = client.get(f"{API}/{number}", headers=writer | {"If-None-Match": read["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert AuditEntry.objects.filter(verb="recorded a remedy for").count() == 1
    owed = client.get(API, {"state": "owed"}, headers=writer).json()
    assert {each["slug"] for each in owed["items"]} == {"late"}
    assert number not in [each["id"] for each in owed["items"]]


@pytest.mark.mission("S4.5")
def test_what_somebody_else_recorded_since_is_not_overwritten(client, writer, broken, tell):
    number = late().id
    etag = client.get(f"{API}/{number}", headers=writer)["ETag"]
    assert tell(number, {"state": "under_way"}, **{"If-Match": etag}).status_code == 201
    refused = tell(number, {"state": "done"}, **{"If-Match": etag})
    assert (refused.status_code, refused.json()["field"]) == (412, "If-Match")
    assert Remedy.objects.count() == 1
    assert tell(number, {"state": "done"}, **{"If-Match": "*"}).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"state": "not_owed"}, "note"),
        ({"state": "none_promised"}, "state"),
        ({"state": "fine"}, "state"),
        ({"state": "done", "note": "x" * 2001}, "note"),
        ({"state": "done", "note": "\x00"}, "note"),
        ({}, "state"),
    ],
)
def test_a_refused_remedy_names_its_field(broken, tell, body, field):
    refused = tell(late().id, body)
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert Remedy.objects.count() == 0


def test_who_may_only_read_records_nothing(client, shop, token, broken):
    headers = {"Authorization": f"Bearer {token('read')}"}
    answer = client.post(
        f"{API}/{broken.id}/remedies", {"state": "done"},
        content_type="application/json", headers=headers,
    )  # fmt: skip
    assert answer.status_code == 403
    assert Remedy.objects.count() == 0


@pytest.mark.parametrize("number", [999_999, 2**63 - 1])
def test_what_is_not_there_is_not_found(client, writer, tell, number):
    assert client.get(f"{API}/{number}", headers=writer).status_code == 404
    assert tell(number, {"state": "done"}).status_code == 404


@pytest.mark.parametrize("cursor", ["!!", "WzFd", "WyJ4IiwxXQ", "WyIyMDI2LTAxLTAxIiwieCJd"])
def test_a_cursor_of_somebody_else_is_refused(client, writer, cursor):
    refused = client.get(API, {"cursor": cursor}, headers=writer)
    assert (refused.status_code, refused.json()["field"]) == (422, "cursor")


@pytest.mark.mission("S4.6")
def test_the_reputation_is_that_of_the_public_promises(client, writer, broken, shop):
    shop("inside", target="99%", visibility="internal")
    said = client.get("/api/v1/reputation", headers=writer).json()
    verdicts = [one.verdict for one in queries.standing(visibility="public")]
    assert (said["kept"], said["judged"]) == (verdicts.count("kept"), 3)
    assert (said["share"], said["interval"], said["apart"]) == (None, None, [])
