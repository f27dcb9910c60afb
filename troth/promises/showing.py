"""Where a promise to one audience alone is shown, and which parts a promise is about.

Packages above that show promises say so.
"""

from collections.abc import Callable, Mapping, Sequence

from django.conf import settings

from troth.notify.rules.story import Part

# Given a promise's slug and its audience; "" where it is shown nowhere.
Places = Callable[[str, str], str]
# Given a promise's slug and its document.
Parts = Callable[[str, Mapping[str, object]], Sequence[Part]]
_offered: dict[str, Places] = {}
_parts: dict[str, Parts] = {}


def offer(name: str, places: Places, parts: Parts | None = None) -> None:
    """Say where promises to audiences are shown, and what each is about.

    The same name again takes its place.
    """
    _offered[name] = places
    if parts is not None:
        _parts[name] = parts


def address_of(slug: str, audience: str = "") -> str:
    """Return the address of a promise: on its audience's own page, or for everybody."""
    base_url = settings.TROTH.base_url.rstrip("/")
    if not audience:
        return f"{base_url}/promises/{slug}/"
    found = (places(slug, audience) for places in _offered.values())
    return next((address for address in found if address), f"{base_url}/")


def parts_of(slug: str, document: Mapping[str, object]) -> tuple[Part, ...]:
    """Return the components that a promise is about: matched with what readers follow, not named.

    None where it is about no component.
    """
    return tuple(part for parts in _parts.values() for part in parts(slug, document))
