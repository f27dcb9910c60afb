"""Reports become signals: that something was reported, and by when we had to answer."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F

from troth.core.steps import reached
from troth.feedback.models import Report
from troth.feedback.rules import SIGNALS, WITHOUT_ANSWER, Kind
from troth.feedback.sealing import address_of
from troth.signals import actions as signals
from troth.signals.envelope import Signal

SOURCE: Final = "feedback"
REPLY: Final = "feedback.reply"
AT_ONCE: Final = 500


@transaction.atomic
def tell_signals(*, now: datetime) -> int:
    """Send the reports whose signals are behind; return how many.

    Signals and the mark that they are told are one transaction: a killed worker loses and
    repeats nothing. Raises SpoolFull, DiskFull or StoreBusy with nothing marked.
    """
    untold = Report.objects.exclude(told=F("version")).order_by("id")
    rows = list(untold.select_for_update(skip_locked=True)[:AT_ONCE])
    if not rows:
        return 0
    reached("tell.read")
    batch = [signal for row in rows for signal in _signals(row)]
    signals.accept(batches=[batch], door="feedback", now=now)
    reached("tell.sent")
    for row in rows:
        row.told = row.version
    Report.objects.bulk_update(rows, ["told"])
    reached("tell.marked")
    return len(rows)


def _signals(row: Report) -> list[Signal]:
    said = Signal(
        source=SOURCE, kind=SIGNALS[Kind(row.kind)], key=row.uid, version=row.version,
        happened_at=row.created_at, resolved_at=row.closed_at, touchpoint=row.touchpoint or None,
        subject=address_of(row) or None, outcome=row.end or row.state,
        segment={"language": row.language}, evidence=f"feedback/{row.uid}/",
    )  # fmt: skip
    return [said, _reply(row)] if row.due_at else [said]


def _reply(row: Report) -> Signal:
    is_void = row.end in WITHOUT_ANSWER and not row.answered_at
    return Signal(
        source=SOURCE, kind=REPLY, key=f"{row.uid}/reply", version=row.version,
        happened_at=row.created_at, due_at=row.due_at, resolved_at=row.answered_at,
        touchpoint=row.touchpoint or None, segment={"kind": row.kind},
        outcome="void" if is_void else "told" if row.answered_at else "open",
        evidence=f"feedback/{row.uid}/",
    )  # fmt: skip
