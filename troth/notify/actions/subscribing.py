"""From an ask to a subscription: nothing is told to an address that has not said yes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from troth.core.ids import new_id
from troth.notify import catalogue, doors
from troth.notify.actions.asking import ask
from troth.notify.actions.owning import own
from troth.notify.actions.wishing import purposes_of_others, write_wish
from troth.notify.models import Outlet, Subscription
from troth.notify.queries.readers import live_twin, wish_of
from troth.notify.rules import families
from troth.notify.rules.wishes import Wish, checked, together
from troth.people import actions as people

Proof = Mapping[str, object]


class EndedError(Exception):
    """It has ended, or its page may not be read any more: an old link does not begin it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How an ask came: form, link, api, import, staff; its proof; and who did it.

    `door` is what let them into the private page that they ask for (notify.doors).
    """

    how: str
    proof: Proof
    by: str = ""
    door: Proof = field(default_factory=dict)


@transaction.atomic
def subscribe(  # noqa: PLR0913 - an ask has these parts, all named
    *,
    channel: str,
    address: str,
    wish: Wish,
    source: Source,
    now: datetime,
    outlet: Outlet | None = None,
    is_confirmed: bool = False,
    owner: str = "",
) -> Subscription:
    """Write down that somebody wants to be told, and ask the address whether it was meant.

    What is done and how it is answered are the same for addresses that subscribe already. Channels
    whose addresses need no question, and `is_confirmed` (a proof from elsewhere), begin at once.
    `owner` is a mail address that is told when a program or a room is not reached any more.
    Raises WishError, and catalogue.SettingsError for the address.
    """
    wish = checked(wish)
    contact = people.know(
        channel=channel,
        address=catalogue.address(channel, address),
        language=wish.language,
        zone=wish.zone,
        now=now,
    )
    people.hold(contact=contact)
    subscription = _asked(contact, wish, source, outlet, now)
    if owner:
        own(subscription=subscription, address=owner, now=now)
        subscription.save(update_fields=["owner"])
    found = catalogue.channel(channel)
    if is_confirmed or (found.address and not found.address.confirms):
        return confirm(subscription=subscription, source=source, now=now)
    ask(subscription=subscription, language=wish.language, now=now)
    return subscription


def _asked(
    contact: Any,  # noqa: ANN401 - a people.Contact
    wish: Wish,
    source: Source,
    outlet: Outlet | None,
    now: datetime,
) -> Subscription:
    """Return the one ask of a reader for a page that is not confirmed yet, with this wish."""
    proof = {
        **source.proof,
        "how": source.how,
        "wants_language": wish.language,
        "wants_zone": wish.zone,
    }
    found = Subscription.objects.filter(
        contact=contact,
        page=wish.page,
        audience=wish.audience,
        outlet=outlet,
        state=Subscription.ASKED,
        is_ours=False,
    ).first()
    subscription = found or Subscription(
        uid=new_id("sub"), contact=contact, outlet=outlet, state=Subscription.ASKED
    )
    subscription.proof = proof
    subscription.door = dict(source.door)
    subscription.asked_at = now
    return write_wish(subscription, wish)


@transaction.atomic
def confirm(
    *, subscription: Subscription, source: Source, now: datetime, is_added: bool = False
) -> Subscription:
    """Begin a subscription: the reader says yes. A second time changes nothing.

    What the same reader got of the same page before is replaced, or kept with `is_added`. Raises
    EndedError.
    """
    people.hold(contact=subscription.contact)
    subscription = Subscription.objects.select_related("contact").get(pk=subscription.pk)
    if subscription.state == Subscription.ENDED:
        raise EndedError
    if subscription.state != Subscription.ASKED:
        return subscription
    if doors.is_shut(subscription, now=now):
        raise EndedError
    wish = wish_of(subscription)
    before = live_twin(subscription)
    if before is not None:
        wish = together(wish_of(before), wish) if is_added else wish
        subscription.owner_id = subscription.owner_id or before.owner_id
        Subscription.objects.filter(pk=before.pk).update(
            state=Subscription.ENDED, ended_at=now, end_how="replaced"
        )
    asked = {key: value for key, value in subscription.proof.items() if "wants_" not in key}
    subscription.state, subscription.confirmed_at = Subscription.ACTIVE, now
    subscription.proof = {}
    write_wish(subscription, wish)
    _prefer(subscription, wish)
    _consent(subscription, wish, source, {"asked": asked, "confirmed": dict(source.proof)}, now)
    return subscription


def _prefer(subscription: Subscription, wish: Wish) -> None:
    contact = subscription.contact
    people.prefer(contact=contact, language=wish.language, zone=wish.zone)
    mine = Subscription.objects.filter(contact=contact).exclude(language=wish.language)
    mine.update(language=wish.language)


def _consent(
    subscription: Subscription, wish: Wish, source: Source, proof: Proof, now: datetime
) -> None:
    people.allow(
        contact=subscription.contact,
        purposes=[purpose.value for purpose in wish.purposes],
        how=source.how,
        proof=proof,
        by=source.by,
        now=now,
    )


@transaction.atomic
def change(*, subscription: Subscription, wish: Wish, source: Source, now: datetime) -> None:
    """Give a live subscription another wish. More purposes are a yes, fewer a no, both written.

    Raises WishError, EndedError.
    """
    wish = checked(wish)
    people.hold(contact=subscription.contact)
    subscription.refresh_from_db()
    if subscription.state in {Subscription.ENDED, Subscription.ASKED}:
        raise EndedError
    before = wish_of(subscription)
    write_wish(subscription, wish)
    _prefer(subscription, wish)
    if more := wish.purposes - before.purposes:
        people.allow(
            contact=subscription.contact, purposes=more, how=source.how, proof=source.proof,
            by=source.by, now=now,
        )  # fmt: skip
    if less := before.purposes - wish.purposes - purposes_of_others(subscription):
        people.withdraw(
            contact=subscription.contact, purposes=less, how=source.how, proof=source.proof,
            by=source.by, now=now,
        )  # fmt: skip


@transaction.atomic
def pause(*, subscription: Subscription, until: datetime | None, now: datetime) -> bool:
    """Tell nothing until then, or until the reader says so; return whether it was live."""
    if until is not None and until <= now:
        return False
    found = Subscription.objects.filter(
        pk=subscription.pk, state__in=[Subscription.ACTIVE, Subscription.PAUSED]
    )
    return bool(found.update(state=Subscription.PAUSED, paused_until=until))


@transaction.atomic
def go_on(*, subscription: Subscription) -> bool:
    """End a pause; return whether there was one."""
    found = Subscription.objects.filter(pk=subscription.pk, state=Subscription.PAUSED)
    return bool(found.update(state=Subscription.ACTIVE, paused_until=None))


def end_pauses(*, now: datetime) -> int:
    """End the pauses that are over."""
    over = Subscription.objects.filter(state=Subscription.PAUSED, paused_until__lte=now)
    return over.update(state=Subscription.ACTIVE, paused_until=None)


def is_open_to_strangers(wish: Wish) -> bool:
    """Say whether a wish asks for nothing that is our own people's."""
    return not wish.events & ~families.OPEN_TO_ALL
