"""Addresses that are left alone: unknown mailboxes, complaints, our own word."""

from datetime import datetime
from typing import Final

from django.db import transaction

from troth.notify.actions.counting import changed
from troth.notify.actions.leaving import leave_all
from troth.notify.actions.subscribing import Source
from troth.notify.models import Bounce, Reckoning, Suppression
from troth.notify.rules.bouncing import is_too_many
from troth.people import actions as people
from troth.people import queries as known
from troth.people.keyed import address_digest
from troth.people.rules.addresses import shown
from troth.staff.actions import note
from troth.staff.actions.audit import Actor

HARD, SOFT, COMPLAINT = "hard", "soft", "complaint"
REASONS: Final = {HARD: "hard bounce", SOFT: "soft bounces", COMPLAINT: "complaint"}
STAFF: Final = "staff"
_MOST = 1_000  # soft bounces of one address that are weighed


@transaction.atomic
def suppress(  # noqa: PLR0913 - a suppression has these parts, all named
    *, channel: str, digest: str, reason: str, said: str, by: str, now: datetime
) -> bool:
    """Leave an address alone from now on; return whether it was not before."""
    contact = known.by_digest(channel, digest)
    _row, is_new = Suppression.objects.get_or_create(
        channel=channel,
        digest=digest,
        lifted_at=None,
        defaults={
            "shown": contact.shown if contact else "forgotten",
            "reason": reason[:20],
            "said": said[:500],
            "at": now,
            "by": by[:100],
        },
    )
    return is_new


@transaction.atomic
def suppress_address(*, channel: str, address: str, said: str, author: Actor, now: datetime) -> str:
    """Leave an address alone by our own hand, known or not; return its hash.

    The address is normalised by its channel before. Raises ValueError.
    """
    digest = address_digest(channel, address)
    by = str(author or "")
    if suppress(channel=channel, digest=digest, reason=STAFF, said=said, by=by, now=now):
        Suppression.objects.filter(channel=channel, digest=digest, lifted_at=None).update(
            shown=shown(address)
        )
        note(actor=author, verb="suppressed", thing="address", thing_id=shown(address), now=now)
    return digest


@transaction.atomic
def lift(*, suppression: Suppression, author: Actor, by: str, now: datetime) -> bool:
    """Let an address be written to again. Its subscriptions stay ended: it must ask anew."""
    lifted = Suppression.objects.filter(pk=suppression.pk, lifted_at=None).update(
        lifted_at=now, lifted_by=by[:100]
    )
    if lifted:
        soft = Bounce.objects.filter(contact__digest=suppression.digest, kind=SOFT)
        changed(Reckoning.objects.filter(telling__in=soft.values("delivery__telling")))
        soft.delete()
        before = {"address": suppression.shown, "reason": suppression.reason}
        note(
            actor=author, verb="lifted", thing="suppression", thing_id=suppression.pk,
            before=before, now=now,
        )  # fmt: skip
    return bool(lifted)


@transaction.atomic
def bounced(  # noqa: PLR0913 - what a provider tells, all named
    *,
    contact_id: int,
    kind: str,
    said: str,
    event_id: str,
    at: datetime,
    now: datetime,
    delivery_id: int | None = None,
) -> bool:
    """Write down what a mail system said later, and act on it; told twice it is kept once.

    A hard bounce ends and suppresses, so do too many soft ones; a complaint withdraws the consent,
    too. Return whether it was news.
    """
    row, is_new = Bounce.objects.get_or_create(
        event_id=event_id[:200],
        defaults={
            "contact_id": contact_id,
            "delivery_id": delivery_id,
            "kind": kind,
            "said": said[:500],
            "at": at,
        },
    )
    if not is_new:
        return False
    if row.delivery_id:
        changed(Reckoning.objects.filter(telling__deliveries=row.delivery_id))
    if kind in {HARD, COMPLAINT} or (kind == SOFT and _is_too_many(contact_id, now)):
        _end(row, kind, now)
    return True


def _is_too_many(contact_id: int, now: datetime) -> bool:
    rows = Bounce.objects.filter(contact=contact_id, kind=SOFT).order_by("-at")
    return is_too_many(rows.values_list("at", flat=True)[:_MOST], now=now)


def _end(row: Bounce, kind: str, now: datetime) -> None:
    contact = row.contact
    how = "complaint" if kind == COMPLAINT else "bounce"
    proof = {"at": now.isoformat(), "said": row.said, "event": row.event_id}
    suppress(
        channel=contact.channel, digest=contact.digest, reason=REASONS[kind], said=row.said,
        by="", now=now,
    )  # fmt: skip
    leave_all(contact_id=contact.pk, source=Source(how=how, proof=proof), now=now)
    if kind == COMPLAINT and (given := [p for p, yes in known.permissions(contact).items() if yes]):
        people.withdraw(contact=contact, purposes=given, how=how, proof=proof, now=now)
