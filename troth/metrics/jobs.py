"""What runs by the clock: counting what has become dirty."""

from datetime import datetime

from troth.metrics import (
    counting,
    evaluating,
    glancing,
    hourly,
    marking,
    outcome_days,
    parting,
    reporting,
    shelving,
    surprising,
)
from troth.metrics.queries import glances, shelved
from troth.signals import queries as signals
from troth.signals.store import Store

MOST = 100  # scans in one go: a long history is filled in turns, so that sealing is not held up


def tally(*, now: datetime) -> int:
    """Bring tallies up to `now`, all or a good part. Returns how many scans; 0 when all is done.

    An idle installation is asked one query.
    """
    if not marking.is_wanted(now=now):
        return 0
    return bring_up(signals.store(), now=now, most=MOST)


def bring_up(store: Store, *, now: datetime, most: int | None = None) -> int:
    """Answer every change and count what is dirty in `store`. Returns the number of scans."""
    while marking.answer(now=now) == marking.AT_ONCE:
        pass
    marking.fall_due(now=now)
    return counting.count(store, now=now, most=most)


def report(*, now: datetime) -> int:
    """Write down what the outcomes of the month before were. Returns how many."""
    done = reporting.report_month(now=now)
    return done + shelving.keep_usual(now=now)


def is_uncounted(*, now: datetime) -> bool:
    """Return whether a question about an outcome or a day of one waits: two queries."""
    return shelved.is_uncounted(now=now) or outcome_days.is_due(now=now)


def recount(*, now: datetime) -> int:
    """Count the outcomes that screens ask and whose evidence changed. Returns how many."""
    return shelving.recount(now=now) + outcome_days.count(now=now)


def is_due(*, now: datetime) -> bool:
    """Return whether streams want to be evaluated: what an idle worker asks, in a query or two."""
    return evaluating.is_due(now=now)


def evaluate(*, now: datetime) -> int:
    """Say of every stream what left its usual; return how many facts were opened or closed."""
    return evaluating.evaluate_all(now=now)


def is_hour_due(*, now: datetime) -> bool:
    """Return whether an hour is to be judged of a stream that asks for it: one query."""
    return hourly.is_due(now=now)


def evaluate_hours(*, now: datetime) -> int:
    """Say of streams that ask for it whether today so far is too far from its usual."""
    return hourly.evaluate_hours(now=now)


def is_surprise_due(*, now: datetime) -> bool:
    """Return whether a bucket is to be judged of a stream that asks for it: one query."""
    return surprising.is_due(now=now)


def evaluate_surprises(*, now: datetime) -> int:
    """Say of streams that ask for it which buckets are unlike their own past."""
    return surprising.evaluate_surprises(now=now)


def evaluate_segments(*, now: datetime) -> int:
    """Say of streams that are split by attributes which segments left their own usual."""
    return parting.evaluate_segments(now=now)


def is_unglanced(*, now: datetime) -> bool:
    """Return whether a stream looks otherwise on the map than is remembered: one query."""
    return glances.unglanced(now=now).exists()


def glance(*, now: datetime) -> int:
    """Remember what the map needs of each stream. Returns how many were looked at."""
    return glancing.glance(now=now)
