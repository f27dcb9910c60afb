"""Who may ask, how it is answered, and how it is refused: what all addresses here share."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from troth.components.actions import UnknownComponentError
from troth.core import clock
from troth.core.problems import DocumentError
from troth.core.refusals import Refusal
from troth.incidents.actions import NotAllowed, NotReady, Overtaken
from troth.incidents.models import Incident, Update
from troth.staff import rules
from troth.staff.access import find_token

Answer = tuple[int, Any]
Token = Any  # what staff.access.find_token returns
Handler = Callable[..., Answer]
_READING = {"GET", "HEAD"}
_EMPTY = 204
_SCHEMES = {"oauth", "bearer"}


def door(**handlers: Handler) -> Callable[..., HttpResponse]:
    """Return a view that answers each method by its handler, behind a token's scope.

    A handler named `ingest` answers POST for tokens that may send signals.
    """
    by_method = {("POST" if name == "ingest" else name.upper()): one
                 for name, one in handlers.items()}  # fmt: skip
    needs_ingest = "ingest" in handlers

    @csrf_exempt
    def view(request: HttpRequest, **named: str) -> HttpResponse:
        try:
            method = "GET" if request.method == "HEAD" else str(request.method)
            handler = by_method.get(method)
            scope = rules.READ if method in _READING else rules.WRITE
            token = admitted(request, rules.INGEST if needs_ingest else scope)
            status, value = (handler or _unanswered)(request, token, **named)
        except Refusal as error:
            return _refused(error)
        if status == _EMPTY:
            return _nothing()
        return JsonResponse(value, status=status, safe=False)

    return wraps(view)(view)


def _nothing() -> HttpResponse:
    """Answer without a body, and without saying what kind it is: clients would read it."""
    response = HttpResponse(status=_EMPTY)
    del response["Content-Type"]
    return response


def admitted(request: HttpRequest, scope: str) -> Token:
    """Return the token of `Authorization: OAuth <key>`. Refuses with 401 and 403."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() not in _SCHEMES:
        raise Refusal(401, "send an API token: Authorization: OAuth troth_…")
    token = find_token(f"Bearer {key.strip()}", clock.now())
    if token is None:
        raise Refusal(401, "this token is unknown, has expired or was revoked")
    if not token.may(scope):
        raise Refusal(403, f"this token may {', '.join(token.scopes)}, not {scope}")
    return token


def done(act: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever was done
    """Do it, or refuse in a sentence."""
    try:
        return act()
    except NotReady as error:
        raise Refusal(422, str(error), field=error.gaps[0].field) from None
    except DocumentError as error:
        raise Refusal(422, str(error)) from None
    except (NotAllowed, Overtaken, ValueError) as error:
        raise Refusal(409, str(error)) from None
    except (Incident.DoesNotExist, Update.DoesNotExist, UnknownComponentError):
        raise Refusal(404, "there is nothing of this id") from None


def _unanswered(request: HttpRequest, token: Token, **_named: str) -> Answer:  # noqa: ARG001
    raise Refusal(405, f"{request.method} is not answered here")


def _refused(error: Refusal) -> HttpResponse:
    """Answer in Statuspage's shape: `error` is a list of sentences."""
    told = {"error": [error.message], **({"field": error.field} if error.field else {})}
    response = HttpResponse(
        json.dumps(told, ensure_ascii=False), status=error.status,
        content_type="application/json",
    )  # fmt: skip
    if error.status == 401:  # noqa: PLR2004
        response["WWW-Authenticate"] = 'OAuth realm="troth"'
    return response
