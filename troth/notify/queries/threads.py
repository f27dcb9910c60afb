"""What was told, and what each channel really has of it: the newest revision, or an older one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.db.models import F, Q

from troth.core.paging import CursorError, Paged, read, written
from troth.notify.contents import story_of
from troth.notify.models import Alarm, Carried, State, Telling, Thread
from troth.notify.queries import counted
from troth.notify.queries.counted import LATER, Told
from troth.notify.rules import naming
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story

# So long may a channel lack the newest revision before it is named: a screen that looks every few
# seconds names it within a minute.
GRACE = timedelta(seconds=45)
_SHOWN = 20  # tellings of one thread that the desk shows
_LATELY = 200  # threads that are looked at for whether they are told everywhere
_UNDER_WAY = (State.QUEUED, State.CLAIMED, State.LEAVING)
_FAILED = (State.REFUSED, State.GIVEN_UP)
_LACKING = (*_UNDER_WAY, *_FAILED, State.UNKNOWN)
_CAME_BACK = ("hard", "soft", "complaint")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRow:
    """A thing told of, as a list shows it. `matched` readers were to hear the newest revision."""

    uid: str
    about: str
    title: str
    purpose: str
    event: Event
    revision: str
    tellings: int
    told_at: datetime
    matched: int | None  # None: it is still being spread


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldShown:
    """One revision. `counts` are messages by state."""

    number: int
    event: Event
    revision: str
    told_at: datetime
    by: str
    story: Story
    is_spread: bool
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Has:
    """What a channel has. `is_behind`: it lacks the newest revision for longer than it may.

    A place that is read, such as the page, shows one revision; a channel that is written to has
    messages of the newest one: accepted (of these `bounced` came back and `opened` are known to be
    read), under way, unknown, failed; `later` ones wait as their readers wish, for a digest or the
    end of quiet hours. `others` were not sent: overtaken, withheld, joined.
    """

    channel: str
    is_place: bool
    revision: str  # the newest that it has; "" for none
    is_behind: bool
    accepted: int = 0
    under_way: int = 0
    later: int = 0
    unknown: int = 0
    failed: int = 0
    others: int = 0
    bounced: int = 0
    opened: int = 0

    @property
    def lacking(self) -> int:
        """Return how many readers do not have the newest revision, as far as we know."""
        return self.under_way + self.unknown + self.failed

    @property
    def readers(self) -> int:
        return self.accepted + self.later + self.lacking


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A thing told of that is not told everywhere, and the channels that lack its newest revision.

    `counted_at` is when that was counted; None: just now.
    """

    row: ThreadRow
    behind: tuple[Has, ...]
    counted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadShown:
    row: ThreadRow
    tellings: tuple[ToldShown, ...]  # newest first
    channels: tuple[Has, ...]
    alarms: tuple[Alarm, ...]
    counted_at: datetime | None = None  # None: just now

    @property
    def is_under_way(self) -> bool:
        """Say whether a channel has yet to get the newest revision, and may still take its time."""
        newest = self.row.revision
        return not self.tellings[0].is_spread or any(
            one.revision != newest if one.is_place else one.under_way for one in self.channels
        )

    @property
    def behind(self) -> tuple[Has, ...]:
        return tuple(one for one in self.channels if one.is_behind)

    @property
    def unknown(self) -> int:
        return sum(one.unknown for one in self.channels)

    @property
    def failed(self) -> int:
        return sum(one.failed for one in self.channels)

    @property
    def desk_url(self) -> str:
        """Return where the thing told of stands on the desk; "" where it has no screen."""
        return naming.desk_url(self.row.about)


def threads(
    *, purpose: str = "", search: str = "", after: str | None = None, limit: int = 50
) -> Paged[ThreadRow]:
    """Return what was told, the newest first. Raises CursorError."""
    rows = Thread.objects.filter(purpose=purpose) if purpose else Thread.objects.all()
    rows = rows.filter(title__icontains=search) if search else rows
    total = rows.count()
    if after:
        place, last = _place(after)
        rows = rows.filter(Q(told_at__lt=place) | Q(told_at=place, pk__lt=last))
    found = list(rows.order_by("-told_at", "-pk")[: limit + 1])
    following = None
    if len(found) > limit:
        edge = found[limit - 1]
        following = written((edge.told_at.isoformat(), edge.pk))
    return Paged(_rows(found[:limit]), following, total)


def _place(after: str) -> tuple[datetime, int]:
    told_at, last = read(after, length=2)
    try:
        place = datetime.fromisoformat(str(told_at))
    except ValueError:
        raise CursorError from None
    if place.tzinfo is None or not isinstance(last, int):
        raise CursorError
    return place, min(max(last, 0), 2**63 - 1)


def thread(uid: str, *, now: datetime) -> ThreadShown | None:
    """Return one thing told of with all that its channels have; None where there is none."""
    row = Thread.objects.filter(uid=uid).first()
    return _shown(row, now) if row else None


def thread_about(about: str, *, now: datetime) -> ThreadShown | None:
    """Return the same by the thing told of, such as "incident:inc_…"."""
    row = Thread.objects.filter(about=about).first()
    return _shown(row, now) if row else None


