"""The JSON API: one schema, one way to say no, an ETag on everything that is read."""

import logging
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from troth.components import api as components
from troth.config.parameters import noting, refuse_unknown
from troth.core.paging import CursorError
from troth.core.refusals import Refusal
from troth.core.trace import request_id
from troth.desk import api as desk
from troth.desk import report_api as reports
from troth.feedback import api as feedback
from troth.incidents import api as incidents
from troth.metrics import api as metrics
from troth.metrics import insight_api as insight
from troth.metrics import outcome_api as outcomes
from troth.notify import api as notify
from troth.probes import api as probes
from troth.promises import api as promises
from troth.signals import api as signals
from troth.signals import case_api as cases

logger = logging.getLogger(__name__)
_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_ERROR_SCHEMA = {
    "type": "object",
    "title": "Error",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "description": "What is wrong, in one sentence."},
        "field": {"type": "string", "description": "The parameter or field it is about."},
    },
}
_REFUSED = {
    "description": "Refused. The body says why, and names the field where there is one.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}
_NOT_MODIFIED = {"description": "Unchanged since the ETag in If-None-Match."}


class Api(NinjaAPI):
    """Ninja with ETags on what is read, and refusals described in the schema."""

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        """Begin an answer, once it is known who asks and before anything is looked at."""
        refuse_unknown(request)
        return super().create_temporal_response(request)

    def create_response(
        self,
        request: HttpRequest,
        data: Any,  # noqa: ANN401 - whatever the operation answers
        *,
        status: int | None = None,
        temporal_response: HttpResponse | None = None,
    ) -> HttpResponse:
        response = super().create_response(
            request, data, status=status, temporal_response=temporal_response
        )
        if request.method in {"GET", "HEAD"} and response.status_code == 200:  # noqa: PLR2004
            return _conditional(request, response)
        return response

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schema.setdefault("components", {}).setdefault("schemas", {})["Error"] = _ERROR_SCHEMA
        for path in schema["paths"].values():
            for method in set(path) & set(_METHODS):
                _describe_refusals(method, path[method])
        return schema


def _describe_refusals(method: str, operation: dict[str, Any]) -> None:
    responses = operation.setdefault("responses", {})
    responses.setdefault("default", _REFUSED)
    if method == "get":
        responses.setdefault(304, _NOT_MODIFIED)


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if not response.has_header("ETag"):
        digest = blake2b(response.content, digest_size=12).hexdigest()
        response["ETag"] = quote_etag(digest)
    response.setdefault("Cache-Control", "private, no-cache")
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    if not isinstance(answer, HttpResponse):
        return response
    return answer


def _refusal(request: HttpRequest, error: Refusal) -> HttpResponse:
    return api.create_response(request, error.body(), status=error.status)


def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    message = str(error.args[0]) if error.args and isinstance(error.args[0], str) else "not here"
    return api.create_response(request, {"error": message}, status=404)


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    response = api.create_response(request, {"error": str(error)}, status=error.status_code)
    if error.status_code == 401:  # noqa: PLR2004
        response["WWW-Authenticate"] = 'Bearer realm="troth"'
    return response


def _bad_cursor(request: HttpRequest, error: CursorError) -> HttpResponse:
    return _refusal(request, Refusal(422, str(error), field="cursor"))


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0] if error.errors else {}
    # Ninja's own place names (query, payload) mean nothing to a caller: the last parts do.
    field = ".".join(str(part) for part in _named(first.get("loc", ())))
    message = str(first.get("msg", "not valid"))
    return _refusal(request, Refusal(422, message, field=field or None))


def _named(place: Sequence[str | int]) -> Sequence[str | int]:
    return place[2:] if len(place) > 2 and place[0] == "body" else place[1:]  # noqa: PLR2004


def nothing_here(request: HttpRequest, path: str) -> HttpResponse:
    """Answer for every address below the API's that has no operation."""
    return api.create_response(request, {"error": f"there is nothing at {path}"}, status=404)


api = Api(
    title="Troth",
    version="1",
    description=(
        "What was promised, what happened, and the verdict. Times are RFC 3339 with an offset. "
        "Lists come in pages: pass `next` back as `cursor`. Everything read has an ETag."
    ),
    urls_namespace="api",
    docs_url=None,
)
api.add_decorator(noting, mode="view")


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("request failed", exc_info=error)
    message = f"this failed here, not with you; the log has it as {request_id.get()}"
    return api.create_response(request, {"error": message}, status=500)


_HANDLERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    Refusal: _refusal,
    Http404: _missing,
    HttpError: _http_error,
    ValidationError: _invalid,
    CursorError: _bad_cursor,
    Exception: _broken,
}
for _kind, _handler in _HANDLERS.items():
    api.add_exception_handler(_kind, _handler)
for _router in (
    signals.router,
    cases.router,
    metrics.router,
    outcomes.router,
    insight.router,
    probes.router,
    promises.router,
    components.router,
    incidents.router,
    feedback.router,
    notify.router,
    desk.router,
    reports.router,
):
    api.add_router("", _router)
