"""Counts what is too much to be counted while somebody waits for a screen.

Counting reads, and holds up nobody. What took long is counted seldom: a tenth of the time at most.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, QuerySet

from troth.notify.models import Census, Reckoning, State, Telling
from troth.notify.queries import counted

_TIMES: Final = 10  # as long as it took, it rests
_LEAST_REST: Final = 2_000  # milliseconds
_LONGEST_REST: Final = 60_000
_CENSUS_REST: Final = 60_000
_UNDER_WAY: Final = {State.QUEUED, State.CLAIMED, State.LEAVING, counted.LATER}


def is_uncounted(*, now: datetime) -> bool:
    """Return whether something is to be counted anew."""
    return any(True for _ in _due(now)) or _is_census_due(now)


def count(*, now: datetime) -> int:
    """Count each telling that is due for it, once, and the readers; return how many counts."""
    due = list(_due(now))
    for row in due:
        reckon(row=row, now=now)
    if _is_census_due(now):
        _count_readers(now)
        return len(due) + 1
    return len(due)


def reckon(*, row: Reckoning, now: datetime) -> None:
    """Count the messages of a telling and keep what they came to."""
    began = time.monotonic()
    told = counted.live([row.telling_id], now=now)[row.telling_id]
    took = int((time.monotonic() - began) * 1000)
    counts = [[channel, state, n] for (channel, state), n in sorted(told.states.items())]
    mine = Reckoning.objects.filter(telling=row.telling_id)
    mine.update(
        at=now,
        rest_ms=_rest(row, took, is_same=counts == row.counts),
        counts=counts,
        news=[[channel, kind, n] for (channel, kind), n in sorted(told.news.items())],
    )
    is_spread = Telling.objects.filter(pk=row.telling_id, spread_at__isnull=False).exists()
    if is_spread and not any(state in _UNDER_WAY for _channel, state in told.states):
        mine.filter(turn=row.turn).update(is_settled=True)


def _rest(row: Reckoning, took: int, *, is_same: bool) -> int:
    """Return how long to leave it: longer and longer where nothing changes, as before a digest."""
    rest = max(_LEAST_REST, _TIMES * took)
    return max(rest, min(2 * row.rest_ms, _LONGEST_REST)) if is_same else rest


def recount(*, telling: Telling, messages: int) -> None:
    """Say, in the transaction that changes it, that a telling is to be counted (anew)."""
    mine = Reckoning.objects.filter(telling=telling)
    if not changed(mine) and messages > counted.MANY:
        Reckoning.objects.bulk_create([Reckoning(telling=telling)], ignore_conflicts=True)


def changed(reckonings: "QuerySet[Reckoning]") -> int:
    """Say, in the transaction that changes it, that what was counted is not true any more."""
    return reckonings.update(turn=F("turn") + 1, is_settled=False)


def _due(now: datetime) -> Iterator[Reckoning]:
    return (row for row in counted.open_reckonings() if _is_due(row.at, row.rest_ms, now))


def _is_due(at: datetime | None, rest_ms: int, now: datetime) -> bool:
    return at is None or not at <= now < at + timedelta(milliseconds=rest_ms)  # or a clock jumped


def _is_census_due(now: datetime) -> bool:
    if not counted.is_many():
        return False
    row = Census.objects.order_by("-pk").first()
    return row is None or _is_due(row.at, max(_CENSUS_REST, 10 * _TIMES * row.took_ms), now)


def _count_readers(now: datetime) -> None:
    began = time.monotonic()
    found = [[channel, state, n] for (channel, state), n in sorted(counted.live_readers().items())]
    took = int((time.monotonic() - began) * 1000)
    Census.objects.update_or_create(pk=1, defaults={"at": now, "took_ms": took, "counts": found})
