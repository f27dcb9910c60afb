"""What the worker does for messages: from tellings to deliveries, and what has had its time."""

import time
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from troth.notify.actions import (
    alarms,
    composing_sending,
    counting,
    forgetting,
    measuring,
    spreading,
    tidying,
    weekly,
)
from troth.notify.models import Telling

_A_TURN: Final = 1.0  # seconds of spreading before other jobs have theirs


def spread(*, now: datetime) -> int:
    """Queue what was told for those whom it concerns: some chunks of it, the urgent first."""
    chunks = 0
    limit = time.monotonic() + _A_TURN
    while time.monotonic() < limit:
        telling = _unspread().order_by("-is_urgent", "pk").first()
        if telling is None:
            break
        spreading.spread(telling=telling, now=now)
        chunks += 1
    return chunks


def is_unspread(*, now: datetime) -> bool:  # noqa: ARG001 - asked as all are
    return _unspread().exists()


def _unspread() -> QuerySet[Telling]:
    return Telling.objects.filter(spread_at=None).select_related("thread")


def tidy(*, now: datetime) -> int:
    """Remove what has had its time, and put right what a clock that jumped left behind."""
    return tidying.tidy(now=now)


def look_after_readers(*, now: datetime) -> int:
    """End pauses that are over; forget asks that nobody confirmed, and what was counted."""
    return forgetting.look_after(now=now)


def is_ringing(*, now: datetime) -> bool:
    """Return whether an alarm's next step is due."""
    return alarms.is_ringing(now=now)


def ring(*, now: datetime) -> int:
    """Ring the steps of alarms that are due; return how many."""
    return alarms.ring(now=now)


def is_unmeasured(*, now: datetime) -> bool:
    """Return whether a telling may be settled, and did not become signals."""
    return measuring.is_unmeasured(now=now)


def measure(*, now: datetime) -> int:
    """Send how soon readers were told as signals; return how many tellings."""
    return measuring.measure(now=now)


def is_uncounted(*, now: datetime) -> bool:
    """Return whether something is to be counted that a screen could not wait for."""
    return counting.is_uncounted(now=now)


def count(*, now: datetime) -> int:
    """Count the messages of stories that many hear, and the readers; return how many counts."""
    return counting.count(now=now)


def is_to_send(*, now: datetime) -> bool:
    """Return whether a story written by hand is to go out."""
    return composing_sending.is_due(now=now)


def send(*, now: datetime) -> int:
    """Tell the stories written by hand whose time has come; return how many."""
    return composing_sending.send_due(now=now)


def tell_week(*, now: datetime) -> int:
    """Tell the last week on Monday morning; return how many stories."""
    return weekly.tell_week(now=now)
