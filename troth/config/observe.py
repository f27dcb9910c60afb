"""What each request leaves: its id on the answer, a count, a duration and one log line."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from troth.core import meters
from troth.core.trace import request_id

_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_QUIET = frozenset({"healthz", "healthz/web", "metrics"})  # machines ask every few seconds
log = logging.getLogger(__name__)


def observe(
    answer: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        token = request_id.set(_id(request.headers.get("X-Request-ID", "")))
        begun = time.perf_counter()
        try:
            response = answer(request)
            response["X-Request-ID"] = request_id.get()
            # By route, not by path: a path may name a person or a case.
            route = request.resolver_match.route if request.resolver_match else "unknown"
            _leave(route, request.method or "", response.status_code, begun)
            return response
        finally:
            request_id.reset(token)

    return middleware


def _id(given: str) -> str:
    return given if _GOOD_ID.fullmatch(given) else secrets.token_hex(12)


def _leave(route: str, method: str, status: int, begun: float) -> None:
    seconds = time.perf_counter() - begun
    method = method if method in _METHODS else "OTHER"
    meters.REQUESTS.labels(route, method, str(status)).inc()
    meters.SECONDS.labels(route).observe(seconds)
    if route not in _QUIET:
        log.info(
            "request",
            extra={"route": route, "method": method, "status": status, "ms": round(seconds * 1e3)},
        )
