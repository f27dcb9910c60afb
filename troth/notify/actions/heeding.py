"""A program that gives our challenge back has confirmed: only its owner decides what it answers."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from troth.notify import links
from troth.notify.actions.subscribing import EndedError, Source, confirm
from troth.notify.models import Subscription

HOW = "challenge"


def heed(echoes: Mapping[int, str], *, now: datetime) -> int:
    """Begin the subscriptions (by key) whose own challenge came back; return how many.

    It is done before the receipt is written: a courier that dies in between asks once more, and a
    second yes changes nothing.
    """
    return sum(_begun(pk, token, now) for pk, token in echoes.items())


@transaction.atomic
def _begun(pk: int, token: str, now: datetime) -> bool:
    row = Subscription.objects.select_related("contact").filter(pk=pk).first()
    if row is None or row.state != Subscription.ASKED or _meant(token, now) != row.uid:
        return False
    proof = {"at": now.isoformat(), "answered": token}
    try:
        confirm(subscription=row, source=Source(how=HOW, proof=proof), now=now, is_added=True)
    except EndedError:
        return False
    return True


def _meant(token: str, now: datetime) -> str | None:
    try:
        return links.confirming(token, now=now)
    except links.ExpiredError:
        return None
