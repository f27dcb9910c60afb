"""The way in for signs of heartbeats, ahead of Django: /ping/<key>[/start|/fail|/log|/<exit code>].

Also by name, with the installation's own key: /ping/<key>/<slug>[/…]. Anything that can ask for a
web address can report. A sign is on disk before it is answered.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIEnvironment

from django.db import DatabaseError, close_old_connections

from troth.core import clock, meters
from troth.core.intake import CrowdedError
from troth.probes import actions, queries
from troth.probes.rules.beating import Sign, sign_of

PREFIX: Final = "/ping/"
_METHODS: Final = ("GET", "POST", "HEAD")
_KEPT: Final = 10_000  # bytes of a body
_REMEMBERED: Final = 5.0  # seconds for which a key's heartbeat is believed
_MOST: Final = 20_000
_LONGEST: Final = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: str
    text: str


_OK = _Answer("200 OK", "OK\n")
_UNKNOWN = _Answer("404 Not Found", "There is no such heartbeat.\n")
_METHOD = _Answer("405 Method Not Allowed", "Use GET, POST or HEAD.\n")
_BUSY = _Answer("503 Service Unavailable", "The sign could not be kept. Send it again.\n")
_MORE: Final[Mapping[str, tuple[str, str]]] = {
    _METHOD.status: ("Allow", "GET, POST, HEAD"),
    _BUSY.status: ("Retry-After", "5"),
}


def is_ours(environ: Mapping[str, Any]) -> bool:
    return str(environ["PATH_INFO"]).startswith(PREFIX)


def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    """Answer a request that `is_ours`, as a WSGI application."""
    close_old_connections()
    return respond(environ, start)


def respond(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    """Answer a request on the connection to the database that there is."""
    begun = monotonic()
    answer = _answer(environ)
    method = environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"] in _METHODS else "OTHER"
    meters.REQUESTS.labels("ping/<key>", method, answer.status[:3]).inc()
    meters.SECONDS.labels("ping/<key>").observe(monotonic() - begun)
    body = answer.text.encode()
    more = [_MORE[answer.status]] if answer.status in _MORE else []
    start(answer.status, [("Content-Type", "text/plain; charset=utf-8"), *_SAFE, *more,
                          ("Content-Length", str(len(body)))])  # fmt: skip
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


_SAFE: Final = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]


def _answer(environ: WSGIEnvironment) -> _Answer:
    if environ["REQUEST_METHOD"] not in _METHODS:
        return _METHOD
    try:
        return _taken(environ)
    except (DatabaseError, CrowdedError):
        log.warning("a sign of a heartbeat could not be kept", exc_info=True)
        return _BUSY


def _taken(environ: WSGIEnvironment) -> _Answer:
    path = str(environ["PATH_INFO"])
    if len(path) > _LONGEST:
        return _UNKNOWN
    parts = path.removeprefix(PREFIX).removesuffix("/").split("/")
    heartbeat, rest = _whose(parts)
    if heartbeat is None or len(rest) > 1:
        return _UNKNOWN
    found = sign_of(rest[0] if rest else "")
    if found is None:
        return _UNKNOWN
    sign, code = found
    _keep(environ, heartbeat, sign, code)
    return _OK


def _keep(environ: WSGIEnvironment, heartbeat: int, sign: Sign, code: int | None) -> None:
    at = clock.now()
    size = _length(environ)
    body = environ["wsgi.input"].read(min(size, _KEPT)) if size else b""
    method = environ["REQUEST_METHOD"]
    actions.take(
        actions.Arrived(
            heartbeat=heartbeat, at=at, sign=sign, code=code, method=method, size=size, body=body
        )
    )


def _length(environ: WSGIEnvironment) -> int:
    said = str(environ.get("CONTENT_LENGTH") or "0")
    return min(int(said), 2**31 - 1) if said.isdecimal() and len(said) < 20 else 0  # noqa: PLR2004


def _whose(parts: list[str]) -> tuple[int | None, list[str]]:
    """Return the heartbeat that an address names, and what follows it."""
    heartbeat = _remembered((parts[0],))
    if heartbeat is not None or len(parts) < 2:  # noqa: PLR2004
        return heartbeat, parts[1:]
    return _remembered((parts[0], parts[1])), parts[2:]


_known: dict[tuple[str, ...], tuple[int | None, float]] = {}


def _remembered(address: tuple[str, ...]) -> int | None:
    found, until = _known.get(address, (None, 0.0))
    if monotonic() < until:
        return found
    if len(address) == 1:
        found = queries.heartbeat_by_key(address[0])
    else:
        found = queries.heartbeat_by_slug(key=address[0], slug=address[1])
    if len(_known) >= _MOST:
        _known.clear()
    _known[address] = (found, monotonic() + _REMEMBERED)
    return found
