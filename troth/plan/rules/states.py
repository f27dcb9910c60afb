"""How far a goal and an initiative are. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

LONGEST_WAIT: Final = 366  # days after shipping within which an effect may be expected


class State(StrEnum):
    """An initiative is planned, then under way, then shipped and watched, then judged."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    WATCHED = "watched"
    JUDGED = "judged"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Dates:
    """The days of an initiative that decide how far it is; `ready_on` is when it may be judged."""

    starts_on: date | None
    due_on: date | None
    shipped_on: date | None
    dropped: bool
    judged: bool
    ready_on: date | None


def state(dates: Dates, *, today: date) -> State:
    reached = (
        (dates.dropped, State.DROPPED),
        (dates.judged, State.JUDGED),
        (dates.shipped_on is not None, State.WATCHED),
        (dates.starts_on is not None and dates.starts_on <= today, State.UNDER_WAY),
    )
    return next((one for holds, one in reached if holds), State.PLANNED)


def is_late(dates: Dates, *, today: date) -> bool:
    """Return whether it should have been shipped by now and is not."""
    waits = state(dates, today=today) in (State.PLANNED, State.UNDER_WAY)
    return waits and dates.due_on is not None and dates.due_on < today


def said_late(said_on: date, *, shipped_on: date | None) -> bool:
    """Return whether an expectation was said when its effect could be seen already.

    That is on the day from which the initiative counts as shipped, or later, whenever that day was
    told to us.
    """
    return shipped_on is not None and said_on >= shipped_on


def ready_on(shipped_on: date, days: int) -> date:
    """Return the first day on which the phase after shipping is whole.

    The day of shipping belongs to neither phase: on it both were true.
    """
    return shipped_on + timedelta(days=days + 1)
