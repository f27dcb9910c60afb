"""What we hold about somebody by their address, and forgetting it. Counts stay."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from troth.notify import catalogue
from troth.notify.models import Attempt, Bounce, Delivery, Subscription, Suppression
from troth.notify.outgoing import of_contact
from troth.people import actions as people
from troth.people import queries as known
from troth.people.keyed import address_digest
from troth.people.rules.addresses import normal


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Everything about one address in one channel."""

    channel: str
    subscriptions: list[dict[str, object]]
    messages: int
    is_suppressed: bool
    is_told_for: int = 0  # programs and rooms whose failing it is told of


def find(*, address: str) -> list[Held]:
    """Return what we hold about an address, by channel."""
    return [
        Held(
            channel=contact.channel,
            subscriptions=list(of_contact(contact.pk)),
            messages=Delivery.objects.filter(reader=contact).count(),
            is_told_for=Subscription.objects.filter(owner=contact).count(),
            is_suppressed=Suppression.objects.filter(
                channel=contact.channel, digest=contact.digest, lifted_at=None
            ).exists(),
        )
        for contact in _contacts(address)
    ]


def _contacts(address: str) -> Iterator:  # type: ignore[type-arg]
    for channel in catalogue.all_channels():
        try:
            contact = known.find(channel, address)
        except ValueError:
            continue
        if contact is not None:
            yield contact


@transaction.atomic
def forget(*, address: str, now: datetime) -> int:
    """Forget an address in every channel; return in how many it was known.

    Subscriptions end, messages lose what was said about them, and are counted as before. Of a
    suppression the hash stays, so that the address is left alone for good.
    """
    found = list(_contacts(address))
    for contact in found:
        Subscription.objects.filter(contact=contact).exclude(state=Subscription.ENDED).update(
            state=Subscription.ENDED, ended_at=now, end_how="forgotten"
        )
        Subscription.objects.filter(contact=contact).update(
            proof={}, sealed=b"", note="", quiet_from=None, quiet_until=None
        )
        Subscription.objects.filter(owner=contact).update(owner=None)
        Bounce.objects.filter(contact=contact).update(said="")
        Attempt.objects.filter(delivery__reader=contact).update(said="")
        Delivery.objects.filter(reader=contact).update(said="", receipt="")
        people.forget(contact=contact, now=now)
    _hide_suppressions(address)
    return len(found)


def _hide_suppressions(address: str) -> None:
    for channel in catalogue.all_channels():
        try:
            digest = address_digest(channel, normal(channel, address))
        except ValueError:
            continue
        Suppression.objects.filter(channel=channel, digest=digest).update(
            shown="forgotten", said=""
        )
