"""A dry run: whom a story would reach, through what, and who would not get it and why.

Nothing is written. Consent, suppression and outlets are looked at as a courier would do now.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection

from troth.notify import catalogue, contents
from troth.notify.actions.spreading import match
from troth.notify.models import Outlet, Telling, Thread
from troth.notify.queries.raw import places
from troth.notify.rules import quiet
from troth.notify.rules.story import Story

# Paused and in quarantine are no state that a story is queued for: they are counted as kept away.
_AWAY: Final = ("paused", "quarantined")
_GROUPS: Final = """
SELECT c.channel, s.state, {outlet}, s.pace, s.is_ours,
    CASE WHEN p.id IS NULL THEN 0 ELSE 1 END,
    CASE WHEN x.id IS NULL THEN 0 ELSE 1 END,
    CASE WHEN s.quiet_from IS NULL THEN '' ELSE c.zone END, s.quiet_from, s.quiet_until, COUNT(*)
FROM notify_subscription s
JOIN people_contact c ON c.id = s.contact_id
LEFT JOIN notify_outlet w ON w.id = s.outlet_id AND w.retired_at IS NULL
LEFT JOIN notify_outlet o ON o.channel = c.channel AND o.is_default AND o.retired_at IS NULL
LEFT JOIN people_permission p ON p.contact_id = c.id AND p.purpose = %s AND p.is_given
LEFT JOIN notify_suppression x
    ON x.channel = c.channel AND x.digest = c.digest AND x.lifted_at IS NULL
WHERE s.id IN (
    SELECT MIN(s.id) FROM notify_subscription s JOIN people_contact k ON k.id = s.contact_id
    WHERE s.state IN ({states}) AND k.erased_at IS NULL AND ({match}) GROUP BY s.contact_id)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
"""


@dataclass(slots=True)
class Reach:
    """What a story would do in one channel. `by_why` are readers who get nothing, by the reason."""

    channel: str
    now: int = 0
    digest: int = 0  # with their next digest
    quiet: int = 0  # at the end of their quiet hours
    by_why: dict[str, int] | None = None

    @property
    def reached(self) -> int:
        return self.now + self.digest + self.quiet

    @property
    def reasons(self) -> list[tuple[str, int]]:
        return sorted((self.by_why or {}).items())


def reach(story: Story, *, now: datetime) -> list[Reach]:
    """Return whom a story would reach, channel by channel: each reader once."""
    found: dict[str, Reach] = {}
    ready = _ready()
    for row in _groups(story, now):
        one = found.setdefault(row[0], Reach(row[0], by_why=defaultdict(int)))
        _count(one, row, story, ready, now)
    return [found[key] for key in sorted(found)]


def _count(
    one: Reach, row: tuple[Any, ...], story: Story, ready: dict[Any, str], now: datetime
) -> None:
    channel, state, outlet, pace, is_ours, is_allowed, is_alone, zone, begin, end, count = row
    why = _why(state, is_ours or is_allowed, is_alone, ready.get((channel, outlet), ""))
    if why and one.by_why is not None:
        one.by_why[why] += count
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


def _groups(story: Story, now: datetime) -> list[tuple[Any, ...]]:
    telling, earlier = _telling(story, now)
    who = match(story, telling, earlier)
    states = ("active", *_AWAY)
    sql = _GROUPS.format(outlet="COALESCE(w.id, o.id)", states=places(len(states)), match=who.text)
    with connection.cursor() as cursor:
        cursor.execute(sql, (story.event.purpose.value, *states, *who.values))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


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
