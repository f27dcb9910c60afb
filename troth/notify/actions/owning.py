"""Who is told when a program or a room is not reached any more: a mail address, if one is."""

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from troth.notify import catalogue, links
from troth.notify.actions.asking import ABOUT
from troth.notify.actions.writing import write_to
from troth.notify.channel import Shape
from troth.notify.models import Subscription
from troth.notify.rules.events import Event
from troth.notify.rules.labels import moment
from troth.notify.rules.quiet import zone_of
from troth.notify.rules.story import Story
from troth.people import actions as people
from troth.people import queries as known

MAIL = "email"
_OF_PEOPLE = frozenset({Shape.MAIL, Shape.SMS, Shape.SPOKEN})


def may_be_owned(channel: str) -> bool:
    """Say whether a channel's addresses are places: a program, a room; not a person."""
    found = catalogue.all_channels().get(channel)
    return found is not None and found.shape not in _OF_PEOPLE and channel != "push"


def own(*, subscription: Subscription, address: str, now: datetime) -> None:
    """Keep whom to tell when the address is not reached; "" is nobody. The caller saves the row.

    Raises catalogue.SettingsError for what is no mail address.
    """
    if not address or not may_be_owned(subscription.contact.channel):
        subscription.owner = None
        return
    contact = subscription.contact
    try:
        mail = catalogue.address(MAIL, address)
    except catalogue.SettingsError as error:
        raise catalogue.SettingsError("owner", error.message) from error
    subscription.owner = people.know(
        channel=MAIL, address=mail, language=contact.language, zone=contact.zone, now=now
    )


def tell_owner(subscription: Subscription, *, now: datetime) -> bool:
    """Write to the owner of what is in quarantine since now; return whether there is one."""
    owner = subscription.owner
    address = known.address_of(owner) if owner else ""
    if owner is None or not address:
        return False
    language = subscription.contact.language
    with translation.override(language):
        story = _story(subscription, language, now)
    write_to(channel=MAIL, address=address, language=language, story=story, by="", now=now)
    return True


def _story(subscription: Subscription, language: str, now: datetime) -> Story:
    contact, since = subscription.contact, subscription.failing_since or now
    words = {
        "who": settings.TROTH.organisation,
        "to": contact.shown,
        "since": moment(since, zone_of(contact.zone), language),
        "times": subscription.failures,
    }
    return Story(
        about=f"{ABOUT}{subscription.uid}/failing",
        event=Event.SUBSCRIPTION_FAILING,
        revision=f"{int(now.timestamp()):x}",
        title=_("Our messages do not arrive at %(to)s") % words,
        what=_(
            "%(who)s was asked to write to %(to)s, and this address to be told when that fails. "
            "%(times)s tries in a row failed since %(since)s. We send nothing there for now."
        )
        % words,
        advice=_(
            "When it works again, open the link and let us send a test message: once one arrives, "
            "all goes on. There you can also end it."
        ),
        link=links.manage_url(subscription.uid),
    )
