"""What each request leaves: its id on the answer, one log line, a count and a duration."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from troth.core import meters
from troth.core.trace import request_id

_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_QUIET = frozenset({"healthz", "metrics"})  # asked every few seconds by machines
log = logging.getLogger(__name__)


def observe(
    answer: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        token = request_id.set(given if _GOOD_ID.fullmatch(given) else secrets.token_hex(12))
        begun = time.perf_counter()
        try:
            response = answer(request)
            response["X-Request-ID"] = request_id.get()
            _leave(request, response.status_code, time.perf_counter() - begun)
            return response
        finally:
            request_id.reset(token)

    return middleware


def _leave(request: HttpRequest, status: int, seconds: float) -> None:
    """Count and log by route, not by path: a path may name a person or a case."""
    route = request.resolver_match.route if request.resolver_match else "unknown"
    method = request.method if request.method in ("GET", "POST", "PUT", "DELETE") else "OTHER"
    meters.REQUESTS.labels(route, method, str(status)).inc()
    meters.SECONDS.labels(route).observe(seconds)
    if route not in _QUIET:
        log.info(
            "request",
            extra={"route": route, "method": method, "status": status, "ms": round(seconds * 1e3)},
        )
