"""What runs by the clock: heeding probes, telling signals and readers, noticing what is over."""

from datetime import datetime

from troth.components import actions


def follow_probes(*, now: datetime) -> int:
    """Take in what turned among monitors and heartbeats; return how many turns that were."""
    return actions.heed(now=now)


def is_behind(*, now: datetime) -> bool:  # noqa: ARG001 - the schedule's own shape
    return actions.is_behind()


def account(*, now: datetime) -> int:
    """Tell the signals how long components were up and down; return of how many."""
    return actions.account(now=now)


def is_owing(*, now: datetime) -> bool:
    return actions.is_owing(now=now)


def turn_over(*, now: datetime) -> int:
    """Notice that a word or a maintenance began or ended by itself."""
    return actions.turn_over(now=now)


def has_turned(*, now: datetime) -> bool:
    return actions.has_turned(now=now)


def tell(*, now: datetime) -> int:
    """Tell readers of components that are not as they were."""
    return actions.tell_changes(now=now)


def is_untold(*, now: datetime) -> bool:  # noqa: ARG001 - the schedule's own shape
    return actions.is_untold()
