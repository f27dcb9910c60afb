"""What happens to signals by the clock; `troth.config.schedule` says how often."""

from datetime import datetime

from troth.signals import actions, uploads
from troth.signals.doors import mending


def seal(*, now: datetime) -> int:
    """Seal what waits in the inbox; return how many signals left it."""
    sealed = actions.seal(now=now)
    if sealed.files:
        actions.tidy(now=now)
    return sealed.rows + sealed.repeated


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
