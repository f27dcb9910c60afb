"""Declare the rules of the score; sign an integrity event, or withdraw one. Nothing is deleted."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from troth.promises.actions.declaring import plain_values
from troth.promises.models import IntegrityEvent, Promise, ScoreRules
from troth.promises.rules.terms import DocumentError, Problem
from troth.promises.scoring import documents as score_document
from troth.promises.scoring.documents import Signing
from troth.staff.actions import note
from troth.staff.actions.audit import Actor, published_name


@transaction.atomic
def declare_rules(
    *, spec: Mapping[str, Any], author: Actor, reason: str = "", now: datetime
) -> ScoreRules:
    """Declare weights and constants of the score from now on, and return the version.

    Scores of days before stay as they were computed. A document equal to the latest version changes
    nothing. Raises DocumentError.
    """
    plain = plain_values(spec)
    constants = score_document.read(plain)
    _check_promises({*constants.weights, *constants.half_lives})
    last = ScoreRules.objects.select_for_update().order_by("-number").first()
    if last is not None and last.spec == plain:
        return last
    highest = ScoreRules.objects.aggregate(most=Max("number"))["most"] or 0
    row = ScoreRules.objects.create(
        number=highest + 1, spec=plain, author=published_name(author),
        reason=score_document.reason(plain) or reason, created_at=now,
    )  # fmt: skip
    note(actor=author, verb="changed", thing="rules of the score", now=now,
         thing_id=str(row.number), before={"spec": last.spec} if last else None,
         after={"spec": plain, "reason": row.reason})  # fmt: skip
    return row


def _check_promises(named: set[str]) -> None:
    known = set(Promise.objects.filter(slug__in=named).values_list("slug", flat=True))
    problems = [Problem("spec", f"there is no promise “{slug}”") for slug in sorted(named - known)]
    if problems:
        raise DocumentError(tuple(problems))


@transaction.atomic
def sign_event(*, signing: Signing, author: Actor, now: datetime) -> IntegrityEvent:
    """Say publicly that something was concealed, restated or excluded in silence.

    A person signs it, with what shows it; it counts from the day on which it happened. Raises
    DocumentError.
    """
    promise = Promise.objects.filter(slug=signing.promise).first()
    if signing.promise and promise is None:
        raise DocumentError((Problem("promise", f"there is no promise “{signing.promise}”"),))
    if signing.happened_on > now.date() + timedelta(days=1):
        raise DocumentError((Problem("happened_on", "lies in the future"),))
    if IntegrityEvent.objects.filter(slug=signing.name).exists():
        raise DocumentError((Problem("name", "is that of another integrity event"),))
    row = IntegrityEvent.objects.create(
        slug=signing.name, kind=signing.kind, promise=promise, happened_on=signing.happened_on,
        counts_from=signing.happened_on, summary=signing.summary, evidence=signing.evidence,
        found=False, signed_by=signing.signed_by, recorded_at=now,
    )  # fmt: skip
    note(actor=author, verb="signed", thing="integrity event", now=now, thing_id=row.slug,
         after={"kind": row.kind, "promise": signing.promise, "summary": row.summary,
                "signed_by": row.signed_by})  # fmt: skip
    return row


@transaction.atomic
def withdraw_event(*, event: int, why: str, author: Actor, now: datetime) -> IntegrityEvent:
    """Explain an integrity event publicly: from today on it does not count any more.

    Raises IntegrityEvent.DoesNotExist, DocumentError where no reason is given.
    """
    row = IntegrityEvent.objects.select_for_update().get(pk=event)
    if not why.strip():
        raise DocumentError((Problem("reason", "is missing: everyone will read it"),))
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by = now, published_name(author)
        row.withdrawn_why = why.strip()
        row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
        note(actor=author, verb="withdrew", thing="integrity event", now=now, thing_id=row.slug,
             after={"reason": row.withdrawn_why})  # fmt: skip
    return row


def counts_from(happened: date, grace: int) -> date:
    """Return the day from which a found event counts: until then it can be explained."""
    return happened + timedelta(days=grace)
