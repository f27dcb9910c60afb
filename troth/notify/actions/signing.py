"""The keys that sign what a program gets: two at most, so that it can change over in peace."""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Final

from troth.notify import sealing
from troth.notify.models import Subscription

BOTH_VALID: Final = timedelta(days=1)  # after a rotation


def secrets_of(uid: str, sealed: bytes | memoryview) -> list[str]:
    """Return the keys of a subscription, the newest first. One that has none gets one."""
    found = sealing.opened_values(sealed, label=label(uid))
    kept: list[str] = found.get("secrets", [])
    return kept or [_first(uid)]


def _first(uid: str) -> str:
    row = Subscription.objects.get(uid=uid)
    made = new_secret()
    row.sealed = sealing.seal_values({"secrets": [made]}, label=label(uid))
    row.save(update_fields=["sealed"])
    return made


def rotate(*, subscription: Subscription, now: datetime) -> str:
    """Return a new key. The one before stays valid for a day: both sign until then."""
    before = secrets_of(subscription.uid, subscription.sealed)
    made = new_secret()
    subscription.sealed = sealing.seal_values(
        {"secrets": [made, before[0]], "rotated_at": now.isoformat()}, label=label(subscription.uid)
    )
    subscription.save(update_fields=["sealed"])
    return made


def drop_old(*, now: datetime, subscription: Subscription) -> bool:
    """Forget the key before the newest one when its day is over."""
    found = sealing.opened_values(subscription.sealed, label=label(subscription.uid))
    rotated = found.get("rotated_at")
    if not rotated or now < datetime.fromisoformat(rotated) + BOTH_VALID:
        return False
    subscription.sealed = sealing.seal_values(
        {"secrets": found["secrets"][:1]}, label=label(subscription.uid)
    )
    subscription.save(update_fields=["sealed"])
    return True


def new_secret() -> str:
    """Return a key as Standard Webhooks writes it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"


def label(uid: str) -> str:
    """Return the label under which a subscription's keys are sealed."""
    return f"subscription {uid}"
