"""Every message to every reader: found by story, channel, state, or the reader's exact address."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from troth.core.paging import CursorError, Paged, read, written
from troth.notify.models import (
    Attempt,
    Bounce,
    Courier,
    Delivery,
    Outlet,
    State,
    Subscription,
    Thread,
)
from troth.notify.queries.seeking import Wanted, seek
from troth.notify.rules.events import Event
from troth.notify.rules.waiting import Waiting, reason

FAILED: Final = "failed"
WAITING: Final = "waiting"
_GROUPS: Final = {
    FAILED: (State.REFUSED, State.GIVEN_UP, State.UNKNOWN),
    WAITING: (State.QUEUED, State.CLAIMED, State.LEAVING),
}
_AT_ONCE: Final = 1_000
_PATIENCE: Final = timedelta(seconds=60)
REPLAYABLE: Final = tuple(str(one.value) for one in (*_GROUPS[FAILED], State.WITHHELD))
_NONE: Final = -1  # no row's id
STATES: Final = (FAILED, WAITING, *(state.value for state in State))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which messages. `thread` and `subscription` are uids, `reader` a contact's id; None: whoever.

    `number` is the revision of a thread; None: every one.
    """

    thread: str = ""
    channel: str = ""
    state: str = ""
    reader: int | None = None
    subscription: str = ""
    number: int | None = None


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
    why: str = ""  # it has not left yet
    replay_of: int | None = None
    joined_to: int | None = None
    later: tuple[str, ...] = ()  # what the other side told of it afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    at: datetime
    took_ms: int
    fate: str
    said: str


def deliveries(
    choice: Choice, *, at: datetime, after: str | None = None, limit: int = 50
) -> Paged[Message]:
    """Return messages, the newest first; `total` is 0: counting a million tells nobody anything.

    A page looks at so many at most (`queries.seeking`): it may hold few or none, and `next` goes
    on from there. Raises CursorError.
    """
    found = seek(_wanted(choice), below=_place(after), limit=limit)
    following = None if found.place is None else written((found.place,))
    return Paged(_messages(_of(found.ids), at), following, 0)


def _place(after: str | None) -> int | None:
    if not after:
        return None
    (place,) = read(after, length=1)
    if not isinstance(place, int) or isinstance(place, bool):
        raise CursorError
    return min(max(place, 0), 2**63 - 1)


def _of(ids: Sequence[int]) -> list[Delivery]:
    return list(_related(Delivery.objects.filter(pk__in=ids)).order_by("-pk"))


def everything(choice: Choice, *, at: datetime) -> Iterator[Message]:
    """Yield messages, the newest first, in constant memory."""
    wanted, place = _wanted(choice), None
    while True:
        found = seek(wanted, below=place, limit=_AT_ONCE)
        yield from _messages(_of(found.ids), at)
        if found.place is None:
            return
        place = found.place


def failed(choice: Choice, *, limit: int) -> list[Delivery]:
    """Return the newest that can be sent once more and were not, oldest first."""
    wanted, place = _wanted(choice), None
    mine = wanted.states or REPLAYABLE
    wanted = replace(wanted, states=tuple(one for one in REPLAYABLE if one in mine))
    rows: list[Delivery] = []
    while wanted.states and len(rows) < limit:
        found = seek(wanted, below=place, limit=limit)
        again = Delivery.objects.filter(replay_of=OuterRef("pk"))
        some = _related(Delivery.objects.filter(pk__in=found.ids)).filter(~Exists(again))
        rows += some.order_by("-pk")
        if found.place is None:
            break
        place = found.place
    return rows[:limit][::-1]


def delivery(number: int, *, at: datetime) -> Message | None:
    """Return one message; None where there is none of this number."""
    row = _related(Delivery.objects.filter(pk=number)).first()
    if row is None:
        return None
    [found] = _messages([row], at)
    later = Bounce.objects.filter(delivery=row).order_by("at")
    return replace(found, later=tuple(f"{one.kind} {one.said}".strip() for one in later))


def is_at_work(*, at: datetime) -> bool:
    """Return whether a courier gave a sign of life lately."""
    return Courier.objects.filter(seen_at__gt=at - _PATIENCE).exists()


