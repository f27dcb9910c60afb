"""Send once more, by hand: what was given up, refused, withheld, or nobody knows of."""

from datetime import datetime
from typing import Final

from django.db import transaction

from troth.notify.actions.counting import changed, recount
from troth.notify.actions.stretching import stretched
from troth.notify.models import Delivery, Reckoning, State, Telling
from troth.staff.actions import note
from troth.staff.actions.audit import Actor

ENDED_BADLY: Final = (State.UNKNOWN, State.GIVEN_UP, State.REFUSED, State.WITHHELD)
_OPEN: Final = (State.QUEUED, State.CLAIMED, State.LEAVING)


class NotReplayableError(ValueError):
    """The message arrived, is under way, or is being replayed already."""


@transaction.atomic
def replay(*, delivery: Delivery, author: Actor, now: datetime) -> Delivery:
    """Queue a message again, as one of its own that names this one. Raises NotReplayableError.

    It tells the newest revision of its thread: an older one would be a mistake. Consent is asked
    again when it leaves.
    """
    row = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if row.state not in ENDED_BADLY:
        raise NotReplayableError(f"it is {row.state}: there is nothing to send again")
    again = Delivery.objects.filter(replay_of=row)
    if again.filter(state__in=(*_OPEN, State.ACCEPTED)).exists():
        raise NotReplayableError("it was sent again already")
    newest = _newest(row)
    with stretched(newest):
        made = Delivery.objects.create(
            telling=newest, thread_id=row.thread_id, reader_id=row.reader_id,
            subscription_id=row.subscription_id, outlet_id=row.outlet_id, channel=row.channel,
            priority=min(row.priority, 1), due_at=now, replay_of=row,
        )  # fmt: skip
    within = Delivery.objects.filter(joined_to=row, state=State.JOINED)
    changed(Reckoning.objects.filter(telling__in=within.values("telling")))
    within.update(joined_to=made)
    recount(telling=newest, messages=newest.matched + 1)
    note(actor=author, verb="replayed", thing="message", thing_id=row.pk, now=now)
    return made


def _newest(row: Delivery) -> Telling:
    return Telling.objects.filter(thread=row.thread_id).latest("number")
