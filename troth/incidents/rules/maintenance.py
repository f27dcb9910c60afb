"""Maintenance: announced in time or not, what the clock does next, and when it overruns. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from troth.incidents.rules.publishing import Gap
from troth.incidents.rules.results import State

NOTICE = timedelta(hours=72)
LONGEST = timedelta(days=14)
_NONE = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A window [starts_at, ends_at), UTC, and what the clock does by itself."""

    starts_at: datetime
    ends_at: datetime
    auto_start: bool = True
    auto_complete: bool = True
    verify: timedelta = _NONE  # the last part of the window, for looking whether it works


@dataclass(frozen=True, slots=True)
class Move:
    """What the clock does: go to `state` as of `at`; an overrun leaves the state as it is."""

    at: datetime
    state: State
    is_overrun: bool = False


def gaps(plan: Plan, *, now: datetime, is_history: bool = False) -> tuple[Gap, ...]:
    """Return what is wrong with a window."""
    found = []
    if plan.ends_at <= plan.starts_at:
        found.append(Gap("scheduled_until", "it must end after it starts"))
    elif plan.ends_at - plan.starts_at > LONGEST:
        found.append(Gap("scheduled_until", f"{LONGEST.days} days is the longest"))
    if plan.ends_at <= now and not is_history:
        found.append(Gap("scheduled_until", "it lies in the past"))
    if not _NONE <= plan.verify <= max(plan.ends_at - plan.starts_at, _NONE):
        found.append(Gap("verify", "verifying must fit into the window"))
    return tuple(found)


def notice_due_at(starts_at: datetime, notice: timedelta = NOTICE) -> datetime:
    """Return until when a maintenance must be announced to count as announced."""
    return starts_at - notice


def is_in_time(*, announced_at: datetime, starts_at: datetime, notice: timedelta = NOTICE) -> bool:
    """Return whether there was enough notice; exactly enough is enough."""
    return announced_at <= notice_due_at(starts_at, notice)


def announced_after(
    was: Plan | None, now: Plan, *, announced_at: datetime | None, at: datetime
) -> datetime:
    """Return when the window `now` was announced. One inside the old one was announced with it."""
    if was is None or announced_at is None:
        return at
    is_inside = was.starts_at <= now.starts_at and now.ends_at <= was.ends_at
    return announced_at if is_inside else at


def next_move(plan: Plan, state: State, *, has_overrun: bool = False) -> Move | None:
    """Return what the clock does next, None where nothing is left to it."""
    if state is State.SCHEDULED:
        return Move(plan.starts_at, State.IN_PROGRESS) if plan.auto_start else None
    if state not in (State.IN_PROGRESS, State.VERIFYING) or has_overrun:
        return None
    return _ending(plan, state)


def _ending(plan: Plan, state: State) -> Move:
    if not plan.auto_complete:
        return Move(plan.ends_at, state, is_overrun=True)
    if state is State.IN_PROGRESS and plan.verify:
        return Move(plan.ends_at - plan.verify, State.VERIFYING)
    return Move(plan.ends_at, State.COMPLETED)
