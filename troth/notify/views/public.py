"""What every public page here shares: the reader's language, headers, and the frame around it."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from troth.core import clock
from troth.core.visitors import address_of
from troth.notify import topics
from troth.notify.consenting import proof, statement
from troth.notify.rules.wishes import zones

Context = Mapping[str, object]


def language_of(request: HttpRequest) -> str:
    """Return the language a visitor asked for, among those of the page."""
    known = settings.TROTH.languages
    asked = request.GET.get("language", "")
    if asked in known:
        return asked
    for part in request.headers.get("Accept-Language", "")[:200].split(","):
        code = part.partition(";")[0].strip().partition("-")[0].lower()
        if code in known:
            return code
    return str(known[0])


def shown(
    template: str, context: Context, *, language: str, status: int = HTTPStatus.OK
) -> HttpResponse:
    """Render a page of the reader: a template of ours by its name."""
    return framed(f"notify/public/{template}", context, language=language, status=status)


def framed(
    template: str, context: Context, *, language: str, status: int = HTTPStatus.OK
) -> HttpResponse:
    """Render a page for strangers; nobody keeps it, finds it by a search, or sets a cookie."""
    language = language if language in settings.TROTH.languages else settings.TROTH.languages[0]
    with translation.override(language):
        body = render_to_string(template, {**_frame(language), **context})
    response = HttpResponse(body, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Content-Language"] = language
    return response


def too_many(wait: timedelta, *, language: str) -> HttpResponse:
    """Say that there were many tries from one network, and when to come back."""
    minutes = int(wait.total_seconds()) // 60 + 1
    response = shown("too_many.html", {"minutes": minutes}, language=language,
        status=HTTPStatus.TOO_MANY_REQUESTS,
    )  # fmt: skip
    response.headers["Retry-After"] = str(minutes * 60)
    return response


def _frame(language: str) -> dict[str, object]:
    first = settings.TROTH.languages[0]
    return {
        "lang": language,
        "site_name": settings.TROTH.organisation,
        "statement": statement(language),
        "zones": sorted(zones()),
        "site_url": f"{settings.TROTH.base_url}/{'' if language == first else f'{language}/'}",
    }


def proof_of(
    request: HttpRequest, language: str, *, statement_shown: bool = True
) -> dict[str, object]:
    """Return the proof of what this request says yes or no to."""
    return proof(
        language=language,
        ip=address_of(request),
        now=clock.now(),
        statement_shown=statement_shown,
    )


def place_named(slug: str) -> topics.Place | None:
    """Return the public page of that slug, or None."""
    return topics.places().get(slug)
