"""Who sends: the token in a request, and which sources it may speak for."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from troth.core.refusals import Refusal
from troth.staff import access

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Sender:
    """`name` is the token's own; `sources` are those that it is bound to (none: all)."""

    name: str
    sources: tuple[str, ...]


def sender_of(secret: str, *, now: datetime) -> Sender:
    """Return who holds an ingest token. Raises Refusal: 401 unknown or expired, 403 wrong scope."""
    if not secret or len(secret) > _LONGEST:
        raise Refusal(401, "send an ingest token: Authorization: Bearer troth_…")
    token = access.find_token(f"Bearer {secret}", now)
    if token is None:
        raise Refusal(401, "this token is unknown, has expired or was revoked")
    if not token.may("ingest"):
        raise Refusal(403, "this token may not send signals: it lacks the scope ingest")
    return Sender(token.name, tuple(token.sources))


def bearer(headers: Mapping[str, str]) -> str:
    """Return the token of a Bearer authorization, or nothing."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def basic_user(headers: Mapping[str, str]) -> str:
    """Return the user name of a Basic authorization, where Segment's libraries put the key."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
