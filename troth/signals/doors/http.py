"""The way in by WSGI, ahead of Django: no session, no template, no middleware on the hot path."""

import logging
import re
import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO, Final, cast
from wsgiref.types import StartResponse, WSGIEnvironment

from django.db import OperationalError, close_old_connections

from troth.core import clock, meters
from troth.core.trace import request_id
from troth.signals.doors import segment_door, signals_door
from troth.signals.doors.arrival import Answer, Arrival, answered

_LOG = logging.getLogger(__name__)
_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
SIGNALS: Final = "/api/v1/signals"


def is_ours(environ: Mapping[str, Any]) -> bool:
    """Return whether this request brings signals in."""
    path = environ.get("PATH_INFO", "").removesuffix("/")
    if path == SIGNALS:
        return environ.get("REQUEST_METHOD") == "POST"
    return path in segment_door.PATHS


def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    """Answer a request that `is_ours`, as a WSGI application."""
    given = environ.get("HTTP_X_REQUEST_ID", "")
    name = given if _GOOD_ID.fullmatch(given) else secrets.token_hex(12)
    token = request_id.set(name)
    begun = time.perf_counter()
    close_old_connections()
    try:
        found = answer(arrival_of(environ))
        _leave(environ, found.status, time.perf_counter() - begun)
    finally:
        close_old_connections()
        request_id.reset(token)
    own = {
        "X-Request-ID": name,
        "X-Content-Type-Options": "nosniff",
        "Content-Length": str(len(found.body)),
    }
    start(found.line, [*found.headers.items(), *own.items()])
    return [found.body]


def answer(arrival: Arrival) -> Answer:
    """Answer a request by its path; an error of ours is 500 or 503 with nothing taken."""
    door = segment_door.answer if arrival.path.startswith("/v1/") else signals_door.answer
    try:
        return door(arrival, now=clock.now())
    except OperationalError:
        _LOG.warning("the state database did not answer", exc_info=True)
        busy = {"error": "the database is busy; nothing was taken, send it again"}
        return answered(503, busy, {"Retry-After": "5"})
    except Exception:  # noqa: BLE001 - the caller gets an answer, the log gets the rest
        _LOG.exception("a request with signals failed")
        return answered(500, {"error": "something went wrong here; nothing was taken"})


def _leave(environ: Mapping[str, Any], status: int, seconds: float) -> None:
    """Count and log as Django's middleware does for every other request."""
    route = "v1/<call>" if environ["PATH_INFO"].startswith("/v1/") else "api/v1/signals"
    method = environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"] == "POST" else "OTHER"
    meters.REQUESTS.labels(route, method, str(status)).inc()
    meters.SECONDS.labels(route).observe(seconds)
    # Good requests come by the thousand: the counters have them.
    _LOG.log(
        logging.DEBUG if status < 300 else logging.INFO,  # noqa: PLR2004
        "request",
        extra={"route": route, "method": method, "status": status, "ms": round(seconds * 1e3)},
    )


def arrival_of(environ: Mapping[str, Any]) -> Arrival:
    """Return the request in a WSGI environment."""
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    return Arrival(
        method=environ.get("REQUEST_METHOD", ""),
        path=environ.get("PATH_INFO", ""),
        headers=headers,
        stream=cast("BinaryIO", environ["wsgi.input"]),
        length=_length(environ.get("CONTENT_LENGTH")),
    )


def _length(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
