"""What leaves is written down just before, and what came of it just after, in groups."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection, transaction

from troth.core.steps import reached
from troth.notify.actions.failing import nobody_there, note_endpoints
from troth.notify.models import Attempt, State
from troth.notify.queries.raw import among, moment
from troth.notify.rules import retrying
from troth.notify.rules.results import Answer, Fate

_CHANCE = random.SystemRandom()
_ENDS: Final = {
    Fate.ACCEPTED: State.ACCEPTED,
    Fate.REFUSED: State.REFUSED,
    Fate.GONE: State.REFUSED,
    Fate.UNKNOWN: State.UNKNOWN,
}


@dataclass(slots=True, kw_only=True)
class Errand:
    """A message on its way. `failures` are those of the endpoint before it, in a row."""

    id: int
    subscription: int
    priority: int
    tries: int  # this one among them
    first_left_at: datetime | None
    failures: int = 0
    is_endpoint: bool = False


class Sent(NamedTuple):
    """What was said to a message. `is_down`: its outlet could not be reached, so nothing left."""

    errand: Errand
    answer: Answer
    at: datetime
    took_ms: int
    is_down: bool = False


def write(*, leaving: Sequence[int], sent: Sequence[Sent], courier: str, now: datetime) -> set[int]:
    """Write receipts, and that messages are leaving, in one transaction.

    Return those that may leave: another worker may have taken over what this one held too long.
    """
    with transaction.atomic():
        if sent:
            _receipts(sent, courier, now)
            reached("notify.receipted")
        mine = _leave(leaving, courier, now) if leaving else set[int]()
    if leaving:
        reached("notify.leaving")
    return mine


def _leave(ids: Sequence[int], courier: str, now: datetime) -> set[int]:
    """Write down that messages are leaving. Asked again, because the answer was lost, it agrees."""
    these, values = among(ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notify_delivery SET state = 'leaving', left_at = COALESCE(left_at, %s),"  # noqa: S608 - places only
            " tries = CASE state WHEN 'claimed' THEN tries + 1 ELSE tries END"
            f" WHERE id {these} AND state IN ('claimed', 'leaving') AND claimed_by = %s"
            " RETURNING id",
            [moment(now), *values, courier],
        )
        return {row[0] for row in cursor.fetchall()}


def _receipts(sent: Sequence[Sent], courier: str, now: datetime) -> None:
    accepted = [one for one in sent if one.answer.fate is Fate.ACCEPTED]
    if accepted:
        _accepted(accepted, courier, now)
    for one in sent:
        if one.answer.fate is not Fate.ACCEPTED:
            _other(one, courier, now)
    Attempt.objects.bulk_create(
        [
            _attempt(one)
            for one in sent
            if one.errand.tries > 1 or one.answer.fate is not Fate.ACCEPTED
        ]
    )
    note_endpoints(
        {one.errand.subscription: one.answer.fate for one in sent if _counts(one)}, now=now
    )


def _counts(one: Sent) -> bool:
    """Return whether an answer changes what is known of an endpoint."""
    if not one.errand.is_endpoint or one.is_down:
        return False
    return one.errand.failures > 0 or one.answer.fate is not Fate.ACCEPTED


_ACCEPTED: Final = """
UPDATE notify_delivery SET state = 'accepted', ended_at = %s, said = %s, receipt = %s
WHERE id = %s AND state IN ('leaving', 'unknown') AND claimed_by = %s
"""
_ALL_ACCEPTED: Final = """
UPDATE notify_delivery d SET state = 'accepted', ended_at = %s, said = v.said, receipt = v.receipt
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS v(id, said, receipt)
WHERE d.id = v.id AND d.state IN ('leaving', 'unknown') AND d.claimed_by = %s
"""


def _accepted(sent: Sequence[Sent], courier: str, now: datetime) -> None:
    """Close the accepted ones; one that was taken for unknown meanwhile is known again.

    PostgreSQL plans each statement anew, so that there one is for all of them.
    """
    at = moment(now)
    rows = [
        (kept(one.answer.said, 300), kept(one.answer.receipt, 200), one.errand.id) for one in sent
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            said, receipts, ids = (list(column) for column in zip(*rows, strict=True))
            cursor.execute(_ALL_ACCEPTED, [at, ids, said, receipts, courier])
        else:
            cursor.executemany(_ACCEPTED, [(at, *row, courier) for row in rows])


def _other(one: Sent, courier: str, now: datetime) -> None:
    state, due_at = _outcome(one, now)
    values = [
        state.value, kept(one.answer.said, 300), kept(one.answer.receipt, 200),
        moment(due_at) if due_at else None, None if due_at else moment(now),
        int(one.is_down), one.errand.id, courier,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notify_delivery SET state = %s, said = %s, receipt = %s,"
            " due_at = COALESCE(%s, due_at), ended_at = %s, tries = tries - %s"
            " WHERE id = %s AND state IN ('leaving', 'unknown') AND claimed_by = %s",
            values,
        )
    if one.answer.fate is Fate.GONE:
        nobody_there(one.errand.subscription, said=kept(one.answer.said, 500), now=now)


def write_barely(*, sent: Sent, courier: str, now: datetime) -> None:
    """Write what became of a message, and nothing else: for one whose receipt cannot be kept."""
    state, due_at = _outcome(sent, now)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notify_delivery SET state = %s, due_at = COALESCE(%s, due_at), ended_at = %s"
            " WHERE id = %s AND state IN ('leaving', 'unknown') AND claimed_by = %s",
            [state.value, moment(due_at) if due_at else None, None if due_at else moment(now),
             sent.errand.id, courier],
        )  # fmt: skip


def kept(text: str, most: int) -> str:
    """Return what was said as any database keeps it: without NUL and halves of letters."""
    return text[:most].replace("\x00", "").encode("utf-8", "replace").decode()


def _outcome(one: Sent, now: datetime) -> tuple[State, datetime | None]:
    """Return the state after an answer, and when it is due again."""
    if one.answer.fate in _ENDS:
        return _ENDS[one.answer.fate], None
    if retrying.is_given_up(
        priority=one.errand.priority, age=now - (one.errand.first_left_at or one.at)
    ):
        return State.GIVEN_UP, None
    if one.is_down:
        return State.QUEUED, now + timedelta(seconds=one.answer.after or 1)
    later = retrying.wait(
        one.errand.tries,
        priority=one.errand.priority,
        chance=_CHANCE.random(),
        after=one.answer.after,
    )
    return State.QUEUED, now + later


def _attempt(one: Sent) -> Attempt:
    return Attempt(
        delivery_id=one.errand.id,
        at=one.at,
        took_ms=max(one.took_ms, 0),
        fate=one.answer.fate.value,
        said=kept(one.answer.said, 500),
    )
