"""Ready texts that say what the page says: support's answers, the letter about a breach."""

from django.conf import settings

from troth.incidents.queries.listing import incident
from troth.incidents.rules import letter as letters
from troth.incidents.rules.macro import Macro, macro_of
from troth.incidents.rules.results import IncidentShown


def address_of(shown: IncidentShown) -> str:
    """Return the address of an incident's page."""
    return f"{settings.TROTH.base_url}/{shown.path}"


def macro(uid: str, *, audience: str | None = None) -> Macro | None:
    """Return support's answer about a published incident; it carries the page's revision."""
    shown = incident(uid, audience=audience)
    return macro_of(shown, address=address_of(shown)) if shown else None


def letter(uid: str, *, audience: str | None = None) -> str | None:
    """Return the letter to the people as Markdown, None where this is no published breach."""
    shown = incident(uid, audience=audience)
    if shown is None or shown.breach is None:
        return None
    return letters.letter(
        shown.breach, organisation=settings.TROTH.organisation, address=address_of(shown)
    )
