"""Answers that are kept: asked by screens, counted by the worker, out of date with new evidence.

A screen never counts. What it asks is put on the shelf; the worker counts it, and again when a day
is over, when the definition changes, and when evidence of its time comes in or is corrected. What
keeps changing is counted seldom enough to leave nine parts in ten of the worker's time.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.db import transaction

from troth.metrics import queries
from troth.metrics.models_outcomes import Reported
from troth.metrics.models_shelf import Shelved
from troth.metrics.outcomes.results import Outcome
from troth.metrics.queries import shelved
from troth.metrics.queries.shelved import Answer
from troth.metrics.reporting import MONTH, report
from troth.metrics.rules import MeasureError
from troth.metrics.shelf import Question, Read, Touched, lately, reads, written

USUAL = 90  # days that are kept counted without being asked
_LEASE = timedelta(minutes=10)
_LIVELY = timedelta(hours=1)  # how old an asking may be before it is written down again
_WATCHED = timedelta(days=1)  # since it was asked: counted again as evidence comes
_FORGOTTEN = timedelta(days=30)  # since it was asked: taken off the shelf
_RESTATED = timedelta(days=400)  # since a month was reported
_PAUSE = timedelta(seconds=30)
_REST = 10  # times as long as counting took
_MOST = 500  # questions on the shelf
_AT_ONCE = 20  # counted in one go


def ask(questions: Sequence[Question], *, now: datetime) -> list[Answer]:
    """Return what stands on the shelf for each question, and have counted what does not.

    A question asked for the first time has no answer yet: the worker counts it within seconds.
    """
    Shelved.objects.filter(digest__in=shelved.outdated(questions)).update(version="", next_at=now)
    known = shelved.shelved(questions, now=now)
    _put([one for one in questions if one.digest not in known], now=now)
    _wake(list(known), now=now)
    none = ((), None, False, "")
    return [known.get(one.digest) or Answer(one, *none) for one in questions]


def _put(questions: Sequence[Question], *, now: datetime) -> None:
    if not questions:
        return
    rows = [
        Shelved(digest=one.digest, question=msgspec.to_builtins(one), name=one.name,
                next_at=now, asked_at=now)
        for one in questions
    ]  # fmt: skip
    Shelved.objects.bulk_create(rows, ignore_conflicts=True)
    if Shelved.objects.count() <= _MOST:
        return
    mine = Shelved.objects.filter(is_month=False)
    spare = mine.order_by("-asked_at", "-pk").values_list("pk", flat=True)[_MOST:]
    Shelved.objects.filter(pk__in=list(spare)).delete()


def _wake(digests: Sequence[str], *, now: datetime) -> None:
    """Write down that they are asked; what went out of date unasked is counted now."""
    idle = Shelved.objects.filter(digest__in=digests, asked_at__lt=now - _LIVELY)
    pks = list(idle.values_list("pk", flat=True))
    if pks:
        Shelved.objects.filter(pk__in=pks).update(asked_at=now)
        Shelved.objects.filter(pk__in=pks, stale_since__isnull=False).update(next_at=now)


def soil(touched: Touched, *, now: datetime) -> None:
    """Mark the answers whose evidence changed; in the transaction that answers the changes."""
    rows = Shelved.objects.filter(stale_since=None).exclude(reads=[])
    for row in rows.only("pk", "reads", "counted_at", "took", "asked_at", "next_at", "is_month"):
        if not any(one.is_touched(touched) for one in _reads(row)):
            continue
        again = row.next_at
        if row.counted_at and (row.is_month or row.asked_at > now - _WATCHED):
            rest = max(_PAUSE, timedelta(seconds=row.took * _REST))
            again = min(again, max(now, row.counted_at + rest))
        Shelved.objects.filter(pk=row.pk).update(stale_since=now, next_at=again)


def _reads(row: Shelved) -> list[Read]:
    return msgspec.convert(row.reads, list[Read])


def recount(*, now: datetime) -> int:
    """Count what waits, what was asked last first. Returns how many were counted."""
    done = 0
    while done < _AT_ONCE:
        row = Shelved.objects.filter(next_at__lte=now).order_by("-asked_at", "pk").first()
        if row is None:
            break
        done += _counted(row, now=now)
    return done


def _counted(row: Shelved, *, now: datetime) -> int:
    """Count one answer. What changes meanwhile marks it again: it was claimed with its reads."""
    question = shelved.question_of(row)
    try:
        one = shelved.definition(question)
        if not _claimed(row, one, question, now=now):
            return 0
        began = time.perf_counter()
        answer = shelved.counted(question, now=now)
    except (queries.OutcomeError, MeasureError) as problem:
        _failed(row, str(problem), question.next_day(now=now))
        return 1
    _keep(row, question, answer, now=now, took=time.perf_counter() - began)
    return 1


def _claimed(row: Shelved, one: queries.NamedOutcome, question: Question, *, now: datetime) -> bool:
    made_of = [asdict(each) for each in reads(one.definition, question.framed(now=now))]
    mine = Shelved.objects.filter(pk=row.pk, next_at=row.next_at)
    if row.is_month and row.version != one.version:
        mine.delete()  # a month is restated by the definition that it was reported by, or not
        return False
    return bool(mine.update(
        next_at=now + _LEASE, claimed_at=now, stale_since=None, version=one.version,
        reads=msgspec.to_builtins(made_of),
    ))  # fmt: skip


@transaction.atomic
def _keep(
    row: Shelved, question: Question, answer: list[Outcome], *, now: datetime, took: float
) -> None:
    if row.is_month:
        report(outcome=replace(answer[0], computed_at=now), reason=MONTH)
    Shelved.objects.filter(pk=row.pk).update(
        answer=written(answer), took=took, problem="", counted_at=now, claimed_at=None
    )
    mine = Shelved.objects.filter(pk=row.pk, stale_since=None)
    if not mine.update(next_at=question.next_day(now=now)):
        rest = max(_PAUSE, timedelta(seconds=took * _REST))
        Shelved.objects.filter(pk=row.pk).update(next_at=now + rest)


def _failed(row: Shelved, problem: str, until: datetime) -> None:
    Shelved.objects.filter(pk=row.pk).update(
        problem=problem[:300], answer="", claimed_at=None, next_at=until
    )


def keep_usual(*, now: datetime) -> int:
    """Put on the shelf what the screens show first and what was reported; return how many are new.

    Taken off is what nobody has asked for a month. A month that was reported is counted again when
    evidence of it changes, as seen from the instant that reported it: a figure that comes out
    otherwise is reported beside the first.
    """
    Shelved.objects.filter(is_month=False, asked_at__lt=now - _FORGOTTEN).delete()
    Shelved.objects.filter(is_month=True, asked_at__lt=now - _RESTATED).delete()
    zone = settings.TROTH.time_zone
    usual = [
        lately(one.name, one.definition, zone=zone, days=USUAL)
        for one in queries.outcomes_with_data()
    ]
    known = shelved.shelved(usual, now=now)
    fresh = [one for one in usual if one.digest not in known]
    _put(fresh, now=now)
    return len(fresh) + _keep_months(now=now)


def _keep_months(*, now: datetime) -> int:
    rows = Reported.objects.filter(reason=MONTH, segment="", computed_at__gt=now - _RESTATED)
    current = {one.name: one.version for one in queries.outcome_definitions()}
    first: dict[str, tuple[Question, Reported]] = {}
    for row in rows.order_by("pk"):
        if row.definition_version != current.get(row.name):
            continue
        span = (row.starts_at, row.ends_at)
        question = Question(name=row.name, zone="UTC", span=span, at=row.computed_at)
        first.setdefault(f"{row.name} {span}", (question, row))  # seen as it was seen at first
    known = set(Shelved.objects.filter(is_month=True).values_list("digest", flat=True))
    fresh = [(one, row) for one, row in first.values() if one.digest not in known]
    Shelved.objects.bulk_create(
        [Shelved(digest=one.digest, question=msgspec.to_builtins(one), name=one.name,
                 is_month=True, version=row.definition_version, next_at=now,
                 asked_at=row.computed_at)
         for one, row in fresh],
        ignore_conflicts=True,
    )  # fmt: skip
    return len(fresh)
