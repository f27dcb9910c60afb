"""Another key for what a program gets. The one before signs as well for a day."""

from datetime import datetime

from troth.core import clock
from troth.notify import sealing
from troth.notify.models import Subscription
from troth.notify.webhook_keys import kept, keys, label


def secrets_of(uid: str, sealed: bytes | memoryview) -> list[str]:
    """Return the keys of a subscription that are valid now, the newest first."""
    return keys(uid, sealed, now=clock.now())


def rotate(*, subscription: Subscription, now: datetime) -> str:
    """Return a new key. The one before stays valid for a day, so that a program can change over."""
    found = kept(subscription.uid, subscription.sealed)
    found = {**found, "turn": found.get("turn", 0) + 1, "rotated_at": now.isoformat()}
    subscription.sealed = sealing.seal_values(found, label=label(subscription.uid))
    subscription.save(update_fields=["sealed"])
    return keys(subscription.uid, subscription.sealed, now=now)[0]
