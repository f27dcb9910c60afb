"""A dry run: whom a story would reach, through what, and who would not get it and why.

Nothing is written. Consent, suppression and outlets are looked at as a courier would do now. Many
readers are looked at in slices, each a short question that holds up nobody.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min

from troth.notify import catalogue, contents
from troth.notify.actions.matching import Sql, match
from troth.notify.models import Outlet, Subscription, Telling, Thread
from troth.notify.queries.raw import places, without_compiler
from troth.notify.rules import quiet
from troth.notify.rules.story import Story

# Paused and in quarantine are no state that a story is queued for: they are counted as kept away.
_AWAY: Final = ("paused", "quarantined")
_STATES: Final = ("active", *_AWAY)
# A reader counts once, for the first of their subscriptions that fits: each asks whether it is.
_GROUPS: Final = """
SELECT c.channel, q.state, {outlet}, q.pace, q.is_ours,
    CASE WHEN p.id IS NULL THEN 0 ELSE 1 END,
    CASE WHEN x.id IS NULL THEN 0 ELSE 1 END,
    CASE WHEN q.quiet_from IS NULL THEN '' ELSE c.zone END, q.quiet_from, q.quiet_until, COUNT(*)
FROM notify_subscription q
JOIN people_contact c ON c.id = q.contact_id
LEFT JOIN notify_outlet w ON w.id = q.outlet_id AND w.retired_at IS NULL
LEFT JOIN notify_outlet o ON o.channel = c.channel AND o.is_default AND o.retired_at IS NULL
LEFT JOIN people_permission p ON p.contact_id = c.id AND p.purpose = %s AND p.is_given
LEFT JOIN notify_suppression x
    ON x.channel = c.channel AND x.digest = c.digest AND x.lifted_at IS NULL
WHERE q.id > %s AND q.id <= %s AND q.state IN ({states}) AND q.id = (
    SELECT MIN(s.id) FROM notify_subscription s JOIN people_contact k ON k.id = s.contact_id
    WHERE s.contact_id = q.contact_id AND s.state IN ({states}) AND k.erased_at IS NULL
        AND ({match}))
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
"""
CHUNK: Final = 20_000  # subscriptions that one question looks at
_PATIENCE: Final = 0.7  # seconds for one slice


@dataclass(slots=True)
class Reach:
    """What a story would do in one channel. `by_why` are readers who get nothing, by the reason."""

    channel: str
    now: int = 0
    digest: int = 0  # with their next digest
    quiet: int = 0  # at the end of their quiet hours
    by_why: dict[str, int] = field(default_factory=dict)

    @property
    def reached(self) -> int:
        return self.now + self.digest + self.quiet

    @property
    def reasons(self) -> list[tuple[str, int]]:
        return sorted(self.by_why.items())


@dataclass(slots=True)
class Slice:
    """How far a dry run came: `after` is the last subscription looked at, `upto` the last of all.

    It began after `since`. The numbers of `found` are exact as far as it came.
    """

    now: datetime
    since: int
    upto: int
    after: int
    found: dict[str, Reach] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return self.after >= self.upto

    @property
    def percent(self) -> int:
        return 100 * (self.after - self.since) // max(self.upto - self.since, 1)

    @property
    def reaches(self) -> list[Reach]:
        return [self.found[key] for key in sorted(self.found)]


def reach(story: Story, *, now: datetime) -> list[Reach]:
    """Return whom a story would reach, channel by channel: each reader once."""
    part = begun(now=now)
    while not part.is_whole:
        go_on(part, story=story)
    return part.reaches


def begun(*, now: datetime) -> Slice:
    """Begin a dry run of all subscriptions that there are now."""
    found = Subscription.objects.aggregate(first=Min("pk"), last=Max("pk"))
    since = (found["first"] or 1) - 1
    return Slice(now=now, since=since, after=since, upto=found["last"] or 0)


def is_little(part: Slice) -> bool:
    """Return whether so few are looked at that nobody need wait for it."""
    return not Subscription.objects.order_by("pk").values("pk")[CHUNK:].exists() or part.is_whole


def go_on(part: Slice, *, story: Story) -> Slice:
    """Look at some more: at one chunk, and at others while there is patience."""
    until = time.monotonic() + _PATIENCE
    ready, question = _ready(), _question(story, part.now)
    while not part.is_whole:
        place = _end_of_chunk(part)
        for row in _groups(question, part.after, place):
            one = part.found.setdefault(row[0], Reach(row[0]))
            _count(one, row, story, ready, part.now)
        part.after = place
        if time.monotonic() > until:
            break
    return part


def _end_of_chunk(part: Slice) -> int:
    after = Subscription.objects.filter(pk__gt=part.after, pk__lte=part.upto).order_by("pk")
    end = after.values_list("pk", flat=True)[CHUNK - 1 : CHUNK].first()
    return part.upto if end is None else end


def _count(
    one: Reach, row: tuple[Any, ...], story: Story, ready: Mapping[Any, str], now: datetime
) -> None:
    channel, state, outlet, pace, is_ours, is_allowed, is_alone, zone, begin, end, count = row
    why = _why(state, is_ours or is_allowed, is_alone, ready.get((channel, outlet), ""))
    if why:
        one.by_why[why] = one.by_why.get(why, 0) + count
    elif not story.is_urgent and pace != "at once":
        one.digest += count
    elif not story.is_urgent and quiet.quiet_until(now, zone=zone, begin=begin, end=end):
        one.quiet += count
    else:
        one.now += count


def _why(state: str, is_allowed: object, is_alone: object, lacking: str) -> str:
    if is_alone:
        return "left alone"
    if state in _AWAY:
        return {"paused": "paused by the reader"}.get(state, "in quarantine")
    return lacking or ("" if is_allowed else "no consent to this")


def _question(story: Story, now: datetime) -> tuple[str, Sql, str]:
    telling, earlier = _telling(story, now)
    who = match(story, telling, earlier)
    states = places(len(_STATES))
    text = _GROUPS.format(outlet="COALESCE(w.id, o.id)", states=states, match=who.text)
    return text, who, story.event.purpose.value


def _groups(question: tuple[str, Sql, str], after: int, upto: int) -> list[tuple[Any, ...]]:
    text, who, purpose = question
    with _calm(), connection.cursor() as cursor:
        cursor.execute(text, (purpose, after, upto, *_STATES, *_STATES, *who.values))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


@contextmanager
def _calm() -> Iterator[None]:
    """Let PostgreSQL compile nothing. SQLite has no transaction here: it would lock all writers."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        without_compiler()
        yield


def _telling(story: Story, now: datetime) -> tuple[Telling, list[Telling]]:
    """Return the telling that would be, unsaved, and the earlier ones of its thread."""
    thread = Thread.objects.filter(about=story.about).first()
    telling = Telling(
        thread=thread, number=(thread.newest if thread else 0) + 1, event=story.event.value,
        revision=story.revision, severity=int(story.severity), is_correction=story.is_correction,
        is_urgent=story.is_urgent, told_at=now, content=contents.content_of(story),
    )  # fmt: skip
    return telling, list(thread.tellings.order_by("number")) if thread else []


def _ready() -> dict[Any, str]:
    """Return (channel, outlet) → why nothing goes through it; what is ready says nothing."""
    found: dict[Any, str] = {
        (row.channel, row.pk): "its outlet is held back"
        for row in Outlet.objects.filter(retired_at=None).exclude(paused_at=None)
    }
    for key, channel in catalogue.all_channels().items():
        is_bare = channel.settings is None or (key == "email" and settings.TROTH.email_url)
        if not is_bare:
            found[key, None] = "no outlet is set up"
    return found
