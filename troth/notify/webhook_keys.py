"""The keys that sign webhooks, one for each subscription, made from the installation's own.

Nothing is kept of a key but how often it was changed. Two are valid for a day after a change.
"""

import base64
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

from django.conf import settings

from troth.notify import sealing

BOTH_VALID: Final = timedelta(days=1)  # after a change


def keys(uid: str, sealed: bytes | memoryview, *, now: datetime) -> list[str]:
    """Return the keys of a subscription that are valid, the newest first, as `whsec_…`."""
    if not sealed:
        return [_made(uid, 0)]
    found = kept(uid, sealed)
    turn = int(found.get("turn", 0))
    changed = str(found.get("rotated_at", ""))
    is_new = bool(changed) and now < datetime.fromisoformat(changed) + BOTH_VALID
    return [_made(uid, turn), *([_made(uid, turn - 1)] if is_new else [])]


def kept(uid: str, sealed: bytes | memoryview) -> dict[str, Any]:
    """Return what is kept of a subscription's keys."""
    return sealing.opened_values(sealed, label=label(uid))


def _made(uid: str, turn: int) -> str:
    key: bytes = settings.TROTH.inbox_key
    text = f"{uid} {turn}".encode()
    made = blake2b(text, key=key, digest_size=32, person=b"troth webhooks").digest()
    return f"whsec_{base64.b64encode(made).decode()}"


def label(uid: str) -> str:
    """Return the label under which a subscription's own settings are sealed."""
    return f"subscription {uid}"
