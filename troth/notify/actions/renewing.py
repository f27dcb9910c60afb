"""A browser's push service gave it another address: the subscription goes on there."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction

from troth.notify import catalogue
from troth.notify.models import Subscription
from troth.notify.queries.readers import LIVE, wish_of
from troth.people import actions as people
from troth.people.queries import address_of

CHANNEL: Final = "push"
MISSED_WITHIN: Final = timedelta(days=60)  # a browser that was off meanwhile


class NotItsOwnError(Exception):
    """Whoever asks does not know the address that is to be changed."""


@transaction.atomic
def renew(*, subscription: Subscription, old: str, address: str, now: datetime) -> None:
    """Give a browser's subscriptions its new address. Done twice it changes nothing.

    `old` is the endpoint before: who knows it and holds the reader's link is that browser. What
    ended because the former one was gone goes on. Where the new address subscribes by itself
    already, the former subscription is replaced by it. Raises NotItsOwnError, and
    catalogue.SettingsError for what no browser gave.
    """
    contact = subscription.contact
    people.hold(contact=contact)
    new, known = catalogue.address(CHANNEL, address), address_of(contact)
    if contact.channel != CHANNEL or not known:
        raise NotItsOwnError
    if known == new:
        return
    if msgspec.json.decode(known)["endpoint"] != old:
        raise NotItsOwnError
    live = Subscription.objects.filter(contact=contact, state__in=LIVE)
    if not people.move(contact=contact, address=new):
        live.update(state=Subscription.ENDED, ended_at=now, end_how="replaced")
        return
    live.update(failures=0, failing_since=None)
    gone = Subscription.objects.filter(
        contact=contact, state=Subscription.ENDED, end_how="bounce",
        ended_at__gt=now - MISSED_WITHIN,
    )  # fmt: skip
    for row in gone.select_related("contact"):
        _go_on(row, now)


def _go_on(row: Subscription, now: datetime) -> None:
    """Begin again what ended because the former address was gone before we heard of the new one."""
    row.state, row.ended_at, row.end_how = Subscription.ACTIVE, None, ""
    row.failures, row.failing_since = 0, None
    row.save(update_fields=["state", "ended_at", "end_how", "failures", "failing_since"])
    people.allow(
        contact=row.contact, purposes=wish_of(row).purposes, how="new address",
        proof={"at": now.isoformat(), "undoes": "bounce"}, by="", now=now,
    )  # fmt: skip
