"""“Was it you?”: a message of the outbox to an address that has not said yes to anything yet."""

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from troth.notify import links
from troth.notify.actions.knocking import knock
from troth.notify.actions.telling import tell
from troth.notify.models import Subscription
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
    tell(story=_story(subscription, language, now), by="", now=now, only=[subscription.uid])
    return True


def _story(subscription: Subscription, language: str, now: datetime) -> Story:
    who, link = {"who": settings.TROTH.organisation}, links.confirm_url(subscription.uid, now=now)
    with translation.override(language):
        return Story(
            about=f"{ABOUT}{subscription.uid}",
            event=Event.SUBSCRIPTION_CONFIRM,
            revision=f"{int(now.timestamp()):x}",
            title=_("Messages from %(who)s") % who,
            link=link,
            what=_("Somebody, most likely you, asked %(who)s to write to this address.") % who,
            advice=_(
                "Confirm within seven days by the link. If it was not you, do nothing: you will "
                "hear nothing more."
            ),
            is_urgent=True,
            # A program answers with the challenge, or its owner opens the link.
            data={"challenge": link.split("/")[-2], "confirm_url": link},
        )
