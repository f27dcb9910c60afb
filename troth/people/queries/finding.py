from collections.abc import Iterable

from troth.core.sealing import Box
from troth.people.keyed import address_digest
from troth.people.models import Contact
from troth.people.rules.addresses import normal

BOX = Box("troth people 1")
_AT_ONCE = 900  # ids of one question: SQLite takes that many


def find(channel: str, address: str) -> Contact | None:
    """Return who is reached there, if known. Raises ValueError where it is no address."""
    digest = address_digest(channel, normal(channel, address))
    return by_digest(channel, digest)


def by_digest(channel: str, digest: str) -> Contact | None:
    return Contact.objects.filter(channel=channel, digest=digest, erased_at=None).first()


def of_uid(uid: str) -> Contact | None:
    return Contact.objects.filter(uid=uid, erased_at=None).first()


def address_of(contact: Contact) -> str:
    """Return the address in clear; "" of someone who was forgotten."""
    if contact.erased_at or not contact.sealed:
        return ""
    return BOX.opened(contact.sealed, label=contact.uid).decode()


def opened(uid: str, sealed: bytes | memoryview) -> str:
    """Return the address in clear of a contact's columns. Raises ValueError for another key."""
    return BOX.opened(sealed, label=uid).decode()


def addresses(ids: Iterable[int]) -> dict[int, str]:
    """Return the addresses in clear of those who are still known, by the contact's id."""
    found: dict[int, str] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        some = Contact.objects.filter(pk__in=wanted[start : start + _AT_ONCE], erased_at=None)
        for key, uid, sealed in some.values_list("pk", "uid", "sealed"):
            found[key] = opened(uid, sealed)
    return found


def few(channel: str, *, most: int = _AT_ONCE) -> list[int] | None:
    """Return the ids of a channel's contacts where there are no more than a few, else None."""
    found = list(Contact.objects.filter(channel=channel).values_list("pk", flat=True)[: most + 1])
    return found if len(found) <= most else None
