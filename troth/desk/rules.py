"""What today looks like: which sources are quieter than they were. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

_DAYS_KNOWN = 3  # fewer days with signals say nothing about how often a source speaks
_PATIENCE = 3  # so many times its usual gap may pass
_LEAST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """A source that has been silent for longer than it usually is."""

    source: str
    last_at: datetime
    usual: timedelta


def quiet(
    spoke: Mapping[str, Sequence[datetime]], last: Mapping[str, datetime], *, now: datetime
) -> list[Quiet]:
    """Return the sources silent for three times their longest gap of late, the longest first.

    `spoke` holds the starts of the days on which a source said something, oldest first; `last`
    when it was heard last. Silence of less than a day is never told.
    """
    found = []
    for source, days in spoke.items():
        if source not in last or len(days) < _DAYS_KNOWN:
            continue
        usual = max(after - before for before, after in pairwise(days))
        if now - last[source] > max(_LEAST, _PATIENCE * usual):
            found.append(Quiet(source, last[source], usual))
    return sorted(found, key=lambda one: one.last_at)
