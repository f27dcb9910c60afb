"""How many: of readers by channel and state, and of a telling's messages by what became of them.

Few are counted when somebody asks. Many are counted beside the desk (`actions.counting`), and then
the answer says when that was.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Case, CharField, Count, F, QuerySet, Value, When

from troth.core.rows import among
from troth.notify.models import (
    Census,
    Delivery,
    Reckoning,
    State,
    Subscription,
    Telling,
)

MANY: Final = 500  # messages of a telling
MANY_READERS: Final = 10_000
LATER: Final = "later"  # it waits as its reader wishes
# SQLite keeps the order of a CROSS JOIN: from the few messages to their news, not from all news.
_NEWS: Final = """
SELECT d.telling_id, d.channel, b.kind, COUNT(DISTINCT b.delivery_id)
FROM notify_delivery d CROSS JOIN notify_bounce b
WHERE b.delivery_id = d.id AND d.telling_id {among}
GROUP BY d.telling_id, d.channel, b.kind
"""
Counts = Mapping[tuple[str, str], int]  # (channel, state), or (channel, kind of bounce)


@dataclass(frozen=True, slots=True)
class Told:
    """What the messages of a telling came to. `at` is when they were counted; None: just now."""

    states: Counts
    news: Counts
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Readers:
    """How many readers there are by (channel, state); `at` as in Told."""

    counts: Counts
    at: datetime | None = None


def of_tellings(tellings: Sequence[Telling], *, now: datetime) -> dict[int, Told]:
    """Return telling → what its messages came to."""
    many = [one.pk for one in tellings if one.matched > MANY]
    rows = Reckoning.objects.filter(telling__in=many, at__isnull=False) if many else ()
    kept = {row.telling_id: _kept(row) for row in rows}
    return {**live([one.pk for one in tellings if one.pk not in kept], now=now), **kept}


def _kept(row: Reckoning) -> Told:
    return Told(_read(row.counts), _read(row.news), row.at)


def _read(rows: Sequence[tuple[str, str, int]]) -> Counts:
    return {(channel, state): n for channel, state, n in rows}


def live(tellings: Collection[int], *, now: datetime) -> dict[int, Told]:
    """Count the messages of tellings as they are now."""
    found: dict[int, tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]]
    found = {pk: ({}, {}) for pk in tellings}
    for telling, channel, state, n in _states(tellings, now) if tellings else ():
        found[telling][0][channel, state] = n
    for telling, channel, kind, n in _news(tellings) if tellings else ():
        found[telling][1][channel, kind] = n
    return {pk: Told(states, news) for pk, (states, news) in found.items()}


def _states(tellings: Collection[int], now: datetime) -> "QuerySet[Any, Any]":
    wished = When(state=State.QUEUED, due_at__gt=now, tries=0, then=Value(LATER))
    rows: QuerySet[Delivery] = Delivery.objects.filter(telling__in=tellings)
    # What was told within another message has arrived when that one has.
    within = When(state=State.JOINED, joined_to__isnull=False, then=F("joined_to__state"))
    stands = rows.annotate(stands=Case(wished, within, default=F("state"),
                                       output_field=CharField()))  # fmt: skip
    grouped = stands.values_list("telling", "channel", "stands")
    return grouped.annotate(n=Count("id")).order_by()


def _news(tellings: Collection[int]) -> list[tuple[int, str, str, int]]:
    """Return what is known later of messages: bounces, and which are read."""
    text, values = among(list(tellings))
    with connection.cursor() as cursor:
        cursor.execute(_NEWS.format(among=text), values)
        found: list[tuple[int, str, str, int]] = cursor.fetchall()
    return found


def open_reckonings() -> "QuerySet[Reckoning]":
    """Return what was not counted to its end, the oldest first."""
    return Reckoning.objects.filter(is_settled=False).order_by("telling")


def readers() -> Readers:
    """Return how many readers there are."""
    if is_many():
        kept = Census.objects.order_by("-pk").first()
        if kept is not None:
            return Readers(_read(kept.counts), kept.at)
    return Readers(live_readers())


def live_readers() -> Counts:
    """Count readers by (channel, state) as they are now: it reads the whole index."""
    rows = Subscription.objects.order_by().values_list("channel", "state")
    every = {(channel, state): n for channel, state, n in rows.annotate(n=Count("pk"))}
    for channel, state, n in rows.filter(is_ours=True).annotate(n=Count("pk")):
        every[channel, state] -= n
    return {key: n for key, n in every.items() if n}


def is_many() -> bool:
    """Return whether there are too many readers to count them whenever somebody asks."""
    return Subscription.objects.order_by("pk").values("pk")[MANY_READERS:].exists()
