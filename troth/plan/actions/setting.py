"""Goals: set, changed, closed, opened again."""

from copy import copy
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from troth.core.ids import new_id
from troth.plan.actions.guarding import ImpossibleError, held, saved
from troth.plan.models import Goal
from troth.staff.actions.audit import Actor

OUTCOMES = ("reached", "missed", "dropped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What a goal says. `owner` is the id of a person."""

    name: str
    why: str
    pillar: str
    owner: int
    due_on: date


@transaction.atomic
def set_goal(*, aim: Aim, token: str, by: Actor, now: datetime) -> Goal:
    """Set a goal; the same `token` again is the same goal."""
    row, is_new = Goal.objects.get_or_create(
        token=token, defaults={"uid": new_id("goal"), "created_at": now, **_columns(aim)}
    )
    if is_new:
        saved(row, "set", None, by=by, now=now)
    return row


@transaction.atomic
def change_goal(*, uid: str, aim: Aim, turn: int, by: Actor, now: datetime) -> Goal:
    """Change a goal as it was read at `turn`. Raises OvertakenError."""
    row = held(Goal, uid, turn)
    before = copy(row)
    for name, value in _columns(aim).items():
        setattr(row, name, value)
    saved(row, "changed", before, by=by, now=now)
    return row


def _columns(aim: Aim) -> dict[str, object]:
    return {"name": aim.name, "why": aim.why, "pillar": aim.pillar, "owner_id": aim.owner,
            "due_on": aim.due_on}  # fmt: skip


@transaction.atomic
def close(  # noqa: PLR0913 - the parts of an end, all named
    *, uid: str, outcome: str, note: str, turn: int, by: Actor, now: datetime
) -> Goal:
    """Say that a goal was reached, missed or dropped. Raises OvertakenError, ImpossibleError."""
    row = held(Goal, uid, turn)
    if outcome not in OUTCOMES:
        raise ImpossibleError("Say whether it was reached, missed or dropped.")
    before = copy(row)
    row.closed_at, row.outcome, row.outcome_note = now, outcome, note
    saved(row, "closed", before, by=by, now=now)
    return row


@transaction.atomic
def reopen(*, uid: str, turn: int, by: Actor, now: datetime) -> Goal:
    """Open a goal again that was closed. Raises OvertakenError."""
    row = held(Goal, uid, turn)
    before = copy(row)
    row.closed_at, row.outcome, row.outcome_note = None, "", ""
    saved(row, "reopened", before, by=by, now=now)
    return row
