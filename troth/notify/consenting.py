"""The words that a reader says yes to, and the proof that they did."""

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from troth.people import actions as people
from troth.people.keyed import digest


def statement(language: str) -> str:
    """Return the words beside the button, in a language."""
    with translation.override(language):
        return _(
            "%(who)s may write to this address about what I chose. Every message has a link "
            "to change this or to end it."
        ) % {"who": settings.TROTH.organisation}


def proof(
    *, language: str, ip: str, now: datetime, statement_shown: bool = True, **more: object
) -> dict[str, object]:
    """Return the proof of an ask or a click: words, language, instant, hash of the IP address."""
    found: dict[str, object] = {"at": now.isoformat(), **more}
    if language:
        found["language"] = language
    if statement_shown:
        found["text"] = people.state(text=statement(language), language=language, now=now)
    if ip:
        found["ip"] = digest("proof ip", ip)
    return found
