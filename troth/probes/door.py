"""The way in for signs of heartbeats, ahead of Django: /ping/<key>[/start|/fail|/log|/<exit code>].

Also by name, with the installation's own key: /ping/<key>/<slug>[/…]. Anything that can ask for a
web address can report. A sign is on disk before it is answered.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from time import monotonic
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIEnvironment

from django.db import DatabaseError
from prometheus_client import Counter

from troth.core import clock, meters
from troth.core.intake import CrowdedError
from troth.probes import actions, book
from troth.probes.book import Known
from troth.probes.rules.beating import Sign, sign_of

PREFIX: Final = "/ping/"
_METHODS: Final = ("GET", "POST", "HEAD")
_KEPT: Final = 10_000  # bytes of a body
_LONGEST: Final = 200
log = logging.getLogger(__name__)


_SAFE: Final = (
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
)


class _Answer:
    """A status with its text, written once."""

    def __init__(self, status: str, text: str, *more: tuple[str, str]) -> None:
        self.status = status
        self.body = [text.encode()]
        self.headers = [*_SAFE, *more, ("Content-Length", str(len(self.body[0])))]


_OK = _Answer("200 OK", "OK\n")
_UNKNOWN = _Answer("404 Not Found", "There is no such heartbeat.\n")
_METHOD = _Answer(
    "405 Method Not Allowed", "Use GET, POST or HEAD.\n", ("Allow", "GET, POST, HEAD")
)
_BUSY = _Answer(
    "503 Service Unavailable", "The sign could not be kept. Send it again.\n", ("Retry-After", "5")
)


def is_ours(environ: Mapping[str, Any]) -> bool:
    return str(environ["PATH_INFO"]).startswith(PREFIX)


def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    """Answer a request that `is_ours`, as a WSGI application.

    A connection to the database that has died is found out by who uses it: `book`, and the write.
    """
    begun = monotonic()
    asked = environ["REQUEST_METHOD"]
    answer = _answer(environ)
    method = asked if asked in _METHODS else "OTHER"
    _requests(method, answer.status[:3]).inc()
    _SECONDS.observe(monotonic() - begun)
    start(answer.status, answer.headers)
    return [] if asked == "HEAD" else answer.body


_SECONDS: Final = meters.SECONDS.labels("ping/<key>")


@cache
def _requests(method: str, status: str) -> Counter:
    return meters.REQUESTS.labels("ping/<key>", method, status)


def _answer(environ: WSGIEnvironment) -> _Answer:
    if environ["REQUEST_METHOD"] not in _METHODS:
        return _METHOD
    path = str(environ["PATH_INFO"])
    if len(path) > _LONGEST:
        return _UNKNOWN
    try:
        return _taken(environ, path.removeprefix(PREFIX).removesuffix("/").split("/"))
    except (DatabaseError, CrowdedError, actions.OutdatedError):
        log.warning("a sign of a heartbeat could not be kept", exc_info=True)
        return _BUSY


def _taken(environ: WSGIEnvironment, parts: list[str]) -> _Answer:
    whose = _whose(parts)
    if whose is None:
        return _UNKNOWN
    known, (sign, code) = whose
    at, size = clock.now(), _length(environ)
    arrived = actions.Arrived(
        heartbeat=known.heartbeat, revision=known.revision, at=at, sign=sign, code=code,
        method=environ["REQUEST_METHOD"], size=size,
        body=environ["wsgi.input"].read(min(size, _KEPT)) if size else b"",
    )  # fmt: skip
    try:
        actions.take(arrived)
    except actions.OutdatedError:
        return _taken_anew(arrived, parts)
    return _OK


def _taken_anew(arrived: actions.Arrived, parts: list[str]) -> _Answer:
    """Look the address up once more: since it was, what is watched has changed."""
    book.forget()
    whose = _whose(parts)
    if whose is None:
        return _UNKNOWN
    known, _ = whose
    actions.take(replace(arrived, heartbeat=known.heartbeat, revision=known.revision))
    return _OK


def _whose(parts: list[str]) -> tuple[Known, tuple[Sign, int | None]] | None:
    """Return the heartbeat that an address names, and what it says of it."""
    known, rest = book.by_key(parts[0]), parts[1:]
    if known is None and rest:
        known, rest = book.by_name(*parts[:2]), parts[2:]
    if known is None or len(rest) > 1:
        return None
    said = sign_of(rest[0] if rest else "")
    return (known, said) if said else None


def _length(environ: WSGIEnvironment) -> int:
    said = str(environ.get("CONTENT_LENGTH") or "0")
    return min(int(said), 2**31 - 1) if said.isdecimal() and len(said) < 20 else 0  # noqa: PLR2004
