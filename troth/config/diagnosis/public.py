"""What others see: the page, its address, and who may log in."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model

from troth.config.diagnosis.finding import Finding
from troth.page import folder
from troth.ui import words

_NO_CONTACT = "there is no security.txt: set TROTH_SECURITY_CONTACT and TROTH_SECURITY_EXPIRES"
_SOON, _YEAR = 30, 366  # days
_HERE = ("127.0.0.1", "localhost", "::1")


def page(*, now: datetime) -> Iterator[Finding]:
    published = folder.current(settings.TROTH.page_dir)
    if published is None:
        yield Finding(
            "page", "note", "no page is published yet; the worker does it, or troth publish"
        )
        return
    text = f"{len(published.files)} files, written {words.ago(published.written_at, now)}"
    yield Finding("page", "ok", text)


def address(*, now: datetime) -> Iterator[Finding]:  # noqa: ARG001 - every look is asked the same way
    chosen = settings.TROTH
    is_local = urlsplit(chosen.base_url).hostname in _HERE
    yield Finding("address", "ok", f"visitors use {chosen.base_url}")
    if not chosen.is_https and not is_local:
        text = "passwords travel in the clear: set TROTH_BASE_URL to an https:// address"
        yield Finding("address", "problem", text)
    if chosen.debug and not is_local:
        yield Finding(
            "address", "problem", "TROTH_DEBUG shows our insides to visitors: set it to 0"
        )
    if not chosen.metrics_token and not is_local:
        yield Finding("address", "note", "anyone can read /metrics: set TROTH_METRICS_TOKEN")


def security(*, now: datetime) -> Iterator[Finding]:
    """Look at security.txt: without a day it does not hold, and too far a day nobody believes."""
    until = settings.TROTH.security_expires
    if not until:
        if urlsplit(settings.TROTH.base_url).hostname not in _HERE:
            yield Finding("security", "note", _NO_CONTACT)
        return
    left = (until - now.date()).days
    if left < 0:
        text = f"security.txt ended on {until}: look at it and set TROTH_SECURITY_EXPIRES anew"
        yield Finding("security", "problem", text)
    elif left < _SOON:
        yield Finding("security", "note", f"security.txt ends in {left} days, on {until}")
    elif left > _YEAR:
        yield Finding("security", "note", f"security.txt holds until {until}; a year is the most")
    else:
        yield Finding("security", "ok", f"security.txt holds until {until}")


def people(*, now: datetime) -> Iterator[Finding]:  # noqa: ARG001
    owners = get_user_model().objects.filter(role="owner", is_active=True).count()
    if owners:
        yield Finding("people", "ok", f"{owners} owner{'s' if owners > 1 else ''} can sign in")
    else:
        yield Finding(
            "people", "note", "there is no owner yet; troth up prints a link that makes one"
        )
