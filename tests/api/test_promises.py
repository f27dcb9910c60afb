import pytest

from tests.shop import document
from troth.promises import queries
from troth.promises.models import Promise, Version
from troth.staff.models import AuditEntry

API = "/api/v1/promises"
ONE = f"{API}/on-time"


@pytest.fixture
def ask(client, reader):
    return lambda path, **query: client.get(path, query, headers=reader)


@pytest.fixture
def tell(client, writer):
    def told(method, path, body=None, **headers):
        return getattr(client, method)(
            path, body, content_type="application/json", headers=writer | headers
        )

    return told


def test_the_api_says_the_same_as_the_desk(ask):
    said = ask(f"{ONE}/standing").json()
    (kept,) = queries.standing()
    assert (said["verdict"], said["good"], said["total"]) == ("kept", 16, 21)
    assert said["share"] == kept.share
    assert said["target"] == 0.7
    assert said["interval"] == {"low": kept.interval.low, "high": kept.interval.high}
    assert said["budget"]["allowed"] == 6.3
    assert [window["window"] for window in ask(f"{ONE}/windows").json()] == ["14d", "1M"]
    days = ask(f"{ONE}/days", limit=200).json()
    assert sum(day["total"] for day in days["items"]) == 40


def test_cases_come_with_their_number_and_in_pages_that_miss_nothing(ask):
    seen, cursor = [], {}
    while cursor is not None:
        page = ask(f"{ONE}/cases", limit=4, **cursor).json()
        assert page["total"] == 21
        seen += [case["key"] for case in page["items"]]
        cursor = {"cursor": page["next"]} if page["next"] else None
    assert seen == [f"parcel-{number}" for number in range(39, 18, -1)]


def test_segments_are_counted_and_an_unknown_one_is_told(ask):
    rows = ask(f"{ONE}/segments/country").json()
    assert {row["value"]: (row["good"], row["total"]) for row in rows} == {
        "de": (11, 11),
        "fr": (5, 10),
    }
    assert ask(f"{ONE}/cases", day="2026-03-09").json()["total"] == 4
    late = ask(f"{ONE}/cases", part="broken", by="country", value="fr").json()
    assert late["total"] == 5
    assert ask(f"{ONE}/cases", by="plan").status_code == 404
    refused = ask(f"{ONE}/segments/plan")
    assert refused.status_code == 404
    assert refused.json()["error"] == "this promise is not split by “plan”; by: country"


def test_what_was_read_before_and_has_not_changed_is_not_sent_again(client, reader):
    for path in (API, ONE, f"{ONE}/standing", "/api/v1/cases"):
        first = client.get(path, headers=reader)
        again = client.get(path, headers=reader | {"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert first["Cache-Control"] == "private, no-cache"


def test_lists_are_filtered_and_paged(client, shop, reader):
    shop("a", target="90%", name="A")
    shop("b", name="B")
    get = lambda **query: client.get(API, query, headers=reader).json()  # noqa: E731
    assert [one["slug"] for one in get(verdict="broken")["items"]] == ["a"]
    first = get(limit=2)
    assert (len(first["items"]), first["total"]) == (2, 3)
    rest = get(limit=2, cursor=first["next"])
    assert len(rest["items"]) == 1
    assert rest["next"] is None


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_database_as_often_for_three_promises_as_for_one(
    client, shop, token, django_assert_num_queries, number
):
    for count in range(number):
        shop(f"promise-{count}")
    header = {"Authorization": f"Bearer {token('read')}"}
    client.get(API, headers=header)
    with django_assert_num_queries(8):
        assert client.get(API, headers=header).json()["total"] == number


@pytest.mark.parametrize(
    ("path", "field", "status"),
    [
        (f"{API}?limit=0", "limit", 422),
        (f"{API}?cursor=!!", "cursor", 422),
        (f"{API}?at=soon", "at", 422),
        (f"{API}?verdict=fine", "verdict", 422),
        (f"{ONE}/cases?window=9d", "window", 422),
        (f"{API}/none/standing", None, 404),
        ("/api/v1/cases?where=contry%20%3D%201", "where", 422),
        ("/api/v1/nothing", None, 404),
    ],
)
def test_a_refusal_is_a_sentence_and_names_the_field(client, reader, path, field, status):
    refused = client.get(path, headers=reader)
    assert refused.status_code == status
    assert refused.json().get("field") == field
    assert refused.json()["error"]


def test_a_promise_is_declared_replaced_and_retired(tell):
    made = tell("put", f"{API}/parcels", {"document": document("parcels"), "reason": "New."})
    assert (made.status_code, made.json()["version"]) == (200, 1)
    again = tell("put", f"{API}/parcels", {"document": document("parcels"), "reason": "Same."})
    assert (again.json()["version"], again["ETag"]) == (1, made["ETag"])
    changed = document("parcels", target="60%")
    body = {"document": changed, "reason": "Easier."}
    assert tell("put", f"{API}/parcels", body, **{"If-Match": made["ETag"]}).json()["version"] == 2
    stale = tell("put", f"{API}/parcels", body, **{"If-Match": made["ETag"]})
    assert (stale.status_code, stale.json()["field"]) == (412, "If-Match")
    assert tell("delete", f"{API}/parcels").status_code == 204
    assert Promise.objects.get(slug="parcels").retired_at is not None
    assert tell("get", f"{API}/parcels/standing").status_code == 404
    assert tell("get", f"{API}/parcels", version=1).status_code == 200
    trail = AuditEntry.objects.filter(thing_id="parcels").order_by("pk")
    assert [entry.verb for entry in trail] == ["declared", "changed", "retired"]
    assert {entry.actor_name for entry in trail} == {"token A program (" + _prefix() + "…)"}


def _prefix():
    from troth.staff.models import ApiToken  # only this sentence needs it

    return ApiToken.objects.get().prefix


def test_a_document_that_cannot_be_understood_is_refused_by_field(tell):
    wrong = tell("put", f"{API}/parcels", {"document": document("parcels", target="lots")})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "spec.target")
    other = tell("put", f"{API}/parcels", {"document": document("letters")})
    assert other.json()["field"] == "document.metadata.name"
    missing = tell("put", f"{API}/parcels", {"reason": "x"})
    assert missing.json()["field"] == "document"
    assert Version.objects.count() == 1


def test_a_draft_is_tried_on_the_past_without_a_trace(tell):
    said = tell("post", "/api/v1/backtests", {"document": document("draft")}).json()
    assert len(said["months"]) == 12
    assert said["how_counted"]
    assert not Promise.objects.filter(slug="draft").exists()


def test_a_promise_kept_in_files_is_not_changed_here(tell):
    Promise.objects.update(managed_by="files")
    for method, path, body in (
        ("put", ONE, {"document": document()}),
        ("delete", ONE, None),
        ("post", f"{ONE}/exclusions", {"category": "storm", "reason": "x", "where": "key = '1'"}),
        ("post", f"{ONE}/suspensions", {"starts_at": "2026-04-01T00:00Z", "reason": "x"}),
    ):
        refused = tell(method, path, body)
        assert refused.status_code == 409, path
        assert "kept in files" in refused.json()["error"]


@pytest.mark.mission("S3.10")
def test_an_exclusion_is_signed_listed_and_withdrawn(tell):
    path = f"{ONE}/exclusions"
    body = {"category": "storm", "reason": "Bridge shut.", "where": "key = 'parcel-36'"}
    made = tell("post", path, body)
    assert (made.status_code, made.json()["signed_by"]) == (201, "A program")
    number = made.json()["id"]
    assert [row["id"] for row in tell("get", path).json()] == [number]
    back = tell("post", f"{path}/{number}/withdrawal")
    assert back.json()["withdrawn_by"] == "A program"
    assert tell("post", f"{path}/999/withdrawal").status_code == 404
    unknown = tell("post", path, body | {"category": "flood"})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "category")


