"""Every message to every reader: found by story, channel, state, or the reader's exact address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from troth.core.paging import Paged, read, written
from troth.notify.models import Attempt, Delivery, State
from troth.notify.rules.events import Event

FAILED: Final = "failed"
WAITING: Final = "waiting"
_GROUPS: Final = {
    FAILED: (State.REFUSED, State.GIVEN_UP, State.UNKNOWN),
    WAITING: (State.QUEUED, State.CLAIMED, State.LEAVING),
}
STATES: Final = (FAILED, WAITING, *(state.value for state in State))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which messages. `thread` is a uid, `reader` a contact's id; None: whoever."""

    thread: str = ""
    channel: str = ""
    state: str = ""
    reader: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. `reader` is the address with most of it hidden; `to` the subscription's uid."""

    id: int
    thread: str
    title: str
    event: Event
    revision: str
    channel: str
    outlet: str
    reader: str
    to: str
    state: str
    due_at: datetime
    left_at: datetime | None
    ended_at: datetime | None
    tries: int
    said: str
    receipt: str
    may_replay: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    at: datetime
    took_ms: int
    fate: str
    said: str


def deliveries(choice: Choice, *, after: str | None = None, limit: int = 50) -> Paged[Message]:
    """Return messages, the newest first; `total` is 0: counting a million tells nobody anything.

    Raises CursorError.
    """
    rows = _chosen(choice)
    if after:
        (last,) = read(after, length=1)
        rows = rows.filter(pk__lt=int(last or 0))
    found = list(rows.order_by("-pk")[: limit + 1])
    following = written((found[limit - 1].pk,)) if len(found) > limit else None
    return Paged([_message(row) for row in found[:limit]], following, 0)


def delivery(number: int) -> Message | None:
    """Return one message; None where there is none of this number."""
    row = _related(Delivery.objects.filter(pk=number)).first()
    return _message(row) if row else None


def tries(number: int) -> Sequence[Try]:
    """Return the tries of a message that were no first success, oldest first."""
    rows = Attempt.objects.filter(delivery=number).order_by("pk")
    return [Try(at=one.at, took_ms=one.took_ms, fate=one.fate, said=one.said) for one in rows]


def _chosen(choice: Choice) -> QuerySet[Delivery]:
    rows = _related(Delivery.objects.all())
    if choice.thread:
        rows = rows.filter(thread__uid=choice.thread)
    if choice.channel:
        rows = rows.filter(channel=choice.channel)
    if choice.state:
        rows = rows.filter(state__in=_GROUPS.get(choice.state, (choice.state,)))
    return rows.filter(reader=choice.reader) if choice.reader is not None else rows


def _related(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    found = rows.select_related("telling", "thread", "reader", "subscription", "outlet")
    return found.defer("telling__content", "reader__sealed", "subscription__sealed")


def _message(row: Delivery) -> Message:
    return Message(
        id=row.pk, thread=row.thread.uid, title=row.thread.title, event=Event(row.telling.event),
        revision=row.telling.revision, channel=row.channel,
        outlet=row.outlet.name if row.outlet else "", reader=row.reader.shown,
        to=row.subscription.uid, state=row.state, due_at=row.due_at, left_at=row.left_at,
        ended_at=row.ended_at, tries=row.tries, said=row.said, receipt=row.receipt,
        may_replay=row.state in (*_GROUPS[FAILED], State.WITHHELD),
    )  # fmt: skip
