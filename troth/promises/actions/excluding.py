"""Exclude cases for a signed reason, and withdraw an exclusion. Raw figures stay beside."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from troth.core import windows
from troth.core.fields import nearest
from troth.promises.actions.following import follow
from troth.promises.actions.judging import stir
from troth.promises.models import Exclusion, Promise
from troth.promises.queries import dockets
from troth.promises.rules.terms import DocumentError, Problem, Terms
from troth.signals.expressions import ExpressionError, parse
from troth.staff.actions import note
from troth.staff.actions.audit import Actor, published_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Which cases: those for which `where` holds, judged after `starts_at` and by `ends_at`."""

    where: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@transaction.atomic
def exclude(  # noqa: PLR0913 - who, what and why, all named
    *, slug: str, category: str, reason: str, cases: Cases, signed_by: Actor, now: datetime,
    name: str = "", managed_by: str = "",
) -> Exclusion:  # fmt: skip
    """Take cases out of the count for a reason of a declared category.

    It counts from now on, for the past too, and says so: one that covers time already begun is
    marked retroactive. Raises DocumentError, Promise.DoesNotExist.
    """
    promise = Promise.objects.select_for_update().get(slug=slug)
    docket = dockets.load([promise])[0]
    _check(docket.terms(now, now), category, reason, cases)
    row = Exclusion.objects.create(
        promise=promise, slug=name, category=category, reason=reason, where=cases.where,
        signed_by=published_name(signed_by), starts_at=_utc(cases.starts_at),
        ends_at=_utc(cases.ends_at),
        recorded_at=now, managed_by=managed_by,
    )  # fmt: skip
    _applied(promise, now)
    note(actor=signed_by, verb="excluded", thing="promise", now=now, thing_id=slug,
         after={"id": row.pk, "category": category, "reason": reason, "where": cases.where,
                "from": _text(cases.starts_at), "until": _text(cases.ends_at)})  # fmt: skip
    return row


@transaction.atomic
def withdraw_exclusion(*, exclusion: int, author: Actor, now: datetime) -> Exclusion:
    """Count the cases again from now on. Raises Exclusion.DoesNotExist."""
    row = Exclusion.objects.select_for_update().select_related("promise").get(pk=exclusion)
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by = now, published_name(author)
        row.save(update_fields=["withdrawn_at", "withdrawn_by"])
        _applied(row.promise, now)
        note(actor=author, verb="withdrew an exclusion of", thing="promise", now=now,
             thing_id=row.promise.slug, after={"id": row.pk})  # fmt: skip
    return row


def _applied(promise: Promise, now: datetime) -> None:
    follow(dockets.load([promise]), now=now)
    stir(promise)


def _check(terms: Terms, category: str, reason: str, cases: Cases) -> None:
    problems: list[Problem] = []
    names = [declared.name for declared in terms.categories]
    if category not in names:
        hint = nearest(category, names) or f"; it declares {', '.join(names) or 'none'}"
        problems.append(Problem("category", f"the promise has no category “{category}”{hint}"))
    if not reason.strip():
        problems.append(Problem("reason", "is missing: everyone will read it"))
    problems += _which(cases)
    if terms.counting.slice is not None:
        problems += _sliced(terms, cases)
    if terms.evaluator == "attestation":
        problems.append(Problem("category", "an attestation has no cases to exclude"))
    if problems:
        raise DocumentError(tuple(problems))


def _which(cases: Cases) -> list[Problem]:
    if not (cases.where or cases.starts_at or cases.ends_at):
        return [Problem("where", "say which cases: a condition, a time, or both")]
    if cases.starts_at and cases.ends_at and cases.ends_at <= cases.starts_at:
        return [Problem("until", "must be after from")]
    try:
        if cases.where:
            parse(cases.where, role="condition")
    except ExpressionError as error:
        return [Problem("where", error.message)]
    return []


def _sliced(terms: Terms, cases: Cases) -> list[Problem]:
    """Slices of time are excluded whole: by a span that begins and ends on their boundaries."""
    if cases.where or not (cases.starts_at and cases.ends_at):
        return [Problem("where", "slices of time are excluded by from and until alone")]
    length = terms.counting.slice or windows.DAY
    for name, moment in (("from", cases.starts_at), ("until", cases.ends_at)):
        day = windows.midnight(moment.astimezone(terms.tz).date(), terms.tz)
        if (moment - day).total_seconds() % length:
            text = f"must lie between two slices of {windows.written(length)}"
            return [Problem(name, text)]
    return []


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
