"""What other packages may ask about signals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db.models import Count, Min, QuerySet, Sum

from troth.signals.models import Change, Inbox, Retention
from troth.signals.store import Heard, Store
from troth.signals.stores.embedded import Embedded


@dataclass(frozen=True, slots=True)
class InboxDepth:
    """What waits to be sealed: batches, signals, bytes, and since when the oldest waits."""

    batches: int
    signals: int
    bytes: int
    oldest: datetime | None


def store() -> Store:
    """Return the store that the settings name: "embedded", or the address of a ClickHouse."""
    return _store(settings.TROTH.signal_store)


@lru_cache(maxsize=4)
def _store(address: str) -> Store:
    if address == "embedded":
        return Embedded()
    # Imported only where it is used: the client is an optional extra.
    from troth.signals.stores.clickhouse import ClickHouse

    return ClickHouse(address)


def inbox_depth() -> InboxDepth:
    found = Inbox.objects.aggregate(
        batches=Count("pk"), signals=Sum("count"), bytes=Sum("size"), oldest=Min("recorded_at")
    )
    return InboxDepth(
        batches=found["batches"], signals=found["signals"] or 0, bytes=found["bytes"] or 0,
        oldest=found["oldest"],
    )  # fmt: skip


def is_waiting(*, now: datetime) -> bool:  # noqa: ARG001 - every question of the schedule is asked so
    """Return whether anything waits to be sealed: what an idle worker asks, in one query."""
    return Inbox.objects.exists()


def sources() -> list[str]:
    return store().sources()


def kinds() -> list[str]:
    return store().kinds()


def last_recorded(kinds: Sequence[str]) -> datetime | None:
    """Return when the newest signal of some kinds (none: all) was recorded, as far as sealed."""
    return store().heard([Heard(kinds=tuple(kinds))])[0]


def removed_until() -> dict[str, datetime]:
    """Return kind → instant; cases all of whose instants lie before it may have been removed."""
    found = Retention.objects.exclude(removed_until=None)
    return {rule.kind: rule.removed_until for rule in found if rule.removed_until is not None}


def changes() -> "QuerySet[Change]":
    """Return the facts for whoever counts, oldest first; they drop what they have marked."""
    return Change.objects.order_by("pk")
