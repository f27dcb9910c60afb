"""What a shared link shows: the one sheet as a page, and as PDF. No account is needed."""

from collections.abc import Callable
from http import HTTPStatus
from importlib.util import find_spec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from troth.core import clock
from troth.page import onepager, queries
from troth.page.edition import Edition, editions
from troth.page.headers import policy
from troth.page.models import SharedLink
from troth.page.sharing import opened

Shown = Callable[[Edition, SharedLink], HttpResponse]


@require_safe
def page(_request: HttpRequest, token: str) -> HttpResponse:
    """Show the sheet, with a link to it as PDF."""
    return _answered(token, _as_page)


@require_safe
def sheet(_request: HttpRequest, token: str) -> HttpResponse:
    """Give the sheet as PDF."""
    return _answered(token, _as_pdf)


def _answered(token: str, show: Shown) -> HttpResponse:
    now = clock.now()
    link = opened(token, now=now)
    is_live = link is not None and link.is_live(now)
    picture = queries.picture_as_of(link.as_of if link and is_live else now)
    language = link.language if link else ""
    every = editions(picture)
    edition = next((one for one in every if one.language == language), every[0])
    with edition.spoken():
        response = show(edition, link) if link and is_live else _over(edition, link)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Security-Policy"] = policy(settings.TROTH.product_url or "")
    return response


def _as_page(edition: Edition, share: SharedLink) -> HttpResponse:
    sheet = onepager.sheet(edition, at=share.as_of)
    values = {"sheet": sheet, "until": share.until, "as_pdf": _draws()}
    return HttpResponse(edition.render("page/shared.html", "", values))


def _draws() -> bool:
    """Say whether what draws PDF is installed: the extra `pdf` (docs/decisions/040-pdf.md)."""
    return find_spec("reportlab") is not None


def _as_pdf(edition: Edition, share: SharedLink) -> HttpResponse:
    if not _draws():
        return HttpResponse(edition.render("page/missing.html", "", {}), status=404)
    from troth.page.pdf import pdf

    body = pdf(onepager.sheet(edition, at=share.as_of))
    response = HttpResponse(body, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="trust.pdf"'
    return response


def _over(edition: Edition, link: SharedLink | None) -> HttpResponse:
    """Say in words that a link shows nothing: it ended, was revoked, or never was one."""
    values = {"is_revoked": link is not None and link.revoked_at is not None}
    return HttpResponse(edition.render("page/over.html", "", values), status=HTTPStatus.GONE)
