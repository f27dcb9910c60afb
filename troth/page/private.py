"""Private pages: files like the public one, given out behind a check, by Django.

Whoever may not see a page cannot tell it from one that does not exist. A magic link puts its key
into a cookie for that page alone; the key is checked at each visit, so that a link can be ended.
"""

from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from troth.components import queries as components
from troth.components.queries import PageShown
from troth.core import clock
from troth.core.visitors import address_of
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
    page = components.page(slug)
    if page is None or not page.is_private:
        raise Http404
    if request.GET.get("key"):
        return _with_key(request, page)
    key = request.COOKIES.get(_cookie(slug), "")
    if not _may_see(request, page, key):
        return _refused(request, page)
    answer = _answer(request, page, path)
    if settings.TROTH.page_statistics and request.method == "GET" and answer.status_code in _READ:
        VISITS.count(request.META, audience=" ".join(page.audiences) or page.slug)
    return answer


def _with_key(request: HttpRequest, page: PageShown) -> HttpResponse:
    """Take the key of a magic link into a cookie, and lead to the address without it."""
    key = request.GET["key"]
    if not _may_see(request, page, key):
        raise Http404
    response = redirect(request.path)
    response.set_cookie(
        _cookie(page.slug), key, max_age=_WEEK, path=f"/private/{page.slug}/",
        httponly=True, secure=settings.TROTH.is_https, samesite="Lax",
    )  # fmt: skip
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _cookie(slug: str) -> str:
    return f"page-{slug}"


def _may_see(request: HttpRequest, page: PageShown, key: str) -> bool:
    return components.may_see(
        page.slug,
        signed_in=request.user.is_authenticated,
        address=address_of(request),
        link=key,
        at=clock.now(),
    )


def _refused(request: HttpRequest, page: PageShown) -> HttpResponse:
    if page.privacy == "login" and not request.user.is_authenticated:
        return redirect(f"{settings.LOGIN_URL}?next={request.path}")
    raise Http404


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
