"""Goals with what is done for them, as screens and programs show them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, QuerySet

from troth.plan.models import Expectation, Finding, Goal, Initiative
from troth.plan.queries.days import today
from troth.plan.queries.foresight import was_late
from troth.plan.rules.states import Dates, State, is_late, ready_on, state


@dataclass(frozen=True, slots=True)
class InitiativeShown:
    """An initiative, what is expected of it (the newest), and what was found, if anything was."""

    row: Initiative
    state: State
    is_late: bool
    expectation: Expectation | None
    finding: Finding | None
    ready_on: date | None

    @property
    def said_late(self) -> bool:
        """Whether what is expected was said when it could be seen already."""
        said = self.expectation
        return said is not None and was_late(said, shipped_on=self.row.shipped_on)

    @property
    def unit(self) -> str:
        stream = self.expectation.stream if self.expectation else None
        return "" if stream is None else "pp" if stream.reading == "share" else stream.unit


@dataclass(frozen=True, slots=True)
class GoalShown:
    """A goal with its initiatives, the first due first."""

    row: Goal
    initiatives: tuple[InitiativeShown, ...]
    is_late: bool

    @property
    def judged(self) -> int:
        return sum(one.state is State.JUDGED for one in self.initiatives)


@dataclass(frozen=True, slots=True)
class Board:
    """The goals that are open, and those that were closed (newest first)."""

    open: tuple[GoalShown, ...]
    closed: tuple[GoalShown, ...]

    @property
    def late(self) -> list[InitiativeShown]:
        return [one for goal in self.open for one in goal.initiatives if one.is_late]


def board(*, now: datetime, owner: int | None = None, search: str = "") -> Board:
    """Return all goals; `owner` those that a person answers for, or for a part of."""
    shown = [_goal(row, today(now)) for row in _rows()]
    if owner is not None:
        shown = [one for one in shown if owner in _owners(one)]
    if search:
        shown = [one for one in shown if search.casefold() in _words(one)]
    closed = [one for one in shown if one.row.closed_at]
    closed.sort(key=lambda one: str(one.row.closed_at), reverse=True)
    return Board(tuple(one for one in shown if not one.row.closed_at), tuple(closed))


def _owners(one: GoalShown) -> set[int]:
    return {one.row.owner_id, *(each.row.owner_id for each in one.initiatives)}


def _words(one: GoalShown) -> str:
    parts = [one.row.name, one.row.why, *(each.row.name for each in one.initiatives)]
    return "\n".join(parts).casefold()


def goal(uid: str, *, now: datetime) -> GoalShown | None:
    row = _rows().filter(uid=uid).first()
    return _goal(row, today(now)) if row else None


def initiative(uid: str, *, now: datetime) -> InitiativeShown | None:
    row = _initiatives().select_related("goal").filter(uid=uid).first()
    return _initiative(row, today(now)) if row else None


def _rows() -> "QuerySet[Goal]":
    return Goal.objects.select_related("owner").prefetch_related(
        Prefetch("initiatives", queryset=_initiatives())
    )


def _initiatives() -> "QuerySet[Initiative]":
    said = Expectation.objects.select_related("stream", "finding")
    return Initiative.objects.select_related("owner").prefetch_related(
        Prefetch("expectations", queryset=said)
    )


def _goal(row: Goal, today: date) -> GoalShown:
    parts = tuple(_initiative(one, today) for one in row.initiatives.all())
    return GoalShown(row, parts, row.closed_at is None and row.due_on < today)


def _initiative(row: Initiative, today: date) -> InitiativeShown:
    said = list(row.expectations.all())
    newest = said[-1] if said else None
    finding = getattr(newest, "finding", None) if newest else None
    ready = ready_on(row.shipped_on, newest.days) if newest and row.shipped_on else None
    dates = Dates(row.starts_on, row.due_on, row.shipped_on, row.dropped_at is not None,
                  finding is not None, ready)  # fmt: skip
    return InitiativeShown(
        row, state(dates, today=today), is_late(dates, today=today), newest, finding, ready
    )
