"""Initiatives: undertaken, expected of, shipped, dropped, and each of it taken back."""

from copy import copy
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from troth.core.ids import new_id
from troth.plan.actions.guarding import ImpossibleError, held, saved
from troth.plan.models import Expectation, Goal, Initiative
from troth.plan.queries.days import today
from troth.plan.rules.effects import FEWEST_DAYS
from troth.plan.rules.states import LONGEST_WAIT, said_late
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What an initiative says. `owner` is the id of a person."""

    name: str
    text: str
    owner: int
    starts_on: date | None
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What it is to change: of which stream (its id), by how much at least, within how many days.

    `least` is in percentage points of a share, else in the stream's unit; always the better way.
    """

    stream: int
    least: float
    days: int


@transaction.atomic
def undertake(*, goal: str, task: Task, token: str, by: Actor, now: datetime) -> Initiative:
    """Add an initiative to the goal of that uid; the same `token` again is the same one.

    Raises Goal.DoesNotExist.
    """
    home = Goal.objects.get(uid=goal)
    new = {"uid": new_id("ini"), "goal": home, "created_at": now, **_columns(task)}
    row, is_new = Initiative.objects.get_or_create(token=token, defaults=new)
    if is_new:
        saved(row, "undertaken", None, by=by, now=now)
    return row


@transaction.atomic
def change_task(*, uid: str, task: Task, turn: int, by: Actor, now: datetime) -> Initiative:
    """Change an initiative as it was read at `turn`. Raises OvertakenError."""
    row = held(Initiative, uid, turn)
    before = copy(row)
    for name, value in _columns(task).items():
        setattr(row, name, value)
    saved(row, "changed", before, by=by, now=now)
    return row


def _columns(task: Task) -> dict[str, object]:
    return {"name": task.name, "text": task.text, "owner_id": task.owner,
            "starts_on": task.starts_on, "due_on": task.due_on}  # fmt: skip


@transaction.atomic
def expect(*, uid: str, wish: Wish, turn: int, by: Actor, now: datetime) -> Expectation:
    """Say what an initiative is to change; the newest counts, and no earlier one is lost.

    One that is written on the day of shipping or later is kept as late. Raises OvertakenError,
    ImpossibleError.
    """
    row = held(Initiative, uid, turn)
    if wish.least <= 0:
        raise ImpossibleError("The change that is expected is more than 0.")
    if not FEWEST_DAYS <= wish.days <= LONGEST_WAIT:
        raise ImpossibleError(f"It is judged after {FEWEST_DAYS} to {LONGEST_WAIT} days.")
    late = said_late(today(now), shipped_on=row.shipped_on)
    number = row.expectations.count() + 1
    said = Expectation.objects.create(
        initiative=row, number=number, stream_id=wish.stream, least=wish.least, days=wish.days,
        is_late=late, said_by=published_name(by), said_at=now,
    )  # fmt: skip
    row.turn += 1
    row.save(update_fields=["turn"])
    after = {"stream": wish.stream, "least": wish.least, "days": wish.days, "late": late}
    trail(actor=by, verb="expected", thing="initiative", thing_id=uid, now=now, after=after)
    return said


@transaction.atomic
def ship(*, uid: str, on: date, turn: int, by: Actor, now: datetime) -> Initiative:
    """Say on which day it reached customers, today or earlier.

    What was expected of it on that day or later was said afterwards (`queries.was_late`). Raises
    OvertakenError, ImpossibleError.
    """
    row = held(Initiative, uid, turn)
    if on > today(now):
        raise ImpossibleError("It is said when it has happened, not before.")
    if row.dropped_at is not None:
        raise ImpossibleError("It was dropped; take that back first.")
    _refuse_judged(row)
    before = copy(row)
    row.shipped_on = on
    saved(row, "shipped", before, by=by, now=now)
    return row


@transaction.atomic
def unship(*, uid: str, turn: int, by: Actor, now: datetime) -> Initiative:
    """Take back that it was shipped. Raises OvertakenError, ImpossibleError."""
    row = held(Initiative, uid, turn)
    _refuse_judged(row)
    before = copy(row)
    row.shipped_on = None
    saved(row, "unshipped", before, by=by, now=now)
    return row


def _refuse_judged(row: Initiative) -> None:
    if Expectation.objects.filter(initiative=row, finding__isnull=False).exists():
        raise ImpossibleError("What it changed was judged already, and that stays.")


@transaction.atomic
def drop(*, uid: str, why: str, turn: int, by: Actor, now: datetime) -> Initiative:
    """Say that it will not be done. Raises OvertakenError, ImpossibleError."""
    row = held(Initiative, uid, turn)
    if row.shipped_on is not None:
        raise ImpossibleError("It was shipped; there is nothing left to drop.")
    before = copy(row)
    row.dropped_at, row.dropped_why = row.dropped_at or now, why
    saved(row, "dropped", before, by=by, now=now)
    return row


@transaction.atomic
def resume(*, uid: str, turn: int, by: Actor, now: datetime) -> Initiative:
    """Take up again what was dropped. Raises OvertakenError."""
    row = held(Initiative, uid, turn)
    before = copy(row)
    row.dropped_at, row.dropped_why = None, ""
    saved(row, "resumed", before, by=by, now=now)
    return row
