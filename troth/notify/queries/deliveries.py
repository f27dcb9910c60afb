"""Every message to every reader: found by story, channel, state, or the reader's exact address."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from troth.core.paging import Paged, read, written
from troth.notify.models import Attempt, Bounce, Courier, Delivery, Outlet, State, Subscription
from troth.notify.rules.events import Event
from troth.notify.rules.waiting import Waiting, reason

FAILED: Final = "failed"
WAITING: Final = "waiting"
_GROUPS: Final = {
    FAILED: (State.REFUSED, State.GIVEN_UP, State.UNKNOWN),
    WAITING: (State.QUEUED, State.CLAIMED, State.LEAVING),
}
_AT_ONCE: Final = 1_000
LOOK: Final = (
    20_000  # messages that one page looks through for what fits: milliseconds, not seconds
)
_PATIENCE: Final = timedelta(seconds=60)
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

    Where no index leads to those that fit, a page looks through LOOK messages: it may hold few or
    none, and `next` goes on from there. Raises CursorError.
    """
    rows, newer = _chosen(choice), Q()
    if after:
        (last,) = read(after, length=1)
        newer = Q(pk__lt=int(last or 0))
    edge = None if _is_led_to(choice) else _edge(newer)
    rows = rows.filter(newer) if edge is None else rows.filter(newer, pk__gte=edge)
    found = list(rows.order_by("-pk")[: limit + 1])
    place = found[limit - 1].pk if len(found) > limit else edge
    following = written((place,)) if place is not None else None
    return Paged(_messages(found[:limit], at), following, 0)


def _is_led_to(choice: Choice) -> bool:
    """Return whether what fits is found by itself: it is rare, of one story, or everything."""
    if choice.reader is not None or choice.subscription or choice.thread:
        return True
    return choice.state in (FAILED, *_GROUPS[FAILED]) or not (choice.state or choice.channel)


def _edge(newer: Q) -> int | None:
    """Return the last message that a page looks at; None where it looks at all that there are."""
    ids = Delivery.objects.filter(newer).order_by("-pk").values_list("pk", flat=True)
    return ids[LOOK - 1 : LOOK].first() if ids[LOOK : LOOK + 1].exists() else None


def everything(choice: Choice, *, at: datetime) -> Iterator[Message]:
    """Yield messages, the newest first, in constant memory."""
    last: int | None = None
    while True:
        rows = _chosen(choice)
        rows = rows.filter(pk__lt=last) if last else rows
        found = list(rows.order_by("-pk")[:_AT_ONCE])
        yield from _messages(found, at)
        if len(found) < _AT_ONCE:
            return
        last = found[-1].pk


def failed(choice: Choice, *, limit: int) -> list[Delivery]:
    """Return those of some messages that can be sent once more and were not, oldest first."""
    rows = _chosen(choice).filter(state__in=(*_GROUPS[FAILED], State.WITHHELD))
    again = Delivery.objects.filter(replay_of=OuterRef("pk"))
    return list(rows.filter(~Exists(again)).order_by("pk")[:limit])


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


def _chosen(choice: Choice) -> QuerySet[Delivery]:
    rows = _related(Delivery.objects.all())
    if choice.thread:
        rows = rows.filter(thread__uid=choice.thread)
    if choice.channel:
        rows = rows.filter(channel=choice.channel)
    if choice.state:
        rows = rows.filter(state__in=_GROUPS.get(choice.state, (choice.state,)))
    if choice.number is not None:
        rows = rows.filter(telling__number=choice.number)
    if choice.subscription:
        mine = Subscription.objects.filter(uid=choice.subscription)
        reader = mine.values_list("contact", flat=True).first()
        rows = rows.filter(subscription__uid=choice.subscription, reader=reader or 0)
    return rows.filter(reader=choice.reader) if choice.reader is not None else rows


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
        may_replay=row.state in (*_GROUPS[FAILED], State.WITHHELD), why=why,
        replay_of=row.replay_of_id, joined_to=row.joined_to_id,
    )  # fmt: skip


def _who(row: Delivery) -> str:
    """Return to whom it goes: a route of ours by its name, a reader by the address in part."""
    if row.subscription.is_ours and row.subscription.note:
        return f"{row.subscription.note} ({row.reader.shown})"
    return str(row.reader.shown)
