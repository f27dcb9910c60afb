"""How soon readers were told becomes signals, so that ordinary promises judge our telling.

One signal for each telling, channel and limit of time, its weight the number of readers: exact
counts, however many they are. Whoever asked for digests or quiet hours is not counted.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from troth.notify.models import Delivery, State, Telling
from troth.signals import actions as signals
from troth.signals.envelope import Signal

SOURCE: Final = "notify"
KIND: Final = "message.told"
LIMITS: Final = (10, 60, 300, 900, 3_600)  # seconds from the fact to the other side's receipt
_PATIENCE: Final = timedelta(hours=1)  # what has not arrived by then counts as not told
_AT_ONCE: Final = 50
_UNDER_WAY: Final = (State.QUEUED, State.CLAIMED, State.LEAVING)
_NEVER_MEANT: Final = (State.OVERTAKEN, State.JOINED, State.WITHHELD)


def is_unmeasured(*, now: datetime) -> bool:
    """Return whether a telling may be settled and was not measured."""
    return _unmeasured(now).exists()


@transaction.atomic
def measure(*, now: datetime) -> int:
    """Send the figures of tellings that are settled, or old enough; return how many tellings."""
    rows = list(_unmeasured(now).select_for_update(skip_locked=True, of=("self",))[:_AT_ONCE])
    settled = [row for row in rows if row.told_at <= now - _PATIENCE or not _is_open(row)]
    batch = [one for row in settled for one in _signals(row)]
    if batch:
        signals.accept(batches=[batch], door=SOURCE, now=now)
    Telling.objects.filter(pk__in=[row.pk for row in settled]).update(measured_at=now)
    return len(settled)


def _unmeasured(now: datetime) -> QuerySet[Telling]:
    found = Telling.objects.filter(measured_at=None, spread_at__isnull=False, told_at__lte=now)
    return found.select_related("thread").order_by("pk")


def _meant(row: Telling) -> QuerySet[Delivery]:
    """Return the messages that were to go at once."""
    found = row.deliveries.filter(priority__lte=1, subscription__quiet_from=None, replay_of=None)
    return found.exclude(state__in=_NEVER_MEANT)


def _is_open(row: Telling) -> bool:
    return _meant(row).filter(state__in=_UNDER_WAY).exists()


def _signals(row: Telling) -> Iterator[Signal]:
    arrived = Q(state=State.ACCEPTED)
    within = {
        f"within_{limit}": Count(
            "pk", filter=arrived & Q(ended_at__lte=row.told_at + timedelta(seconds=limit))
        )
        for limit in LIMITS
    }
    for found in _meant(row).values("channel").annotate(total=Count("pk"), **within).order_by():
        before = 0
        for limit in LIMITS:
            upto = int(found[f"within_{limit}"])  # type: ignore[literal-required]
            yield from _signal(row, found["channel"], upto - before, limit)
            before = upto
        yield from _signal(row, found["channel"], found["total"] - before, None)


def _signal(row: Telling, channel: str, readers: int, limit: int | None) -> Iterator[Signal]:
    if readers:
        yield Signal(
            source=SOURCE, kind=KIND, touchpoint="messages", happened_at=row.told_at,
            key=f"{row.thread.uid}/{row.number}/{channel}/{limit or 'not'}",
            weight=readers, value=None if limit is None else float(limit), unit="s",
            outcome="told" if limit else "not told",
            segment={"channel": channel, "event": row.event},
        )  # fmt: skip
