"""Readers who never became ones, and what was counted for a day."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from troth.notify.actions.asking import ABOUT
from troth.notify.actions.knocking import forget_knocks
from troth.notify.actions.subscribing import end_pauses
from troth.notify.links import CONFIRM_SECONDS
from troth.notify.models import Bounce, Subscription, Thread
from troth.notify.queries.readers import unconfirmed
from troth.people import actions as people

_GRACE: Final = timedelta(days=1)
_A_TURN: Final = 500


def look_after(*, now: datetime) -> int:
    """End pauses that are over; forget asks that nobody confirmed, their addresses, and knocks."""
    return end_pauses(now=now) + _forget_unconfirmed(now) + forget_knocks(now=now)


@transaction.atomic
def _forget_unconfirmed(now: datetime) -> int:
    """Remove what was asked and never confirmed, and whoever we know for no other reason."""
    before = now - timedelta(seconds=CONFIRM_SECONDS) - _GRACE
    keys = unconfirmed(asked_before=before, limit=_A_TURN)
    if not keys:
        return 0
    rows = Subscription.objects.filter(pk__in=keys, state=Subscription.ASKED)
    found = list(rows.values_list("uid", "contact_id"))
    Thread.objects.filter(about__in=[f"{ABOUT}{uid}" for uid, _contact in found]).delete()
    rows.delete()
    people.forget_strangers(contacts=_otherwise_unknown({contact for _uid, contact in found}))
    return len(found)


def _otherwise_unknown(contacts: set[int]) -> set[int]:
    left = contacts - set(
        Subscription.objects.filter(contact__in=contacts).values_list("contact_id", flat=True)
    )
    left -= set(Subscription.objects.filter(owner__in=left).values_list("owner_id", flat=True))
    return left - set(Bounce.objects.filter(contact__in=left).values_list("contact_id", flat=True))
