"""When a message is tried again, and when that is given up. Pure."""

from datetime import timedelta
from typing import Final

URGENT, PLAIN, DIGEST = 0, 1, 2  # Delivery.priority

LONGEST_WAIT: Final = timedelta(hours=1)
_FIRST_WAIT: Final = {URGENT: 5.0, PLAIN: 15.0, DIGEST: 60.0}  # seconds
_GIVEN_UP_AFTER: Final = {
    URGENT: timedelta(hours=12),
    PLAIN: timedelta(hours=24),
    DIGEST: timedelta(hours=48),
}
QUARANTINE_FAILURES: Final = 10  # in a row
QUARANTINE_AFTER: Final = timedelta(hours=6)  # of them


def wait(tries: int, *, priority: int, chance: float, after: float | None = None) -> timedelta:
    """Return how long to wait after the `tries`-th failure: twice as long each time, by chance.

    `chance` lies in [0, 1): all who failed together shall not come back together. `after` is what
    the other side asked for, in seconds; it is kept to, up to LONGEST_WAIT.
    """
    full = _FIRST_WAIT[priority] * 2.0 ** min(max(tries, 1) - 1, 20)
    seconds = min(full, LONGEST_WAIT.total_seconds()) * (0.5 + chance / 2)
    if after is not None:
        seconds = max(seconds, min(after, LONGEST_WAIT.total_seconds()))
    return timedelta(seconds=seconds)


def is_given_up(*, priority: int, age: timedelta) -> bool:
    """Return whether a message has been tried long enough; `age` counts from when it was due."""
    return age >= _GIVEN_UP_AFTER[priority]


def is_quarantined(*, failures: int, span: timedelta) -> bool:
    """Return whether an endpoint failed so often in a row, over so long, that it is left alone."""
    return failures >= QUARANTINE_FAILURES and span >= QUARANTINE_AFTER
