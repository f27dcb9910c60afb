"""What runs by the clock: counting what has become dirty."""

from datetime import datetime

from troth.metrics import counting, marking
from troth.signals import queries as signals
from troth.signals.store import Store


def tally(*, now: datetime) -> int:
    """Bring every tally up to `now`. Returns the number of scans; 0 and one query when idle."""
    if not marking.is_wanted(now=now):
        return 0
    return bring_up(signals.store(), now=now)


def bring_up(store: Store, *, now: datetime) -> int:
    """Answer every change and count what is dirty in `store`. Returns the number of scans."""
    while marking.answer(now=now) == marking.AT_ONCE:
        pass
    marking.fall_due(now=now)
    return counting.count(store, now=now)
