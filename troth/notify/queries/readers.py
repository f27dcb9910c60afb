"""Subscriptions: what a reader wishes, who reads what, how a stranger may subscribe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from troth.notify import catalogue
from troth.notify.channel import Channel
from troth.notify.models import Delivery, Outlet, SubscribedPart, Subscription, Suppression
from troth.notify.rules.events import Severity
from troth.notify.rules.wishes import Wish

_MOST_COUNTED = 1_000
LIVE = (Subscription.ACTIVE, Subscription.PAUSED, Subscription.QUARANTINED)


def of_uid(uid: str) -> Subscription | None:
    return Subscription.objects.select_related("contact", "owner").filter(uid=uid).first()


def keys_of(subscription: Subscription) -> tuple[str, ...]:
    if not subscription.has_parts:
        return ()
    return tuple(sorted(subscription.parts.values_list("key", flat=True)))


def wish_of(subscription: Subscription, keys: Sequence[str] | None = None) -> Wish:
    """Return what a reader wishes. `keys` spares the question where they are known."""
    asked = subscription.proof if subscription.state == Subscription.ASKED else {}
    contact = subscription.contact
    return Wish(
        events=subscription.events,
        floor=Severity(subscription.floor),
        keys=tuple(keys) if keys is not None else keys_of(subscription),
        pace=subscription.pace,
        quiet_from=subscription.quiet_from,
        quiet_until=subscription.quiet_until,
        page=subscription.page,
        audience=subscription.audience,
        language=asked.get("wants_language", contact.language),
        zone=asked.get("wants_zone", contact.zone),
    )


def live_twin(subscription: Subscription) -> Subscription | None:
    """Return what the same reader gets of the same page already."""
    found = Subscription.objects.filter(
        contact=subscription.contact_id,
        page=subscription.page,
        audience=subscription.audience,
        outlet=subscription.outlet_id,
        is_ours=False,
        state__in=LIVE,
    )
    return found.exclude(pk=subscription.pk).order_by("-pk").first()


def of_contact(contact_id: int) -> "QuerySet[Subscription]":
    return Subscription.objects.filter(contact=contact_id, is_ours=False).order_by("pk")


def public_channels() -> dict[str, Channel]:
    """Return the channels by which a stranger may subscribe here, what most people use first.

    They are those that can send: set up, or in no need of it, and not paused.
    """
    rows = Outlet.objects.filter(is_default=True, retired_at=None)
    outlets = {row.channel: row.paused_at is None for row in rows}
    known = sorted(catalogue.all_channels().items(), key=lambda one: (one[1].place, one[0]))
    return {
        key: channel
        for key, channel in known
        if channel.is_public and channel.address and _is_ready(key, channel, outlets)
    }


def _is_ready(key: str, channel: Channel, outlets: Mapping[str, bool]) -> bool:
    if key in outlets:
        return outlets[key]
    return bool(settings.TROTH.email_url) if key == "email" else channel.settings is None


def suppression(channel: str, digest: str) -> Suppression | None:
    """Return why an address gets nothing, if so."""
    return Suppression.objects.filter(channel=channel, digest=digest, lifted_at=None).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """Which subscriptions to list. `contact` is an id: an address is found whole or not at all."""

    state: str = ""
    channel: str = ""
    language: str = ""
    page: str | None = None
    key: str = ""
    contact: int | None = None


def sifted(sieve: Sieve) -> "QuerySet[Subscription]":
    """Return those that a sieve lets through. `queries.listing` gives them in parts."""
    rows = Subscription.objects.filter(is_ours=False).select_related("contact")
    given: dict[str, object] = {
        "state": sieve.state,
        "channel": sieve.channel,
        "language": sieve.language,
        "contact": sieve.contact,
    }
    rows = rows.filter(**{field: value for field, value in given.items() if value})
    if sieve.key:
        mine = SubscribedPart.objects.filter(subscription=OuterRef("pk"), key=sieve.key)
        rows = rows.filter(Exists(mine))
    return rows if sieve.page is None else rows.filter(page=sieve.page)


def keys_of_many(rows: Sequence[Subscription]) -> Mapping[int, tuple[str, ...]]:
    """Return subscription → keys, in one question."""
    found: dict[int, list[str]] = {row.pk: [] for row in rows}
    with_parts = [row.pk for row in rows if row.has_parts]
    parts = SubscribedPart.objects.filter(subscription__in=with_parts).order_by("key")
    for owner, key in parts.values_list("subscription_id", "key"):
        found[owner].append(key)
    return {owner: tuple(keys) for owner, keys in found.items()}


def delivery_of(contact_id: int, receipt: str) -> int | None:
    """Return the message of a reader that the other side names so."""
    if not receipt:
        return None
    found = Delivery.objects.filter(reader=contact_id, receipt=receipt)
    return found.order_by("-pk").values_list("pk", flat=True).first()


def failing() -> int:
    """Return how many endpoints are in quarantine, at most a thousand."""
    rows = Subscription.objects.filter(state=Subscription.QUARANTINED)
    return rows.values("pk")[:_MOST_COUNTED].count()


def unconfirmed(*, asked_before: datetime, limit: int) -> list[int]:
    """Return subscriptions that nobody confirmed in time."""
    rows = Subscription.objects.filter(state=Subscription.ASKED, asked_at__lt=asked_before)
    return list(rows.order_by("asked_at").values_list("pk", flat=True)[:limit])