def is_standing(*, at: datetime) -> bool:
    """Return whether something is due and no courier is there to take it."""
    due = Delivery.objects.filter(state=State.QUEUED, due_at__lte=at - _PATIENCE)
    return not is_at_work(at=at) and due.exists()


def tries(number: int) -> Sequence[Try]:
    """Return the tries of a message that were no first success, oldest first."""
    rows = Attempt.objects.filter(delivery=number).order_by("pk")
    return [Try(at=one.at, took_ms=one.took_ms, fate=one.fate, said=one.said) for one in rows]


def _wanted(choice: Choice) -> Wanted:
    """Return what a choice names by the ids of our rows; what is not there finds nothing."""
    thread = subscription = None
    reader = choice.reader
    if choice.thread:
        rows = Thread.objects.filter(uid=choice.thread)
        thread = rows.values_list("pk", flat=True).first() or _NONE
    if choice.subscription:
        mine = Subscription.objects.filter(uid=choice.subscription)
        subscription, whose = mine.values_list("pk", "contact").first() or (_NONE, _NONE)
        reader = whose if reader in (None, whose) else _NONE
    states = tuple(str(one) for one in _GROUPS.get(choice.state, (choice.state,)) if one)
    return Wanted(thread=thread, number=choice.number, channel=choice.channel, states=states,
                  reader=reader, subscription=subscription)  # fmt: skip


def _related(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    found = rows.select_related("telling", "thread", "reader", "subscription", "outlet")
    return found.defer("telling__content", "reader__sealed", "subscription__sealed")


def _messages(rows: Sequence[Delivery], at: datetime) -> list[Message]:
    queued = {row.reader_id for row in rows if row.state == State.QUEUED}
    open_ = Delivery.objects.filter(state__in=(State.CLAIMED, State.LEAVING), reader__in=queued)
    busy = set(open_.values_list("reader_id", flat=True)) if queued else set()
    is_running = is_at_work(at=at) if queued else True
    defaults = _defaults() if queued else {}
    return [_message(row, _why(row, busy, defaults, is_running=is_running, at=at)) for row in rows]


def _defaults() -> dict[str, Outlet]:
    rows = Outlet.objects.filter(is_default=True, retired_at=None)
    return {row.channel: row for row in rows}


def _why(
    row: Delivery, busy: set[int], defaults: dict[str, Outlet], *, is_running: bool, at: datetime
) -> str:
    outlet = row.outlet or defaults.get(row.channel)
    wish = row.subscription
    waits = Waiting(
        state=row.state, priority=row.priority, due_at=row.due_at, tries=row.tries, pace=wish.pace,
        zone=row.reader.zone, quiet=(wish.quiet_from, wish.quiet_until),
        outlet=_problem(outlet) if outlet else "", is_behind=row.reader_id in busy,
        is_running=is_running,
    )  # fmt: skip
    return reason(waits, at=at)


def _problem(outlet: Outlet) -> str:
    if outlet.paused_at:
        return f"“{outlet.name}” is held back"
    return f"“{outlet.name}” fails: {outlet.problem}" if outlet.failing_since else ""


def _message(row: Delivery, why: str) -> Message:
    return Message(
        id=row.pk, thread=row.thread.uid, title=row.thread.title, event=Event(row.telling.event),
        revision=row.telling.revision, channel=row.channel,
        outlet=row.outlet.name if row.outlet else "", reader=_who(row),
        to=row.subscription.uid, state=row.state, due_at=row.due_at, left_at=row.left_at,
        ended_at=row.ended_at, tries=row.tries, said=row.said, receipt=row.receipt,
        may_replay=row.state in REPLAYABLE, why=why,
        replay_of=row.replay_of_id, joined_to=row.joined_to_id,
    )  # fmt: skip


def _who(row: Delivery) -> str:
    """Return to whom it goes: a route of ours by its name, a reader by the address in part."""
    if row.subscription.is_ours and row.subscription.note:
        return f"{row.subscription.note} ({row.reader.shown})"
    return str(row.reader.shown)
