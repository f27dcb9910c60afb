"""What the desk does by the clock: reports on their dates."""

from datetime import datetime

from troth.desk.reporting import making


def is_due(*, now: datetime) -> bool:
    """Return whether a report is to be made."""
    return making.is_due(now=now)


def report(*, now: datetime) -> int:
    """Make the reports that are due; return how many."""
    return making.make(now=now)
