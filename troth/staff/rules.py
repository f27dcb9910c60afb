"""Who may do what: roles stand in order, and a token may do what its scopes say. Pure."""

from collections.abc import Collection, Mapping
from hashlib import blake2b

VIEWER, SUPPORT, EDITOR, OWNER = "viewer", "support", "editor", "owner"
ROLES = (VIEWER, SUPPORT, EDITOR, OWNER)
INGEST, READ, WRITE = "ingest", "read", "write"
SCOPES = (INGEST, READ, WRITE)
HIDDEN = "(not kept)"
_SECRETS = ("password", "secret", "token", "key", "digest", "cookie")


def digest(secret: str) -> str:
    """Return what we keep of a token or a link in place of its text."""
    return blake2b(secret.encode(), digest_size=32).hexdigest()


def may(role: str, needed: str) -> bool:
    """Return whether `role` is `needed` or stands above it. An unknown role may nothing."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(needed)


def covers(scopes: Collection[str], scope: str) -> bool:
    """Return whether a token's scopes hold `scope`; who may write may read."""
    return scope in scopes or (scope == READ and WRITE in scopes)


def may_send(sources: Collection[str], source: str) -> bool:
    """Return whether a token bound to `sources` may send for `source`.

    No sources means all of them; "shop/*" means every source that begins with "shop/".
    """
    return not sources or any(_matches(bound, source) for bound in sources)


def without_secrets(values: Mapping[str, object] | None) -> dict[str, object] | None:
    """Return the values as the trail keeps them: what sounds like a secret is left out."""
    if values is None:
        return None
    return {
        name: HIDDEN if any(word in name.lower() for word in _SECRETS) else _deep(value)
        for name, value in values.items()
    }


def _deep(value: object) -> object:
    if isinstance(value, Mapping):
        return without_secrets(value)
    if isinstance(value, list | tuple):
        return [_deep(item) for item in value]
    return value


def _matches(bound: str, source: str) -> bool:
    return source.startswith(bound[:-1]) if bound.endswith("*") else source == bound
