"""Endpoints that keep failing are left alone, and told of; one where nobody is ends."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F

from troth.notify.actions.leaving import leave_all
from troth.notify.actions.owning import tell_owner
from troth.notify.actions.subscribing import Source
from troth.notify.actions.suppressing import suppress
from troth.notify.models import Subscription
from troth.notify.rules import retrying
from troth.notify.rules.results import Fate


def note_endpoints(fates: Mapping[int, Fate], *, now: datetime) -> None:
    """Count failures in a row by subscription. One success forgets them and ends a quarantine."""
    for pk, fate in fates.items():
        rows = Subscription.objects.filter(pk=pk)
        if fate is Fate.ACCEPTED:
            rows.update(failures=0, failing_since=None)
            rows.filter(state=Subscription.QUARANTINED).update(
                state=Subscription.ACTIVE, quarantined_at=None, note=""
            )
            continue
        rows.update(failures=F("failures") + 1)
        rows.filter(failing_since=None).update(failing_since=now)
        _leave_alone(pk, now)


def _leave_alone(pk: int, now: datetime) -> None:
    rows = Subscription.objects.filter(pk=pk, state=Subscription.ACTIVE)
    row = rows.select_related("contact", "owner").first()
    if row is None or row.failing_since is None:
        return
    if retrying.is_quarantined(failures=row.failures, span=now - row.failing_since):
        rows.update(
            state=Subscription.QUARANTINED,
            quarantined_at=now,
            note=f"failed {row.failures} times since {row.failing_since:%Y-%m-%d %H:%M} UTC",
        )
        tell_owner(row, now=now)


def nobody_there(subscription: int, *, said: str, now: datetime) -> None:
    """End every subscription of an address that is gone, and write to it no more."""
    row = Subscription.objects.select_related("contact").get(pk=subscription)
    contact = row.contact
    suppress(
        channel=contact.channel, digest=contact.digest, reason="gone", said=said, by="", now=now
    )
    proof = {"at": now.isoformat(), "said": said[:300]}
    leave_all(contact_id=contact.pk, source=Source(how="bounce", proof=proof), now=now)
