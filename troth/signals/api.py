"""The way in for signals, as the API's schema describes it.

Requests to this address are answered ahead of Django by `doors.http`; what stands here answers the
same, by the same code, where the web server is not ours.
"""

from typing import Any, BinaryIO, cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from troth.signals.doors import http
from troth.signals.doors.schema import OPERATION

router = Router(tags=["signals"])


@router.post("/signals", openapi_extra=OPERATION, operation_id="send_signals", auth=None)
def send_signals(request: HttpRequest) -> HttpResponse:
    """Send signals: one JSON object, an array, NDJSON, or CloudEvents in JSON.

    Everything that is fine is accepted and on disk when the answer comes; every line that is not
    is named with its number, field and reason. With `Idempotency-Key`, lines without an `id` of
    their own count once however often the request is sent.
    """
    environ: dict[str, Any] = {**request.META, "wsgi.input": cast("BinaryIO", request)}
    found = http.answer(http.arrival_of({**environ, "PATH_INFO": http.SIGNALS}))
    return HttpResponse(found.body, status=found.status, headers=dict(found.headers))
