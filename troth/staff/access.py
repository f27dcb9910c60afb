"""Who may come in: roles for screens, tokens for programs."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import wraps
from hmac import compare_digest
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja.errors import HttpError
from ninja.security import HttpBearer

from troth.core import clock
from troth.staff import actions, rules
from troth.staff.actions.tokens import NAME, PREFIX
from troth.staff.models import ApiToken, User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

_REMEMBERED = timedelta(seconds=10)
_MOST = 1000
_known: dict[str, tuple[ApiToken | None, datetime]] = {}


def requires(role: str) -> Callable[[View[P]], View[P]]:
    """Let only people with `role` or a higher one see a view; strangers are asked to sign in."""

    def guarded(view: View[P]) -> View[P]:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_the_door(request)
            if not person(request).may(role):
                raise PermissionDenied(f"This needs the role {role}; yours is {_role(request)}.")
            return view(request, *args, **kwargs)

        return cast("View[P]", wrapper)

    return guarded


def _to_the_door(request: HttpRequest) -> HttpResponseBase:
    answer = redirect_to_login(request.get_full_path())
    if request.headers.get("HX-Request") == "true":
        # htmx would follow into the list it asked for; this sends the whole window to sign in.
        return HttpResponse(status=401, headers={"HX-Redirect": answer.url})
    return answer


def person(request: HttpRequest) -> User:
    """Return who is signed in, for views behind `requires`."""
    return cast("User", request.user)


def find_token(header: str, now: datetime) -> ApiToken | None:
    """Return the living token that an Authorization header ("Bearer troth_…") carries, or None.

    An answer is remembered in this process for ten seconds, so that a door may ask for every
    request. That the token was used is written at most once a minute.
    """
    scheme, _, text = header.partition(" ")
    text = text.strip()
    if scheme.lower() != "bearer" or not text.startswith(NAME):
        return None
    token = _remembered(rules.digest(text), text[:PREFIX], now)
    if token is None or not token.is_live(now):
        return None
    _touch(token, now)
    return token


def token_for(header: str, scope: str, now: datetime) -> ApiToken | None:
    """Return the token in the header if it lives and holds `scope`, else None."""
    token = find_token(header, now)
    return token if token and token.may(scope) else None


class ApiKey(HttpBearer):
    """Ninja's `auth=`: a token with `scope`; a signed-in person may read, too.

    `request.auth` is the ApiToken or the User. Answers 401 without a key and 403 with one that
    lacks the scope.
    """

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiToken | User:
        header = request.headers.get("Authorization", "")
        if header:
            return self._token(header)
        if self.scope == rules.READ and request.method in {"GET", "HEAD"}:
            user = getattr(request, "user", None)
            if isinstance(user, User) and user.may(rules.VIEWER):
                return user
        raise HttpError(401, "send an API token: Authorization: Bearer troth_…")

    def _token(self, header: str) -> ApiToken:
        token = find_token(header, clock.now())
        if token is None:
            raise HttpError(401, "this token is unknown, has expired or was revoked")
        if not token.may(self.scope):
            raise HttpError(403, f"this token may {', '.join(token.scopes)}, not {self.scope}")
        return token

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:  # noqa: ARG002 - ninja's name
        return self._token(f"Bearer {token}")


def _remembered(key: str, prefix: str, now: datetime) -> ApiToken | None:
    token, until = _known.get(key, (None, None))
    if until is None or not now < until:
        token = ApiToken.objects.filter(prefix=prefix).first()
        if token is not None and not compare_digest(token.digest, key):
            token = None
        if len(_known) >= _MOST:
            _known.clear()
        _known[key] = (token, now + _REMEMBERED)
    return token


def _touch(token: ApiToken, now: datetime) -> None:
    """Write the minute of use; a busy database is no reason to refuse a request."""
    last = token.last_used_at
    if last is not None and now - last < timedelta(minutes=1):
        return
    token.last_used_at = now
    with suppress(OperationalError):
        actions.mark_used(token=token, now=now)


def _role(request: HttpRequest) -> str:
    return person(request).role or "none"
