"""“Was it you?”: a message of the outbox to an address that has not said yes to anything yet."""

from datetime import datetime

import msgspec
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from troth.core.ids import new_id
from troth.notify import links
from troth.notify.actions.knocking import knock
from troth.notify.models import Delivery, Subscription, Telling, Thread
from troth.notify.rules import limits
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story

ABOUT = "subscription:"  # what threads of this kind are about; the desk lists the others


def ask(*, subscription: Subscription, language: str, now: datetime) -> bool:
    """Send the question, at most once an hour to an address; return whether it goes out.

    It is written for a suppressed address, too, and withheld when it is due: who asks about
    somebody else's address learns nothing, not even from how long this takes.
    """
    contact = subscription.contact
    address = f"{contact.channel} {contact.digest}"
    if knock(use="ask", of=address, limits=limits.ASKED, now=now):
        return False
    story = _story(subscription, language, now)
    thread, _new = Thread.objects.get_or_create(
        about=story.about,
        defaults={
            "uid": new_id("thr"),
            "title": story.title[:300],
            "purpose": story.event.purpose.value,
            "told_at": now,
        },
    )
    thread.newest += 1
    thread.told_at = now
    thread.save(update_fields=["newest", "told_at"])
    telling = Telling.objects.create(
        thread=thread,
        number=thread.newest,
        event=story.event.value,
        revision=story.revision,
        content=msgspec.to_builtins(story),
        is_urgent=True,
        told_at=now,
        spread_at=now,
        matched=1,
    )
    Delivery.objects.create(
        telling=telling,
        thread=thread,
        reader=contact,
        subscription=subscription,
        outlet=subscription.outlet,
        channel=contact.channel,
        due_at=now,
    )
    return True


def _story(subscription: Subscription, language: str, now: datetime) -> Story:
    who = {"who": settings.TROTH.organisation}
    with translation.override(language):
        return Story(
            about=f"{ABOUT}{subscription.uid}",
            event=Event.SUBSCRIPTION_CONFIRM,
            revision=f"{int(now.timestamp()):x}",
            title=_("Please confirm: messages from %(who)s") % who,
            link=links.confirm_url(subscription.uid, now=now),
            what=_("Somebody, most likely you, asked %(who)s to write to this address.") % who,
            advice=_(
                "Confirm within seven days by the link. If it was not you, do nothing: you will "
                "hear nothing more."
            ),
            is_urgent=True,
        )
