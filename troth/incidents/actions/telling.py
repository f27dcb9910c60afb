"""Clocks become signals, so that ordinary promises judge how we tell. Each version once."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from troth.core.steps import reached
from troth.incidents.models import Clock
from troth.signals import actions as signals
from troth.signals.envelope import Signal

SOURCE = "incidents"
AT_ONCE = 500


@transaction.atomic
def tell_signals(*, now: datetime) -> int:
    """Send the clocks whose signals are behind; return how many.

    Signals and the mark that they are told are one transaction: a killed worker loses and
    repeats nothing. Raises SpoolFull, DiskFull or StoreBusy with nothing marked.
    """
    untold = Clock.objects.exclude(told=F("version")).order_by("id")
    rows = list(untold.select_for_update(skip_locked=True)[:AT_ONCE])
    if not rows:
        return 0
    reached("tell.read")
    signals.accept(batches=[[_signal(row) for row in rows]], door="incidents", now=now)
    reached("tell.sent")
    for row in rows:
        row.told = row.version
    Clock.objects.bulk_update(rows, ["told"])
    reached("tell.marked")
    return len(rows)


def is_untold() -> bool:
    return Clock.objects.exclude(told=F("version")).exists()


def _signal(row: Clock) -> Signal:
    return Signal(
        source=SOURCE, kind=row.kind, key=row.key, version=row.version,
        happened_at=row.happened_at, due_at=row.due_at, resolved_at=row.resolved_at,
        touchpoint="status", segment={name: text for name, text in row.segment.items() if text},
        outcome="void" if row.void_at else "told" if row.resolved_at else "open",
        evidence=f"incidents/{row.key.partition('/')[0]}/",
    )  # fmt: skip
