"""What runs by the clock: judging what may have changed."""

from datetime import datetime

from troth.promises import actions
from troth.promises.actions import enrolling, messaging, scoring


def is_due(*, now: datetime) -> bool:
    """Return whether there is anything to judge: what an idle worker asks, in one query."""
    return actions.is_due(now=now)


def judge(*, now: datetime) -> int:
    """Judge the promises whose counts moved or whose time has come; return how many."""
    return actions.judge_all(now=now).promises


def is_untold(*, now: datetime) -> bool:
    """Return whether something happened to a promise that readers were not told of."""
    return messaging.is_untold(now=now)


def tell(*, now: datetime) -> int:
    """Tell readers what happened to promises; return how much."""
    return messaging.tell_readers(now=now)


def enrol(*, now: datetime) -> int:
    """Watch the promises that are not watched yet though they could be; return how many."""
    return enrolling.enrol_missing(now=now)


def is_unscored(*, now: datetime) -> bool:
    """Return whether a day is over that has no score, or one may come out differently."""
    return scoring.is_unscored(now=now)


def score(*, now: datetime) -> int:
    """Compute the score of the days that are over; return how many came out new."""
    return scoring.score_days(now=now)
