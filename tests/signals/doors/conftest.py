"""A door to knock at: what goes in as a request, what comes out as status and JSON."""

import io
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from troth.core import clock
from troth.signals import spool
from troth.signals.doors import http
from troth.signals.models import Inbox
from troth.staff import actions as staff

SIGNAL = {"source": "shop", "kind": "delivery", "happened_at": "2026-01-31T14:05:00Z"}


@dataclass
class Said:
    status: int
    body: Any
    headers: dict[str, str]


class Door:
    """Knocks as a web server does, by a WSGI environment."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(
        self,
        body: bytes | str | list | dict,
        *,
        path: str = http.SIGNALS,
        kind: str = "application/x-ndjson",
        method: str = "POST",
        token: str | None = None,
        **headers: str,
    ) -> Said:
        if isinstance(body, str):
            body = body.encode()
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "HTTP_AUTHORIZATION": f"Bearer {self.token if token is None else token}",
        }
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        return self.raw(environ)

    def raw(self, environ: dict[str, Any]) -> Said:
        # Not `http.application`: it closes old connections, and with them a test's transaction.
        found = http.answer(http.arrival_of(environ))
        return Said(
            found.status, json.loads(found.body) if found.body else None, dict(found.headers)
        )


def _token(**more: Any) -> str:
    now = clock.now()
    given = {"name": "test", "scopes": ["ingest"], "expires_at": now + timedelta(days=1)}
    return staff.issue(**{**given, **more}, now=now).text


@pytest.fixture
def issue():
    """Return a function that makes a token and gives its text."""
    return _token


@pytest.fixture
def door(db) -> Door:
    """Return a door with a token that may send for every source."""
    return Door(_token())


@pytest.fixture
def inbox(db):
    """Return a function that gives the accepted signals as they lie in the inbox."""

    def accepted() -> list[dict[str, Any]]:
        rows = Inbox.objects.order_by("pk")
        return [json.loads(line) for row in rows for line in spool.unpack(row.payload).splitlines()]

    return accepted
