"""What is due: what should have been done by now, and what is to be done soon."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.urls import reverse

from troth.incidents import queries as incidents
from troth.plan.queries import GoalShown, InitiativeShown
from troth.plan.queries.days import today
from troth.plan.rules.states import State

AHEAD: Final = timedelta(days=14)
_WAITING = (State.PLANNED, State.UNDER_WAY)


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that is due on a local day: what it is, in a word, whose, and where."""

    on: date
    name: str
    text: str
    url: str
    who: str
    is_late: bool


def due(goals: Iterable[GoalShown], *, now: datetime) -> list[Due]:
    """Return what is late, the longest first, then what is due within two weeks."""
    day = today(now)
    found = [one for goal in goals for one in _of_goal(goal, day)]
    found += _maintenance(now)
    return sorted((one for one in found if one.on <= day + AHEAD), key=lambda one: one.on)


def _of_goal(goal: GoalShown, day: date) -> Iterator[Due]:
    yield Due(goal.row.due_on, goal.row.name, "goal", reverse("plan:goal", args=[goal.row.uid]),
              goal.row.owner.shown_name, goal.row.due_on < day)  # fmt: skip
    for one in goal.initiatives:
        yield from _of_initiative(one, day)


def _of_initiative(one: InitiativeShown, day: date) -> Iterator[Due]:
    """Yield when it is to be shipped, and when its effect can be judged."""
    url, who = reverse("plan:initiative", args=[one.row.uid]), one.row.owner.shown_name
    if one.state in _WAITING:
        yield Due(one.row.due_on, one.row.name, "initiative", url, who, one.row.due_on < day)
    elif one.state is State.WATCHED and one.ready_on is not None and one.ready_on >= day:
        yield Due(one.ready_on, one.row.name, "its effect is known", url, who, is_late=False)


def _maintenance(now: datetime) -> Iterator[Due]:
    for one in incidents.upcoming(audience=incidents.STAFF):
        begins = one.scheduled_for or one.started_at
        yield Due(max(today(begins), today(now)), one.name, "maintenance begins",
                  reverse("incidents:show", args=[one.uid]), "", is_late=False)  # fmt: skip
