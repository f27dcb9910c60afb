from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from troth.people.keyed import digest
from troth.people.models import Consent, Contact


@transaction.atomic
def forget(*, contact: Contact, now: datetime) -> None:
    """Forget an address: the row stays to be counted, and nothing in it leads to a person.

    The same address met again is a new contact.
    """
    Consent.objects.filter(contact=contact).update(proof={}, by="")
    contact.digest = digest("erased", contact.uid)
    contact.sealed = b""
    contact.shown = "forgotten"
    contact.domain = ""
    contact.language, contact.zone = "en", "UTC"
    contact.erased_at = now
    contact.save()


def forget_strangers(*, contacts: Collection[int]) -> int:
    """Remove those among some contacts who never said a word: only an ask made them known."""
    silent = Contact.objects.filter(pk__in=contacts, consents=None)
    return silent.delete()[0]
