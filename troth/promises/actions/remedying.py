"""Say what is done about a broken promise. What was said before stays to be read."""

from datetime import datetime

from django.db import transaction

from troth.promises.models import Flip, Remedy
from troth.promises.queries import ledger
from troth.promises.rules import remedies
from troth.promises.rules.remedies import Violation
from troth.promises.rules.results import Verdict
from troth.promises.rules.terms import DocumentError
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name


class Overtaken(Exception):  # noqa: N818 - it says what happened, not what failed
    """Somebody else recorded a remedy in the meantime; nothing was written."""


@transaction.atomic
def record_remedy(  # noqa: PLR0913 - who, what and why, all named
    *, violation: int, state: str, note: str = "", internal_note: str = "",
    seen: int | None = None, author: Actor, now: datetime,
) -> Remedy:  # fmt: skip
    """Say how far the remedy of a violation is; `note` is public. A mistake is undone by another.

    `seen` is the number of the newest remedy that the author knew of, 0 for none, None for not
    asked. The same again is not written twice. Raises Flip.DoesNotExist, DocumentError, Overtaken.
    """
    locked = Flip.objects.select_for_update(of=("self",)).filter(now=Verdict.BROKEN)
    flip = locked.get(pk=violation)
    before = ledger.violation(violation)
    if before is None:
        raise Flip.DoesNotExist
    said = (state, note.strip(), internal_note.strip())
    _check(before, *said)
    last = flip.remedies.order_by("number").last()
    if last is not None and (last.state, last.note, last.internal_note) == said:
        return last
    if seen is not None and seen != before.seen:
        raise Overtaken
    row = Remedy.objects.create(
        flip=flip, number=before.seen + 1, state=said[0], note=said[1], internal_note=said[2],
        by=published_name(author), at=now,
    )  # fmt: skip
    trail(actor=author, verb="recorded a remedy for", thing="promise", now=now,
          thing_id=before.slug, before={"violation": flip.pk, "state": before.state},
          after={"number": row.number, "state": row.state, "note": row.note,
                 "internal_note": row.internal_note})  # fmt: skip
    return row


def _check(violation: Violation, state: str, note: str, internal_note: str) -> None:
    problems = tuple(remedies.problems(violation.remedy, state, note, internal_note))
    if problems:
        raise DocumentError(problems)
