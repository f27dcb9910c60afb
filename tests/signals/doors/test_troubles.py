"""What a caller hears when the house cannot take anything: 503 or 507, and nothing half taken."""

import io
import json
import resource
import sqlite3
from dataclasses import replace

import pytest
from django.db import connection
from prometheus_client import REGISTRY

from troth.signals.doors import http
from troth.signals.models import Inbox

from .conftest import SIGNAL

pytestmark = pytest.mark.django_db(transaction=True)
LINE = json.dumps(SIGNAL).encode() + b"\n"


def test_a_full_inbox_turns_everything_away(door, settings):
    settings.TROTH = replace(settings.TROTH, inbox_limit_mb=0)
    said = door(LINE)
    assert (said.status, said.body) == (
        503,
        {"error": "the inbox is full; nothing was taken, send it again later"},
    )
    assert int(said.headers["Retry-After"]) > 0
    assert Inbox.objects.count() == 0


def test_a_full_inbox_is_told_to_segments_libraries_as_well(door, settings, issue):
    settings.TROTH = replace(settings.TROTH, inbox_limit_mb=0)
    said = door({"event": "x"}, path="/v1/track", kind="application/json", token=issue())
    assert (said.status, said.body["success"]) == (503, False)
    assert int(said.headers["Retry-After"]) > 0


@pytest.mark.skipif(connection.vendor != "sqlite", reason="this is how SQLite is kept busy")
def test_a_busy_database_turns_everything_away(door):
    door(LINE)  # the token has been seen, so that only the inbox needs the database
    name = str(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(name, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        said = door(LINE)
        other.execute("ROLLBACK")
    finally:
        other.close()
        connection.close()
    assert said.status == 503
    assert "nothing was taken" in said.body["error"]
    assert Inbox.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="this is how SQLite is kept from growing")
def test_a_full_disk_turns_everything_away(door):
    """The kernel refuses each file beyond 8 kB, wherever in its file SQLite has room left."""
    body = b"".join(LINE.replace(b"shop", b"s%d" % n) for n in range(20_000))
    door(LINE)
    limit, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, hard))
        said = door(body)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        connection.close()
    assert said.status == 507
    assert Inbox.objects.count() == 1


def asked(**more: str) -> dict:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": http.SIGNALS,
        "CONTENT_TYPE": "application/x-ndjson",
        "CONTENT_LENGTH": str(len(LINE)),
        "wsgi.input": io.BytesIO(LINE),
        **more,
    }


def test_the_web_server_gets_a_plain_wsgi_answer_that_is_counted(door):
    labels = {"route": "api/v1/signals", "method": "POST", "status": "202"}
    before = REGISTRY.get_sample_value("troth_requests_total", labels) or 0
    got: list = []
    environ = asked(HTTP_AUTHORIZATION=f"Bearer {door.token}", HTTP_X_REQUEST_ID="given-by-proxy")
    body = b"".join(http.application(environ, lambda line, headers: got.extend([line, headers])))
    headers = dict(got[1])
    assert got[0] == "202 Accepted"
    assert headers["X-Request-ID"] == "given-by-proxy"
    assert headers["Content-Length"] == str(len(body))
    assert (REGISTRY.get_sample_value("troth_requests_total", labels) or 0) == before + 1


def test_a_request_id_cannot_break_the_answer(door):
    got: list = []
    environ = asked(HTTP_X_REQUEST_ID="a\r\nSet-Cookie: x=1")
    list(http.application(environ, lambda line, headers: got.extend([line, headers])))
    assert got[0] == "401 Unauthorized"
    assert "Set-Cookie" not in dict(got[1])["X-Request-ID"]


@pytest.mark.parametrize(
    ("path", "method", "ours"),
    [
        ("/api/v1/signals", "POST", True),
        ("/api/v1/signals", "GET", False),
        ("/api/v1/signals/", "POST", True),
        ("/v1/track", "POST", True),
        ("/v1/b", "OPTIONS", True),
        ("/v1/nothing", "POST", False),
        ("/", "POST", False),
    ],
)
def test_only_requests_with_signals_pass_ahead_of_django(path, method, ours):
    assert http.is_ours({"PATH_INFO": path, "REQUEST_METHOD": method}) is ours


def test_django_answers_the_same_by_the_same_code(door, client):
    answer = client.post(
        http.SIGNALS, LINE, content_type="application/x-ndjson",
        headers={"Authorization": f"Bearer {door.token}"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
