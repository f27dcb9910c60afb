"""What was told, and what each channel really has of it: the newest revision, or an older one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When

from troth.core.paging import Paged, read, written
from troth.notify.contents import story_of
from troth.notify.models import Alarm, Bounce, Carried, Delivery, State, Telling, Thread
from troth.notify.rules import naming
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story

# So long may a channel lack the newest revision before it is named: a screen that looks every few
# seconds names it within a minute.
GRACE = timedelta(seconds=45)
_SHOWN = 20  # tellings of one thread that the desk shows
_UNDER_WAY = (State.QUEUED, State.CLAIMED, State.LEAVING)
_FAILED = (State.REFUSED, State.GIVEN_UP)
_LATER = "later"  # it waits as its reader wishes
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
class ThreadShown:
    row: ThreadRow
    tellings: tuple[ToldShown, ...]  # newest first
    channels: tuple[Has, ...]
    alarms: tuple[Alarm, ...]

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
        told_at, last = read(after, length=2)
        place = datetime.fromisoformat(str(told_at))
        rows = rows.filter(Q(told_at__lt=place) | Q(told_at=place, pk__lt=last))
    found = list(rows.order_by("-told_at", "-pk")[: limit + 1])
    following = None
    if len(found) > limit:
        edge = found[limit - 1]
        following = written((edge.told_at.isoformat(), edge.pk))
    return Paged(_rows(found[:limit]), following, total)


def thread(uid: str, *, now: datetime) -> ThreadShown | None:
    """Return one thing told of with all that its channels have; None where there is none."""
    row = Thread.objects.filter(uid=uid).first()
    return _shown(row, now) if row else None


def thread_about(about: str, *, now: datetime) -> ThreadShown | None:
    """Return the same by the thing told of, such as "incident:inc_…"."""
    row = Thread.objects.filter(about=about).first()
    return _shown(row, now) if row else None


def behind(*, now: datetime, since: timedelta = timedelta(days=1)) -> list[ThreadShown]:
    """Return what was told lately and is not told everywhere: each channel that lacks it."""
    rows = Thread.objects.filter(told_at__gt=now - since, told_at__lte=now - GRACE)
    shown = [_shown(row, now) for row in rows.order_by("-told_at")[:200]]
    return [one for one in shown if one.behind]


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
    told = list(row.tellings.order_by("-number")[:_SHOWN])
    counts = _counts(told, now)
    tellings = tuple(_told(one, counts) for one in told)
    channels = (*_places(row, tellings, now), *_written_to(tellings, counts, told, now))
    alarms = row.alarms.select_related("escalation").order_by("-raised_at")[:_SHOWN]
    return ThreadShown(
        row=_row(row, told[0]), tellings=tellings, channels=channels, alarms=tuple(alarms)
    )


Counts = Mapping[tuple[int, str, str], int]  # (telling, channel, state) → messages


def _counts(told: Sequence[Telling], now: datetime) -> Counts:
    wished = When(state=State.QUEUED, due_at__gt=now, tries=0, then=Value(_LATER))
    rows: QuerySet[Delivery] = Delivery.objects.filter(telling__in=told)
    # What was told within another message has arrived when that one has.
    within = When(state=State.JOINED, joined_to__isnull=False, then=F("joined_to__state"))
    found = Case(wished, within, default=F("state"), output_field=CharField())
    stands = rows.annotate(stands=found)
    grouped = stands.values_list("telling", "channel", "stands").annotate(n=Count("id")).order_by()
    return {(telling, channel, state): n for telling, channel, state, n in grouped}


def _told(one: Telling, counts: Counts) -> ToldShown:
    by_state: dict[str, int] = defaultdict(int)
    for (telling, _channel, state), n in counts.items():
        if telling == one.pk:
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


def _places(row: Thread, tellings: Sequence[ToldShown], now: datetime) -> list[Has]:
    newest = tellings[0]
    late = now - newest.told_at > GRACE
    return [
        Has(
            channel=one.place, is_place=True, revision=one.revision,
            is_behind=late and one.revision != newest.revision,
        )
        for one in Carried.objects.filter(thread=row).order_by("place")
    ]  # fmt: skip


def _written_to(
    tellings: Sequence[ToldShown], counts: Counts, told: Sequence[Telling], now: datetime
) -> list[Has]:
    late = now - tellings[0].told_at > GRACE
    found, news = [], _news(told[0])
    for channel in sorted({channel for _telling, channel, _state in counts}):
        per = [_states(counts, one.pk, channel) for one in told]
        has = next(
            (one.revision for one, states in zip(tellings, per, strict=True)
             if states.get(State.ACCEPTED)), "",
        )  # fmt: skip
        found.append(_has(channel, has, per[0], late=late, later=news.get(channel, {})))
    return found


def _has(
    channel: str, revision: str, newest: Mapping[str, int], *, late: bool, later: Mapping[str, int]
) -> Has:
    def some(*states: str) -> int:
        return sum(newest.get(state, 0) for state in states)

    return Has(
        channel=channel, is_place=False, revision=revision,
        is_behind=late and some(*_LACKING) > 0, accepted=some(State.ACCEPTED),
        under_way=some(*_UNDER_WAY), later=some(_LATER), unknown=some(State.UNKNOWN),
        failed=some(*_FAILED),
        others=sum(newest.values()) - some(State.ACCEPTED, _LATER, *_LACKING),
        bounced=sum(later.get(kind, 0) for kind in _CAME_BACK), opened=later.get("opened", 0),
    )  # fmt: skip


def _news(telling: Telling) -> dict[str, dict[str, int]]:
    """Return channel → what is known later of its messages: bounces, and which are read."""
    rows = Bounce.objects.filter(delivery__telling=telling)
    grouped = rows.values_list("delivery__channel", "kind").annotate(
        n=Count("delivery", distinct=True)
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for channel, kind, n in grouped.order_by():
        found[channel][kind] = n
    return found


def _states(counts: Counts, telling: int, channel: str) -> dict[str, int]:
    return {
        state: n for (one, name, state), n in counts.items() if one == telling and name == channel
    }
