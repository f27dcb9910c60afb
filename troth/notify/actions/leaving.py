"""Leaving is one step, and nobody is asked why."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from troth.notify.actions.subscribing import Source
from troth.notify.actions.wishing import purposes_of_others
from troth.notify.models import Subscription
from troth.notify.queries.readers import of_contact, wish_of
from troth.people import actions as people

UNDO_WITHIN: Final = timedelta(days=30)
_BY_THE_READER: Final = {"link", "one-click", "form"}


@transaction.atomic
def leave(*, subscription: Subscription, source: Source, now: datetime) -> bool:
    """End a subscription and write down the no. Return False where it had ended before.

    What waits in the outbox for it is withheld: consent is asked when a message is due.
    """
    people.hold(contact=subscription.contact)
    subscription.refresh_from_db(fields=["state"])  # another window may have confirmed meanwhile
    was_live = subscription.state != Subscription.ASKED
    ended = (
        Subscription.objects.filter(pk=subscription.pk)
        .exclude(state=Subscription.ENDED)
        .update(
            state=Subscription.ENDED, ended_at=now, end_how=source.how, paused_until=None, proof={}
        )
    )
    subscription.refresh_from_db()
    if not ended:
        return False
    purposes = wish_of(subscription).purposes - purposes_of_others(subscription)
    if was_live and purposes:
        people.withdraw(
            contact=subscription.contact, purposes=purposes, how=source.how, proof=source.proof,
            by=source.by, now=now,
        )  # fmt: skip
    return True


@transaction.atomic
def leave_all(*, contact_id: int, source: Source, now: datetime) -> int:
    """End everything that a reader gets; return how many subscriptions that were."""
    rows = of_contact(contact_id).exclude(state=Subscription.ENDED).select_related("contact")
    return sum(leave(subscription=row, source=source, now=now) for row in rows)


@transaction.atomic
def undo(*, subscription: Subscription, source: Source, now: datetime) -> bool:
    """Take back a leaving that the reader did, within a month; return whether it was one."""
    people.hold(contact=subscription.contact)
    subscription.refresh_from_db()
    if not may_undo(subscription, now=now):
        return False
    subscription.state, subscription.ended_at, subscription.end_how = Subscription.ACTIVE, None, ""
    subscription.save(update_fields=["state", "ended_at", "end_how"])
    people.allow(
        contact=subscription.contact, purposes=wish_of(subscription).purposes, how=source.how,
        proof={**source.proof, "undoes": "leaving"}, by=source.by, now=now,
    )  # fmt: skip
    return True


def may_undo(subscription: Subscription, *, now: datetime) -> bool:
    """Say whether the reader may take it back: what a bounce or a complaint ended stays ended."""
    return bool(
        subscription.state == Subscription.ENDED
        and subscription.confirmed_at
        and subscription.end_how in _BY_THE_READER
        and subscription.ended_at
        and now - subscription.ended_at <= UNDO_WITHIN
    )
