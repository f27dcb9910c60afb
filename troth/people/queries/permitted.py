from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from troth.core.rows import among, by_key
from troth.people.models import Consent, Contact, Permission, Statement

_AT_ONCE = 900
# Asked for each message before it leaves: as a QuerySet it takes three times as long.
_ALLOWED = """
SELECT p.contact_id FROM people_permission p JOIN people_contact c ON c.id = p.contact_id
WHERE p.contact_id {these} AND p.purpose = %s AND p.is_given AND c.erased_at IS NULL
"""


def allowed(ids: Iterable[int], purpose: str) -> set[int]:
    """Return which of these contacts allow `purpose` now."""
    wanted = list(ids)
    found: set[int] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        these, values = among(wanted[start : start + _AT_ONCE])
        rows = by_key(_ALLOWED.format(these=these), [*values, purpose])
        found.update(row[0] for row in rows)
    return found


def permissions(contact: Contact) -> dict[str, bool]:
    """Return purpose → yes or no; a purpose that was never asked about is absent."""
    return dict(Permission.objects.filter(contact=contact).values_list("purpose", "is_given"))


def ledger(contact: Contact) -> QuerySet[Consent]:
    """Return every yes and no, the newest first."""
    return Consent.objects.filter(contact=contact).order_by("-at", "-pk")


def ledgers(contacts: Iterable[int]) -> dict[int, list[dict[str, object]]]:
    """Return every word of some contacts, oldest first, as an export has it: with its proof."""
    found: dict[int, list[dict[str, object]]] = {}
    rows = Consent.objects.filter(contact__in=list(contacts)).order_by("at", "pk")
    spoken = _statements(row.proof for row in rows)
    for row in rows:
        versions = _versions(row.proof)
        word: dict[str, object] = {
            "purpose": row.purpose, "given": row.is_given, "at": row.at.isoformat(),
            "how": row.how, "proof": row.proof, "by": row.by,
        }  # fmt: skip
        if said := [spoken[version] for version in versions if version in spoken]:
            word["statements"] = said
        found.setdefault(row.contact_id, []).append(word)
    return found


def _versions(proof: object) -> list[str]:
    """Return the versions of statements that a proof names, however deep it keeps them."""
    if not isinstance(proof, Mapping):
        return []
    own = [proof["text"]] if isinstance(proof.get("text"), str) else []
    return sorted({*own, *(one for value in proof.values() for one in _versions(value))})


def _statements(proofs: Iterable[object]) -> dict[str, dict[str, str]]:
    wanted = {version for proof in proofs for version in _versions(proof)}
    rows = Statement.objects.filter(version__in=wanted)
    return {row.version: {"language": row.language, "text": row.text} for row in rows}