def behind(*, now: datetime, since: timedelta = timedelta(days=1)) -> list[Behind]:
    """Return what was told lately and is not told everywhere: each channel that lacks it."""
    rows = Thread.objects.filter(told_at__gt=now - since, told_at__lte=now - GRACE)
    threads = {row.pk: row for row in rows.order_by("-told_at")[:_LATELY]}
    newest = Telling.objects.filter(thread__in=threads, number=F("thread__newest"))
    last = {one.thread_id: one for one in newest.defer("content")}
    told = counted.of_tellings(list(last.values()), now=now)
    places: dict[int, list[Carried]] = defaultdict(list)
    for place in Carried.objects.filter(thread__in=threads).order_by("place"):
        places[place.thread_id].append(place)
    found = []
    for pk, row in threads.items():
        if one := last.get(pk):
            lack = tuple(has for has in _have(one, places[pk], told[one.pk], now) if has.is_behind)
            if lack:
                found.append(Behind(row=_row(row, one), behind=lack, counted_at=told[one.pk].at))
    return found


def _have(one: Telling, places: Iterable[Carried], told: Told, now: datetime) -> Iterable[Has]:
    yield from _places(places, one.revision, one.told_at, now)
    yield from _written_to([one], {one.pk: told}, now)


def _rows(found: Sequence[Thread]) -> list[ThreadRow]:
    newest = Telling.objects.filter(thread__in=found).order_by("number")
    last = {one.thread_id: one for one in newest.defer("content")}
    return [_row(row, last[row.pk]) for row in found if row.pk in last]


def _row(row: Thread, last: Telling) -> ThreadRow:
    return ThreadRow(
        uid=row.uid, about=row.about, title=row.title, purpose=row.purpose,
        event=Event(last.event), revision=last.revision, tellings=row.newest,
        told_at=row.told_at, matched=last.matched if last.spread_at else None,
    )  # fmt: skip


def _shown(row: Thread, now: datetime) -> ThreadShown:
    rows = list(row.tellings.order_by("-number")[:_SHOWN])
    newest = rows[0]
    told = counted.of_tellings(rows, now=now)
    places = Carried.objects.filter(thread=row).order_by("place")
    channels = (
        *_places(places, newest.revision, newest.told_at, now),
        *_written_to(rows, told, now),
    )
    alarms = row.alarms.select_related("escalation").order_by("-raised_at")[:_SHOWN]
    times = [one.at for one in told.values() if one.at is not None]
    return ThreadShown(
        row=_row(row, newest), tellings=tuple(_told(one, told[one.pk]) for one in rows),
        channels=channels, alarms=tuple(alarms), counted_at=min(times, default=None),
    )  # fmt: skip


def _told(one: Telling, told: Told) -> ToldShown:
    by_state: dict[str, int] = defaultdict(int)
    for (_channel, state), n in told.states.items():
        by_state[state] += n
    return ToldShown(
        number=one.number, event=Event(one.event), revision=one.revision, told_at=one.told_at,
        by=one.by, story=_story(one), is_spread=one.spread_at is not None,
        counts=dict(by_state),
    )  # fmt: skip


def _story(one: Telling) -> Story:
    try:
        return story_of(one.content)
    except ValueError as error:  # another key: the rest can be shown
        return msgspec.convert({"link": "", **one.content, "what": f"({error})"}, Story)


def _places(
    carried: Iterable[Carried], revision: str, told_at: datetime, now: datetime
) -> list[Has]:
    late = now - told_at > GRACE
    return [
        Has(
            channel=one.place, is_place=True, revision=one.revision,
            is_behind=late and one.revision != revision,
        )
        for one in carried
    ]  # fmt: skip


def _written_to(rows: Sequence[Telling], told: Mapping[int, Told], now: datetime) -> list[Has]:
    """Return what each channel has of some tellings of a thread, the newest of them first."""
    newest, found = told[rows[0].pk], []
    late = now - rows[0].told_at > GRACE
    for channel in sorted({channel for one in rows for channel, _ in told[one.pk].states}):
        has = next(
            (one.revision for one in rows if told[one.pk].states.get((channel, State.ACCEPTED))), ""
        )
        found.append(
            _has(channel, has, _of(channel, newest.states), late=late,
                 later=_of(channel, newest.news))
        )  # fmt: skip
    return found


def _of(channel: str, counts: counted.Counts) -> dict[str, int]:
    return {state: n for (name, state), n in counts.items() if name == channel}


def _has(
    channel: str, revision: str, newest: Mapping[str, int], *, late: bool, later: Mapping[str, int]
) -> Has:
    def some(*states: str) -> int:
        return sum(newest.get(state, 0) for state in states)

    return Has(
        channel=channel, is_place=False, revision=revision,
        is_behind=late and some(*_LACKING) > 0, accepted=some(State.ACCEPTED),
        under_way=some(*_UNDER_WAY), later=some(LATER), unknown=some(State.UNKNOWN),
        failed=some(*_FAILED),
        others=sum(newest.values()) - some(State.ACCEPTED, LATER, *_LACKING),
        bounced=sum(later.get(kind, 0) for kind in _CAME_BACK), opened=later.get("opened", 0),
    )  # fmt: skip
