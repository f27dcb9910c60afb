"""What happens to signals by the clock; `troth.config.schedule` says how often."""

import time
from datetime import datetime

from troth.signals import actions, queries, uploads
from troth.signals.doors import mending

WORTH = 20_000  # signals for which any sealing is worth its cost
CHEAP = 0.25  # seconds of processor time that any sealing may cost
SHARE = 4  # else a sealing may cost a quarter of the time
LONGEST = 10.0  # seconds that signals may wait for company


class _Pace:
    """When to seal next: what costs much for few signals waits a little for others to come.

    Each sealing asks whether cases are known already, which costs more the more there are.
    """

    def __init__(self) -> None:
        self._rest_until = 0.0

    def is_resting(self) -> bool:
        return time.monotonic() < self._rest_until and queries.inbox_depth().signals < WORTH

    def note(self, *, rows: int, cost: float) -> None:
        if rows < WORTH and cost > CHEAP:
            self._rest_until = time.monotonic() + min(LONGEST, cost * (SHARE - 1))


_pace = _Pace()


def seal(*, now: datetime) -> int:
    """Seal what waits in the inbox, unless it had better wait; return how many signals left it."""
    if _pace.is_resting():
        return 0
    began = time.process_time()
    sealed = actions.seal(now=now)
    if sealed.files:
        actions.tidy(now=now)
    rows = sealed.rows + sealed.repeated
    _pace.note(rows=rows, cost=time.process_time() - began)
    return rows


def compact(*, now: datetime) -> int:
    """Put the store's files in shape; return how many were rewritten."""
    return actions.compact(now=now)


def retain(*, now: datetime) -> int:
    """Remove cases older than their kind's retention; return how many rows."""
    return actions.retain(now=now)


def read_uploads(*, now: datetime) -> int:
    """Import the files that wait; return how many."""
    uploads.resume(now=now)
    return sum(uploads.carry_out(upload=upload, now=now) for upload in uploads.waiting())


def tidy(*, now: datetime) -> int:
    """Remove uploads and refused lines that nobody came back for; return how many."""
    return uploads.tidy(now=now) + mending.forget_old(now=now)
