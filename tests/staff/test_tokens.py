import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory
from ninja.errors import HttpError

from troth.core import clock
from troth.staff import access, actions
from troth.staff.models import ApiToken, AuditEntry, User

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
pytestmark = pytest.mark.django_db


def _issue(**values):
    return actions.issue(
        **({"name": "Shop", "scopes": ["ingest"], "expires_at": NOON + YEAR, "now": NOON} | values)
    )


def _header(issued):
    return f"Bearer {issued.text}"


def test_a_token_is_known_by_its_hash_alone():
    issued = _issue()
    assert issued.text.startswith("troth_")
    kept = json.dumps([str(value) for value in vars(issued.token).values()])
    assert issued.text not in kept
    assert issued.text[14:] not in kept
    assert issued.token.prefix == issued.text[:14]


def test_the_trail_names_a_token_without_its_text():
    issued = _issue(sources=["shop"])
    entry = AuditEntry.objects.get()
    assert issued.text not in json.dumps([entry.before, entry.after, entry.thing_id])
    assert entry.after["scopes"] == ["ingest"]


@pytest.mark.parametrize("scope", ["read", "write", "ingest"])
def test_a_token_does_what_its_scopes_say(scope):
    issued = _issue(scopes=["ingest"])
    found = access.token_for(_header(issued), scope, NOON)
    assert (found is not None) == (scope == "ingest")


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic abc", "Bearer troth_", "Bearer troth_00000000ffff", "troth_x"],
)
def test_nonsense_is_no_token(header):
    assert access.find_token(header, NOON) is None


def test_a_prefix_alone_opens_nothing():
    issued = _issue()
    assert access.find_token(f"Bearer {issued.token.prefix}{'0' * 40}", NOON) is None


def test_a_token_ends_on_its_day_even_while_it_is_remembered():
    issued = _issue(expires_at=NOON + timedelta(seconds=5))
    assert access.find_token(_header(issued), NOON) is not None
    assert access.find_token(_header(issued), NOON + timedelta(seconds=5)) is None


def test_a_revoked_token_is_refused_within_ten_seconds():
    issued = _issue()
    assert access.find_token(_header(issued), NOON) is not None
    actions.revoke(token=issued.token, actor=None, now=NOON)
    assert access.find_token(_header(issued), NOON + timedelta(seconds=10)) is None


def test_a_door_asks_the_database_once_in_ten_seconds(django_assert_num_queries):
    issued = _issue()
    with django_assert_num_queries(2):  # the token, and the minute of its use
        for second in range(10):
            assert access.token_for(_header(issued), "ingest", NOON + timedelta(seconds=second))


def test_use_is_written_at_most_once_a_minute():
    issued = _issue()
    for seconds in (0, 20, 40, 59, 61, 90):
        access.find_token(_header(issued), NOON + timedelta(seconds=seconds))
    token = ApiToken.objects.get()
    assert token.last_used_at == NOON + timedelta(seconds=61)


def test_wrong_tokens_do_not_fill_the_memory():
    for number in range(access._MOST + 10):
        access._known[str(number)] = (None, NOON)
    access.find_token("Bearer troth_0123456789", NOON)
    assert len(access._known) <= access._MOST + 10
    access.find_token("Bearer troth_9876543210", NOON)
    assert len(access._known) <= access._MOST


@pytest.mark.parametrize("values", [{"scopes": []}, {"scopes": ["admin"]}, {"expires_at": NOON}])
def test_a_token_needs_known_scopes_and_an_end(values):
    with pytest.raises(ValueError, match="token"):
        _issue(**values)
    assert not ApiToken.objects.exists()


def _ask(scope, *, method="get", header="", user=None):
    request = getattr(RequestFactory(), method)("/api/v1/promises")
    request.user = user
    if header:
        request.META["HTTP_AUTHORIZATION"] = header
    try:
        return access.ApiKey(scope)(request)
    except HttpError as refusal:
        return refusal.status_code


def test_the_api_answers_401_without_a_key_and_403_with_the_wrong_one(token):
    assert _ask("read") == 401
    assert _ask("read", header="Bearer troth_nothing") == 401
    assert _ask("read", header=f"Bearer {token('ingest')}") == 403
    assert _ask("write", header=f"Bearer {token('read')}") == 403
    assert isinstance(_ask("read", header=f"Bearer {token('write')}"), ApiToken)


def test_who_is_signed_in_reads_by_api_and_writes_nothing(vic, dov):
    assert isinstance(_ask("read", user=vic), User)
    assert _ask("read", user=dov) == 401
    assert _ask("read", method="post", user=vic) == 401
    assert _ask("write", method="post", user=vic) == 401
    assert _ask("ingest", method="post", user=vic) == 401


def test_a_wrong_key_is_not_mended_by_a_session(ada):
    assert _ask("read", header="Bearer troth_nothing", user=ada) == 401


def test_an_owner_issues_and_revokes_by_screen(signed_in, ada):
    browser = signed_in(ada)
    assert "No tokens yet" in browser.get("/desk/settings/tokens/").text
    values = {"name": "Shop", "scopes": ["ingest"], "sources": "shop, app/*", "lasts": "90"}
    page = browser.post("/desk/settings/tokens/new/", values)
    issued = ApiToken.objects.get()
    assert page.status_code == 201
    assert page.text.count(issued.prefix) == 2
    assert issued.sources == ["app/*", "shop"]
    assert timedelta(days=89) < issued.expires_at - clock.now() <= timedelta(days=90)
    assert issued.prefix in browser.get("/desk/settings/tokens/").text
    address = f"/desk/settings/tokens/{issued.pk}/revocation/"
    assert "Revoke Shop?" in browser.get(address).text
    browser.post(address)
    issued.refresh_from_db()
    assert issued.revoked_at is not None
    assert "revoked" in browser.get("/desk/settings/tokens/").text
