"""Write to one address that asked us something: no subscription is needed, and none begins."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from troth.core.ids import new_id
from troth.notify import catalogue
from troth.notify.actions.telling import tell
from troth.notify.models import Delivery, Subscription, Telling, Thread
from troth.notify.rules.story import Story
from troth.people import actions as people


@transaction.atomic
def write_to(  # noqa: PLR0913 - the parts of a letter, all named
    *, channel: str, address: str, language: str, story: Story, by: str, now: datetime
) -> Telling:
    """Queue one message to one address, in the caller's transaction.

    An address that we know for no other reason is held as one that never confirmed: it is told
    nothing else, and forgotten after some days as those are. Raises catalogue.SettingsError.
    """
    contact = people.know(
        channel=channel, address=catalogue.address(channel, address), language=language, now=now
    )
    people.hold(contact=contact)
    rows = Subscription.objects.filter(contact=contact, is_ours=False)
    rows = rows.exclude(state=Subscription.ENDED)
    found = rows.order_by(F("confirmed_at").desc(nulls_last=True), "pk").first()
    if found is None:
        found = Subscription.objects.create(
            uid=new_id("sub"), contact=contact, events=0, asked_at=now
        )
    elif found.state == Subscription.ASKED:
        Subscription.objects.filter(pk=found.pk).update(asked_at=now)
    return tell(story=story, by=by, now=now, only=[found.uid])


@transaction.atomic
def unwrite(*, about: Sequence[str]) -> int:
    """Forget what was written about some things, words and messages; return how many there were."""
    threads = Thread.objects.filter(about__in=list(about))
    Delivery.objects.filter(thread__in=threads).delete()
    return threads.delete()[1].get("notify.Thread", 0)
