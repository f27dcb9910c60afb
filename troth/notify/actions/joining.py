"""Tell several stories in one message."""

from collections.abc import Sequence
from datetime import datetime

from troth.notify.models import Delivery, State


def join(*, ids: Sequence[int], to: int, now: datetime) -> int:
    """Make queued messages part of another one of the same reader."""
    rows = Delivery.objects.filter(pk__in=ids, state=State.QUEUED)
    return rows.update(
        state=State.JOINED, joined_to_id=to, ended_at=now, said="told within another message"
    )