def test_a_suspension_is_announced_and_ended(tell):
    path = f"{ONE}/suspensions"
    made = tell("post", path, {"starts_at": "2026-03-20T12:00Z", "reason": "Snow."})
    assert made.status_code == 201
    ended = tell("post", f"{path}/{made.json()['id']}/end").json()
    assert ended["ends_at"] is not None


@pytest.mark.parametrize("scope", ["ingest", "read"])
def test_a_token_may_do_only_what_its_scope_says(client, shop, token, scope):
    shop()
    header = {"Authorization": f"Bearer {token(scope)}"}
    body = {"document": document(target="1%")}
    put = client.put(ONE, body, content_type="application/json", headers=header)
    assert put.status_code == 403
    assert client.get(ONE, headers=header).status_code == (200 if scope == "read" else 403)
    assert Version.objects.count() == 1


def test_without_a_token_or_with_a_strange_one_nothing_is_told(client, shop, vic, dov, signed_in):
    shop()
    for headers in (
        {},
        {"Authorization": "Bearer troth_nonsense"},
        {"Authorization": "Basic eA=="},
    ):
        refused = client.get(API, headers=headers)
        assert refused.status_code == 401
        assert refused["WWW-Authenticate"] == 'Bearer realm="troth"'
    assert signed_in(vic).get(API).status_code == 200
    assert signed_in(dov).get(API).status_code == 401
    body = {"document": document(target="1%")}
    assert signed_in(vic).put(ONE, body, content_type="application/json").status_code == 401


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("promises?verdikt=kept", "there is no parameter “verdikt”; did you mean “verdict”?"),
        ("components?serch=x", "“serch”; did you mean “search”?"),
        ("incidents?stat=open", "“stat”; did you mean “state”?"),
        ("metrics?limits=5", "“limits”; did you mean “limit”?"),
        ("cases?as-of=2026-01-01", "“as-of”; did you mean “as_of”?"),
        ("series?zzz=1", "“zzz”; there are cursor, limit"),
        ("incidents?state=resolved&nonsense=%00%3Cb%3E", "“nonsense”; there are "),
        ("metrics/nobody?at=2026-01-01", "“at”; this address takes none"),
    ],
)
def test_a_parameter_that_nobody_knows_is_refused_and_the_nearest_named(client, token, path, says):
    key = {"Authorization": f"Bearer {token('read')}"}
    answer = client.get(f"/api/v1/{path}", headers=key)
    assert answer.status_code == 422, answer.content
    assert says in answer.json()["error"]
    assert client.get(f"/api/v1/{path}").status_code == 401
