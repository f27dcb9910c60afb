"""Routes: where our own people are rung, and the accounts that we post to. No consent is asked."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from troth.core.ids import new_id
from troth.core.problems import DocumentError, Problem
from troth.notify import catalogue
from troth.notify.actions.wishing import write_wish
from troth.notify.models import Outlet, Subscription
from troth.notify.rules.events import Severity
from troth.notify.rules.wishes import Wish
from troth.people import actions as people
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor


@transaction.atomic
def route(  # noqa: PLR0913 - the parts of a route, all named
    *,
    name: str,
    channel: str,
    events: int,
    author: Actor,
    now: datetime,
    address: str = "",
    outlet: Outlet | None = None,
    floor: Severity = Severity.NONE,
    keys: Sequence[str] = (),
    zone: str = "UTC",
    uid: str = "",
) -> Subscription:
    """Let a channel hear of some events (a mask) from now on; returns the route.

    Where the outlet itself is the reader, such as an account of a network, there is no address.
    With a `uid` it is that route, changed or begun again, whatever its address was. Raises
    DocumentError naming the field.
    """
    contact = people.know(
        channel=channel, address=reached(channel, address, outlet), zone=zone, now=now
    )
    ours = Subscription.objects.filter(is_ours=True)
    row = ours.filter(uid=uid).first() if uid else None
    row = row or ours.filter(contact=contact, ended_at=None, outlet=outlet).first()
    row = row or Subscription(uid=uid or new_id("sub"), asked_at=now)
    row.contact, row.outlet, row.ended_at, row.end_how = contact, outlet, None, ""
    row.is_ours, row.state, row.confirmed_at, row.note = True, Subscription.ACTIVE, now, name[:300]
    write_wish(row, Wish(events=events, floor=floor, keys=tuple(keys), zone=zone))
    after = {"name": name, "channel": channel, "to": contact.shown, "events": events}
    trail(actor=author, verb="declared", thing="route", thing_id=row.uid, now=now, after=after)
    return row


def reached(channel: str, address: str, outlet: Outlet | None) -> str:
    """Return the address of a route, normalised. Raises DocumentError naming the field."""
    try:
        found = catalogue.address(channel, address)
    except catalogue.SettingsError as error:
        raise DocumentError((Problem(error.field, error.message),)) from error
    if found:
        return found
    if outlet is None or outlet.channel != channel:
        raise DocumentError((Problem("outlet", "is missing: which account or room is it?"),))
    return f"outlet:{outlet.slug}"


@transaction.atomic
def end_route(*, route: Subscription, author: Actor, now: datetime) -> None:
    """Ring and post there no more. Escalations that name it go on without it."""
    Subscription.objects.filter(pk=route.pk, is_ours=True, ended_at=None).update(
        state=Subscription.ENDED, ended_at=now, end_how="staff"
    )
    trail(actor=author, verb="ended", thing="route", thing_id=route.uid, now=now)
