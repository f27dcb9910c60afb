from collections.abc import Iterable

from django.db.models import QuerySet

from troth.people.models import Consent, Contact, Permission

_AT_ONCE = 900


def allowed(ids: Iterable[int], purpose: str) -> set[int]:
    """Return which of these contacts allow `purpose` now."""
    wanted = list(ids)
    found: set[int] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        found.update(
            Permission.objects.filter(
                contact__in=wanted[start : start + _AT_ONCE],
                purpose=purpose,
                is_given=True,
                contact__erased_at=None,
            ).values_list("contact_id", flat=True)
        )
    return found


def permissions(contact: Contact) -> dict[str, bool]:
    """Return purpose → yes or no; a purpose that was never asked about is absent."""
    return dict(Permission.objects.filter(contact=contact).values_list("purpose", "is_given"))


def ledger(contact: Contact) -> QuerySet[Consent]:
    """Return every yes and no, the newest first."""
    return Consent.objects.filter(contact=contact).order_by("-at", "-pk")
