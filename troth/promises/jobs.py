"""What runs by the clock: judging what may have changed."""

from datetime import datetime

from troth.promises import actions


def is_due(*, now: datetime) -> bool:
    """Return whether there is anything to judge: what an idle worker asks, in one query."""
    return actions.is_due(now=now)


def judge(*, now: datetime) -> int:
    """Judge the promises whose counts moved or whose time has come; return how many."""
    return actions.judge_all(now=now).promises
