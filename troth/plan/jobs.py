"""What the plan does by the clock."""

from datetime import datetime

from troth.plan import actions, queries


def is_due(*, now: datetime) -> bool:
    """Return whether an initiative can be judged."""
    return queries.is_due(now=now)


def judge(*, now: datetime) -> int:
    """Judge what was shipped long enough ago; return how many were."""
    return actions.judge(now=now)
