"""What a courier must know of the messages that it holds: one query for many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import msgspec

from troth.core.rows import among, by_key
from troth.notify import doors
from troth.notify.contents import story_of
from troth.notify.models import Telling
from troth.notify.queries.raw import instant, moment
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story

_ROWS: Final = """
SELECT d.id, d.telling_id, d.reader_id, d.subscription_id, d.priority, d.tries, d.left_at,
    d.joined_to_id, t.revision, s.uid, s.state, s.is_ours, s.quiet_from, s.quiet_until, s.sealed,
    s.failures, c.language, c.zone, x.id, s.page, s.audience, s.door,
    c.uid, CASE WHEN c.erased_at IS NULL THEN c.sealed END
FROM notify_delivery d
JOIN notify_telling t ON t.id = d.telling_id
JOIN notify_subscription s ON s.id = d.subscription_id
JOIN people_contact c ON c.id = d.reader_id
LEFT JOIN notify_suppression x
    ON x.channel = c.channel AND x.digest = c.digest AND x.lifted_at IS NULL
WHERE {where} ORDER BY d.id
"""

_PAGE: Final = 19  # where page, audience and grant stand in a row


@dataclass(frozen=True, slots=True)
class Told:
    """A telling as it is said: the same for all readers."""

    id: int
    number: int
    event: Event
    story: Story
    is_urgent: bool
    purpose: str


@dataclass(slots=True)
class Claimed:
    """A message to a reader, and what we know of both."""

    id: int
    told: Told
    reader: int
    subscription: int
    priority: int
    tries: int
    first_left_at: datetime | None
    joined_to: int | None
    uid: str  # of the subscription
    state: str  # of the subscription
    is_ours: bool
    quiet_from: int | None
    quiet_until: int | None
    sealed: bytes
    failures: int
    language: str
    zone: str
    is_suppressed: bool
    is_barred: bool  # its page may not be read by them any more
    contact: str  # uid
    sealed_address: bytes  # empty of someone who was forgotten
    address: str = ""  # in clear, once it was opened


def claimed(ids: Sequence[int], *, now: datetime) -> list[Claimed]:
    """Return messages by their ids, in their order."""
    if not ids:
        return []
    these, values = among(ids)
    return _rows(f"d.id {these}", values, now)


def in_line(readers: Sequence[int], *, now: datetime) -> dict[int, list[Claimed]]:
    """Return reader → what else is queued for them and due."""
    if not readers:
        return {}
    these, values = among(readers)
    where = f"d.reader_id {these} AND d.state = 'queued' AND d.due_at <= %s"
    found: dict[int, list[Claimed]] = {}
    for row in _rows(where, [*values, moment(now)], now):
        found.setdefault(row.reader, []).append(row)
    return found


def joined_to(ids: Sequence[int], *, now: datetime) -> dict[int, list[Claimed]]:
    """Return message → what it tells besides its own story, since an earlier try."""
    if not ids:
        return {}
    found: dict[int, list[Claimed]] = {}
    these, values = among(ids)
    for row in _rows(f"d.joined_to_id {these} AND d.state = 'joined'", values, now):
        found.setdefault(row.joined_to or 0, []).append(row)
    return found


def _rows(where: str, values: Sequence[Any], now: datetime) -> list[Claimed]:
    return _asked(by_key(_ROWS.format(where=where), values), now)


def _asked(rows: Sequence[Sequence[Any]], now: datetime) -> list[Claimed]:
    """Return messages, with whether each reader may still read the page that they subscribed to."""
    asked = [(row[_PAGE], row[_PAGE + 1], _grant(row[_PAGE + 2])) for row in rows]
    barred = doors.shut(asked, now=now)
    return [_claimed(row, is_barred=is_) for row, is_ in zip(rows, barred, strict=True)]


def _grant(text: Any) -> dict[str, object]:  # noqa: ANN401 - as each database gives JSON
    return dict(msgspec.json.decode(text) if isinstance(text, str | bytes) else text)


def _claimed(row: Sequence[Any], *, is_barred: bool) -> Claimed:
    (pk, telling, reader, subscription, priority, tries, left_at, to, revision, uid, state, is_ours,
     begin, end, sealed, failures, language, zone, suppression, _, _, _, contact,
     address) = row  # fmt: skip
    return Claimed(
        pk, _told(telling, revision), reader, subscription, priority, tries, instant(left_at), to,
        uid, state, bool(is_ours), begin, end, bytes(sealed), failures, language, zone,
        suppression is not None, is_barred, contact, bytes(address or b""),
    )  # fmt: skip


@lru_cache(maxsize=256)
def _told(pk: int, revision: str) -> Told:
    """Return a telling; it is never changed."""
    row = Telling.objects.get(pk=pk, revision=revision)
    story = story_of(row.content)
    return Told(pk, row.number, story.event, story, row.is_urgent, story.event.purpose.value)
