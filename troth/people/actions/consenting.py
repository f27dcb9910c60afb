from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from troth.people.models import Consent, Contact, Permission

Proof = Mapping[str, object]


def allow(  # noqa: PLR0913 - a consent has these parts, all named
    *,
    contact: Contact,
    purposes: Iterable[str],
    how: str,
    proof: Proof,
    now: datetime,
    by: str = "",
) -> list[Consent]:
    """Write down a yes to each purpose, with its proof: what was shown, when, in which language."""
    return write_down(
        contacts=[contact], purposes=purposes, is_given=True, how=how, proof=proof, now=now, by=by
    )


def withdraw(  # noqa: PLR0913 - the same
    *,
    contact: Contact,
    purposes: Iterable[str],
    how: str,
    proof: Proof,
    now: datetime,
    by: str = "",
) -> list[Consent]:
    """Write down a no to each purpose. It holds from this row on."""
    return write_down(
        contacts=[contact], purposes=purposes, is_given=False, how=how, proof=proof, now=now, by=by
    )


@transaction.atomic
def write_down(  # noqa: PLR0913 - the same
    *,
    contacts: Sequence[Contact],
    purposes: Iterable[str],
    is_given: bool,
    how: str,
    proof: Proof,
    now: datetime,
    by: str = "",
) -> list[Consent]:
    """Write the same word of many contacts, and what is in force now, in one transaction."""
    asked = sorted(set(purposes))
    # Two windows of one person wait for each other, so that the last word is the one in force.
    list(
        Contact.objects.select_for_update()
        .filter(pk__in=[contact.pk for contact in contacts])
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    rows = Consent.objects.bulk_create(
        Consent(contact=contact, purpose=purpose, is_given=is_given, at=now, how=how,
                proof=dict(proof), by=by[:100])
        for contact in contacts for purpose in asked
    )  # fmt: skip
    Permission.objects.bulk_create(
        [
            Permission(
                contact_id=row.contact_id, purpose=row.purpose, is_given=is_given, consent=row
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["contact", "purpose"],
        update_fields=["is_given", "consent"],
    )
    return rows
