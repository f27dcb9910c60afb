"""What leaves is written down just before, and what came of it just after, in groups."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection, transaction

from troth.core.steps import reached
from troth.notify.actions import entering
from troth.notify.actions.entering import kept
from troth.notify.actions.failing import nobody_there, note_endpoints
from troth.notify.models import Attempt, State
from troth.notify.queries.raw import moment
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
    if connection.vendor == "postgresql" and leaving and sent and all(map(_is_plain, sent)):
        mine = entering.both(ids=leaving, answers=_answers(sent), courier=courier, now=now)
        reached("notify.receipted")
    else:
        with transaction.atomic():
            if sent:
                _receipts(sent, courier, now)
                reached("notify.receipted")
            mine = entering.leave(ids=leaving, courier=courier, now=now) if leaving else set()
    if leaving:
        reached("notify.leaving")
    return mine


def _is_plain(one: Sent) -> bool:
    """Return whether a message was accepted at once and there is nothing else to write down."""
    is_first = one.errand.tries == 1 and one.answer.fate is Fate.ACCEPTED
    return is_first and not _counts(one)


def _answers(sent: Sequence[Sent]) -> list[entering.Taken]:
    return [
        (kept(one.answer.said, 300), kept(one.answer.receipt, 200), one.errand.id) for one in sent
    ]


def _receipts(sent: Sequence[Sent], courier: str, now: datetime) -> None:
    accepted = [one for one in sent if one.answer.fate is Fate.ACCEPTED]
    if accepted:
        entering.accepted(answers=_answers(accepted), courier=courier, now=now)
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
