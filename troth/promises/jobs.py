"""What runs by the clock: judging what may have changed."""

from datetime import datetime

from troth.promises import actions


def judge(*, now: datetime) -> int:
    """Judge the promises whose counts moved or whose time has come; return how many."""
    return actions.judge_all(now=now).promises
