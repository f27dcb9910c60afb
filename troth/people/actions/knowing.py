from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from troth.core.ids import new_id
from troth.people.keyed import address_digest
from troth.people.models import Consent, Contact, Permission
from troth.people.queries.finding import BOX
from troth.people.rules import addresses


def know(
    *, channel: str, address: str, language: str = "en", zone: str = "UTC", now: datetime
) -> Contact:
    """Return the contact of an address; the same address written otherwise is the same contact.

    Language and zone of someone we know stay as they are: see `prefer`. Raises ValueError.
    """
    kept = addresses.normal(channel, address)
    return know_all(channel=channel, wanted={kept: (language, zone)}, now=now)[kept]


def know_all(
    *, channel: str, wanted: Mapping[str, tuple[str, str]], now: datetime
) -> dict[str, Contact]:
    """Return the contacts of many addresses (at most 500) that `rules.addresses` normalised.

    `wanted` is address → (language, zone), for those we did not know.
    """
    by_digest = {address_digest(channel, one): one for one in wanted}
    Contact.objects.bulk_create(
        [_new(channel, digest, one, *wanted[one], now=now) for digest, one in by_digest.items()],
        ignore_conflicts=True,
    )
    found = Contact.objects.filter(channel=channel, digest__in=list(by_digest))
    return {by_digest[contact.digest]: contact for contact in found}


def _new(  # noqa: PLR0913 - a row's fields
    channel: str, digest: str, address: str, language: str, zone: str, *, now: datetime
) -> Contact:
    uid = new_id("con")
    return Contact(
        uid=uid,
        channel=channel,
        digest=digest,
        sealed=BOX.seal(address.encode(), label=uid),
        shown=addresses.shown(address),
        domain=addresses.domain(address),
        language=language,
        zone=zone,
        created_at=now,
    )


def prefer(*, contact: Contact, language: str, zone: str) -> None:
    """Write down the language and zone that someone asked for."""
    contact.language, contact.zone = language, zone
    contact.save(update_fields=["language", "zone"])


@transaction.atomic
def move(*, contact: Contact, address: str) -> bool:
    """Give a contact another address, with every word it said; return whether that was free.

    Only whoever holds the former address may ask for it. Raises ValueError for what is none.
    """
    kept = addresses.normal(contact.channel, address)
    digest = address_digest(contact.channel, kept)
    others = Contact.objects.filter(channel=contact.channel, digest=digest, erased_at=None)
    if others.exclude(pk=contact.pk).exists():
        return False
    contact.digest, contact.shown = digest, addresses.shown(kept)
    contact.sealed = BOX.seal(kept.encode(), label=contact.uid)
    contact.save(update_fields=["digest", "shown", "sealed"])
    return True


@transaction.atomic
def merge(*, kept: Contact, other: Contact) -> None:
    """Give `kept` the consents of `other`, which is then gone. The newest word of both is in force.

    Whoever holds rows of their own about `other` moves them first. Raises ValueError for two
    channels: a yes to mail is none to the telephone.
    """
    if kept.channel != other.channel or kept.pk == other.pk:
        raise ValueError("these are not two contacts of one channel")
    Permission.objects.filter(contact__in=[kept, other]).delete()
    Consent.objects.filter(contact=other).update(contact=kept)
    in_force: dict[str, Consent] = {}
    for consent in Consent.objects.filter(contact=kept).order_by("at", "pk"):
        in_force[consent.purpose] = consent
    Permission.objects.bulk_create(
        Permission(contact=kept, purpose=purpose, is_given=last.is_given, consent=last)
        for purpose, last in in_force.items()
    )
    other.delete()


def hold(*, contact: Contact) -> None:
    """Let nobody else change this contact's rows until the transaction ends: two windows queue."""
    Contact.objects.select_for_update().filter(pk=contact.pk).values_list("pk").first()
