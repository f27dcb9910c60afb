"""What every change of what is visible does: it takes its turn, and marks what must be told."""

import secrets
import string
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from troth.components.models import Component, Condition, Revision

_LETTERS = string.ascii_lowercase + string.digits
_LENGTH = 12


def new_uid() -> str:
    """Return twelve letters and digits by chance: 62 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def second(instant: datetime) -> int:
    """Return the whole second that an instant lies in, since 1970."""
    return int(instant.timestamp() // 1)


def take_turn(*, visible: bool = True) -> None:
    """Hold the revision until the caller's transaction ends, and raise it for a visible change.

    Writers therefore take turns, on PostgreSQL as on SQLite.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("take_turn() belongs into a transaction")
    Revision.objects.select_for_update().get_or_create(pk=1)
    if visible:
        Revision.objects.filter(pk=1).update(number=F("number") + 1)


def owe_account(components: Iterable[Component], *, since: int) -> None:
    """Mark components whose uptime from `since` on must be accounted for again.

    The caller holds their rows (`select_for_update`).
    """
    touched = [one for one in components if one.account_from is None or one.account_from > since]
    for one in touched:
        one.account_from = since
    Component.objects.bulk_update(touched, ["account_from"])


def has_turned(*, now: datetime) -> bool:
    """Return whether a word or a maintenance began or ended by itself since this was last told."""
    row = Revision.objects.filter(pk=1).first()
    return row is not None and _turned(row.seen_until, second(now)).exists()


@transaction.atomic
def turn_over(*, now: datetime) -> int:
    """Raise the revision where time alone changed what is visible; return how often it did."""
    at = second(now)
    take_turn(visible=False)
    row = Revision.objects.get(pk=1)
    found = _turned(row.seen_until, at).count()
    if found:
        take_turn()
    Revision.objects.filter(pk=1, seen_until__lt=at).update(seen_until=at)
    return found


def _turned(after: int, until: int) -> "QuerySet[Condition]":
    begun = Q(starts__gt=after, starts__lte=until)
    over = Q(ends__gt=after, ends__lte=until)
    return Condition.objects.filter(begun | over, withdrawn_at=None)
