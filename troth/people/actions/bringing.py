from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from troth.people.models import Consent, Contact, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A yes or a no that was said elsewhere, or before."""

    contact: Contact
    purpose: str
    is_given: bool
    at: datetime
    how: str
    proof: Mapping[str, object] = field(default_factory=dict)
    by: str = ""


@transaction.atomic
def bring(*, words: Sequence[Word]) -> int:
    """Write down words with the instants at which they were said; return how many were news.

    The newest by that instant is in force: who said no here later is not talked over by an old
    yes. A word that is known already is not written again.
    """
    known = _known({word.contact.pk for word in words})
    news = [word for word in words if (word.contact.pk, word.purpose, word.at) not in known]
    rows = Consent.objects.bulk_create(
        Consent(
            contact=word.contact, purpose=word.purpose, is_given=word.is_given, at=word.at,
            how=word.how, proof=dict(word.proof), by=word.by[:100],
        )
        for word in sorted(news, key=lambda word: word.at)
    )  # fmt: skip
    _put_in_force(rows)
    return len(rows)


def _known(contacts: Iterable[int]) -> set[tuple[int, str, datetime]]:
    found = Consent.objects.filter(contact__in=list(contacts))
    return set(found.values_list("contact_id", "purpose", "at"))


def _put_in_force(rows: Sequence[Consent]) -> None:
    held = Permission.objects.filter(contact__in={row.contact_id for row in rows})
    since = {
        (contact, purpose): at
        for contact, purpose, at in held.values_list("contact_id", "purpose", "consent__at")
    }
    newest: dict[tuple[int, str], Consent] = {}
    for row in rows:  # in the order in which they were said
        key = (row.contact_id, row.purpose)
        if key not in since or since[key] <= row.at:
            newest[key] = row
    Permission.objects.bulk_create(
        [
            Permission(contact_id=contact, purpose=purpose, is_given=row.is_given, consent=row)
            for (contact, purpose), row in newest.items()
        ],
        update_conflicts=True,
        unique_fields=["contact", "purpose"],
        update_fields=["is_given", "consent"],
    )
