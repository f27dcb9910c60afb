"""Whose an address is, remembered until anything that is watched changes.

Each entry carries the revision of the roster under which it was found. Whoever writes with it
compares that with the present one (actions.take), so an old address ends with the change itself.
Addresses that are nobody's are not remembered.
"""

from typing import Final, NamedTuple

from troth.core import connections
from troth.probes import queries

_MOST: Final = 20_000


class Known(NamedTuple):
    """A heartbeat (primary key), and the roster's revision when it was looked up."""

    heartbeat: int
    revision: int


_known: dict[tuple[str, ...], Known] = {}


def by_key(key: str) -> Known | None:
    """Return the heartbeat that a key belongs to."""
    return _known.get((key,)) or _looked_up((key,))


def by_name(key: str, slug: str) -> Known | None:
    """Return a heartbeat by its name, for whoever has the installation's own key."""
    return _known.get((key, slug)) or _looked_up((key, slug))


def forget() -> None:
    """Look all addresses up again."""
    _known.clear()


def _looked_up(address: tuple[str, ...]) -> Known | None:
    connections.renew()
    revision = queries.revision()
    heartbeat = _heartbeat(*address)
    if heartbeat is None:
        return None
    if len(_known) >= _MOST:
        _known.clear()
    _known[address] = found = Known(heartbeat, revision)
    return found


def _heartbeat(key: str, slug: str = "") -> int | None:
    if not slug:
        return queries.heartbeat_by_key(key)
    return queries.heartbeat_by_slug(key=key, slug=slug)
