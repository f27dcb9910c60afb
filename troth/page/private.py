"""Private pages: files like the public one, given out behind a check, by Django.

Whoever may not see a page cannot tell it from one that does not exist: both get the same
answer, with a way to sign in. A magic link puts its key into a cookie for that page alone; the key
is checked at each visit, so that a link can be ended.
"""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from troth.components import queries as components
from troth.components.queries import PageShown
from troth.core import clock
from troth.core.visitors import address_of
from troth.notify.views.public import framed, language_of
from troth.page import actions
from troth.page.headers import policy
from troth.page.manifest import MANIFEST
from troth.page.negotiation import has_it
from troth.page.shelf import Shelf, published
from troth.page.visits import VISITS

_WEEK = 7 * 86400
_READ = (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)
_shelves: dict[str, tuple[Path, Shelf]] = {}


@require_safe
def private(request: HttpRequest, slug: str, path: str) -> HttpResponse:
    """Answer one file of a private page, if this visitor may see it."""
    key = request.GET.get("key", "")
    if granted(request, slug, key=key) is None:
        return refused(request)
    if key:
        return _with_key(request, slug, key)
    page = components.page(slug)
    if page is None:  # it was ended in this moment
        return refused(request)
    answer = _answer(request, page, path)
    if settings.TROTH.page_statistics and request.method == "GET" and answer.status_code in _READ:
        VISITS.count(request.META, audience=" ".join(page.audiences) or page.slug)
    return answer


def granted(request: HttpRequest, slug: str, *, key: str = "") -> Mapping[str, object] | None:
    """Return what lets this visitor into a private page, or None of who is not let in.

    `key` is that of the link in the address; without one it is the cookie's.
    """
    return components.grant(
        slug,
        person=request.user.pk if request.user.is_authenticated else None,
        address=address_of(request),
        link=key or request.COOKIES.get(_cookie(slug), ""),
        at=clock.now(),
    )


def refused(request: HttpRequest) -> HttpResponse:
    """Answer whoever is not let in, always in the same words: 404, and where to sign in."""
    sign_in = f"{settings.LOGIN_URL}?{urlencode({'next': request.path})}"
    context = {"sign_in": "" if request.user.is_authenticated else sign_in}
    return framed(
        "page/closed.html", context, language=language_of(request), status=HTTPStatus.NOT_FOUND
    )


def _with_key(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Take the key of a magic link into a cookie, and lead to the address without it."""
    response = redirect(request.path)
    response.set_cookie(
        _cookie(slug), key, max_age=_WEEK, path=f"/private/{slug}/",
        httponly=True, secure=settings.TROTH.is_https, samesite="Lax",
    )  # fmt: skip
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _cookie(slug: str) -> str:
    return f"page-{slug}"


def _answer(request: HttpRequest, page: PageShown, path: str) -> HttpResponse:
    shelf = _shelf(page.slug)
    item = shelf.find(f"/{path}")
    if item is None and shelf.find(f"/{path}/"):
        return redirect(f"{request.path}/")
    found = item or shelf.find("/404.html")
    if found is None:
        raise Http404
    variant = found.variant(request.headers.get("Accept-Encoding", ""))
    headers = {**dict(variant.unchanged if _has(request, variant.etag) else variant.headers)}
    if _has(request, variant.etag):
        return HttpResponseNotModified(headers=headers)
    status = HTTPStatus.OK if item else HTTPStatus.NOT_FOUND
    body = b"".join(variant.body) if request.method == "GET" else b""
    return HttpResponse(body, status=status, headers=headers)


def _has(request: HttpRequest, etag: str) -> bool:
    seen = request.headers.get("If-None-Match", "")
    return bool(seen) and has_it(seen, etag)


def _shelf(slug: str) -> Shelf:
    """Return the files of a private page as published last. Raises Http404 where there is none."""
    try:
        revision = (actions.private_folder() / slug / "current").resolve(strict=True)
    except OSError:
        raise Http404 from None
    held = _shelves.get(slug)
    if held is None or held[0] != revision:
        held = (revision, published(revision, headers=_headers))
        held[1].items.pop(f"/{MANIFEST}", None)  # it lists what nobody need know
        _shelves[slug] = held
    return held[1]


def _headers(kind: str, _immutable: bool) -> list[tuple[str, str]]:  # noqa: FBT001 - a callback
    """Return headers that keep a private page out of caches, search engines and other sites."""
    return [
        ("content-type", kind),
        ("cache-control", "private, no-cache"),
        ("vary", "cookie, accept-encoding"),
        ("x-robots-tag", "noindex"),
        ("content-security-policy", policy(settings.TROTH.product_url or "")),
        ("referrer-policy", "same-origin"),
    ]
