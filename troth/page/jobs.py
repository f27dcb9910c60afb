"""What the page does by the clock."""

from datetime import datetime

from troth.page import actions, audience


def is_due(*, now: datetime) -> bool:
    """Say whether there is anything to publish; asked several times a second."""
    return actions.is_due(now=now)


def publish(*, now: datetime) -> int:
    """Write the page if it would read differently. Returns how many files are new."""
    published = actions.publish(now=now, within=actions.TURN)
    return published.written if published else 0


def forget_views(*, now: datetime) -> int:
    """Remove the counts of readers that were kept long enough. Returns how many rows."""
    return audience.forget(now=now)
