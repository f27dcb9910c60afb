"""Where a promise to one audience alone is shown: packages above that show it say so."""

from collections.abc import Callable

from django.conf import settings

# Given a promise's slug and its audience; "" where it is shown nowhere.
Places = Callable[[str, str], str]
_offered: dict[str, Places] = {}


def offer(name: str, places: Places) -> None:
    """Say where promises to audiences are shown; the same name again takes its place."""
    _offered[name] = places


def address_of(slug: str, audience: str = "") -> str:
    """Return the address of a promise: on its audience's own page, or for everybody."""
    base_url = settings.TROTH.base_url.rstrip("/")
    if not audience:
        return f"{base_url}/promises/{slug}/"
    found = (places(slug, audience) for places in _offered.values())
    return next((address for address in found if address), f"{base_url}/")
