"""From a telling to its deliveries: set by set, in constant memory, each chunk one transaction.

A killed worker's successor goes on after the last chunk that was written.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import connection, transaction
from django.db.models import Max

from troth.core.steps import reached
from troth.notify.actions.counting import recount
from troth.notify.actions.stretching import stretched
from troth.notify.models import Subscription, Telling
from troth.notify.queries import duty
from troth.notify.queries.raw import changed, moment, places, without_compiler
from troth.notify.rules.events import Event, Purpose
from troth.notify.rules.quiet import digest_at
from troth.notify.rules.retrying import DIGEST, PLAIN, URGENT
from troth.notify.rules.story import Story, keys_of

CHUNK: Final = 20_000  # subscriptions looked at in one transaction

_INSERT = """
INSERT INTO notify_delivery (telling_id, thread_id, reader_id, subscription_id, outlet_id, channel,
    state, priority, due_at, claimed_by, tries, said, receipt)
SELECT %s, %s, s.contact_id, s.id,
    COALESCE((SELECT w.id FROM notify_outlet w WHERE w.id = s.outlet_id AND w.retired_at IS NULL),
             o.id),
    c.channel, 'queued', {priority}, {due}, '', 0, '', ''
FROM notify_subscription s
JOIN people_contact c ON c.id = s.contact_id
LEFT JOIN notify_outlet o ON o.channel = c.channel AND o.is_default AND o.retired_at IS NULL
WHERE s.id > %s AND s.id <= %s AND s.state = 'active' AND c.erased_at IS NULL
    AND ({match})
ORDER BY s.id
ON CONFLICT DO NOTHING
"""
# The readers of the chunk are looked up in line, each by itself: {readers} keeps PostgreSQL from
# reading all that is queued for each chunk, OFFSET 0 from reading all that was told.
_OVERTAKE = """
UPDATE notify_delivery SET state = 'overtaken', ended_at = %s, said = %s
WHERE state = 'queued' AND thread_id = %s AND telling_id <> %s AND reader_id {readers}
    AND EXISTS (SELECT 1 FROM notify_delivery n WHERE n.telling_id = %s
        AND n.reader_id = notify_delivery.reader_id AND n.replay_of_id IS NULL LIMIT 1 OFFSET 0)
"""
# Ask of each row by itself: else PostgreSQL reads the answers for all, a million, for each chunk.
_EACH = "LIMIT 1 OFFSET 0"
_CHUNK_READERS = "SELECT s.contact_id FROM notify_subscription s WHERE s.id > %s AND s.id <= %s"


@dataclass(frozen=True, slots=True)
class Sql:
    text: str
    values: tuple[Any, ...] = ()


def spread(*, telling: Telling, now: datetime) -> bool:
    """Queue the next chunk of a telling; return whether there is more.

    Several workers may try: one of them moves the cursor on.
    """
    upto, is_last = _end_of_chunk(telling.cursor)
    with transaction.atomic():
        without_compiler()
        mine = Telling.objects.filter(pk=telling.pk, cursor=telling.cursor, spread_at=None)
        if not mine.update(cursor=upto, **({"spread_at": now} if is_last else {})):
            return False
        queued = _queue(telling, upto, now)
        Telling.objects.filter(pk=telling.pk).update(matched=telling.matched + queued)
        recount(telling=telling, messages=telling.matched + queued)
        reached("notify.chunk-written")
    telling.cursor, telling.matched = upto, telling.matched + queued
    return not is_last


def _end_of_chunk(cursor: int) -> tuple[int, bool]:
    after = Subscription.objects.filter(pk__gt=cursor).order_by("pk").values_list("pk", flat=True)
    end = after[CHUNK - 1 : CHUNK].first()
    if end is not None:
        return end, False
    return after.aggregate(last=Max("pk"))["last"] or cursor, True


def _queue(telling: Telling, upto: int, now: datetime) -> int:
    story = msgspec.convert(telling.content, Story)
    earlier = list(telling.thread.tellings.filter(number__lt=telling.number).order_by("number"))
    who = match(story, telling, earlier)
    due = _due(telling, upto, now)
    sql = _INSERT.format(match=who.text, due=due.text, priority=_priority(telling))
    span = (telling.cursor, upto)
    values = (telling.pk, telling.thread_id, *due.values, *span, *who.values)
    with connection.cursor() as cursor:
        with stretched(telling):
            cursor.execute(sql, values)
            queued = changed(cursor)
        if earlier:
            said = f"revision {telling.number} went instead"
            at = (moment(now), said, telling.thread_id, telling.pk, *span, telling.pk)
            readers = "= ANY(ARRAY({}))" if connection.vendor == "postgresql" else "IN ({})"
            cursor.execute(_OVERTAKE.format(readers=readers.format(_CHUNK_READERS)), at)
    return queued


def _priority(telling: Telling) -> str:
    if telling.is_urgent:
        return str(URGENT)
    return f"CASE s.pace WHEN 'at once' THEN {PLAIN} ELSE {DIGEST} END"


def _due(telling: Telling, upto: int, now: datetime) -> Sql:
    """Return when a message is due: at once, or with the reader's next digest."""
    if telling.is_urgent:
        return Sql("%s", (moment(now),))
    paces = (
        Subscription.objects.filter(pk__gt=telling.cursor, pk__lte=upto)
        .exclude(pace="at once")
        .values_list("pace", "contact__zone")
        .distinct()
    )
    cases, values = "", list[Any]()
    for pace, zone in paces:
        cases += " WHEN s.pace = %s AND c.zone = %s THEN %s"
        values += [pace, zone, moment(digest_at(now, zone=zone, pace=pace))]
    if not cases:
        return Sql("%s", (moment(now),))
    return Sql(f"CASE{cases} ELSE %s END", (*values, moment(now)))


def match(story: Story, telling: Telling, earlier: list[Telling]) -> Sql:
    """Return who is to be told: whoever asked for it, and whoever an earlier one went to.

    A correction goes to the latter alone: to the others it would correct what they never heard.

    What an earlier telling has queued is replaced by this one, whatever the subscription asks for.
    """
    parts = [
        Sql("(s.events & %s) <> 0", (story.event.bit,)),
        Sql("s.floor <= %s", (story.severity,)),
    ]
    if story.pages:
        parts.append(_among("s.page", story.pages))
    if story.audiences:
        parts.append(_among("s.audience", story.audiences))
    parts.append(_parts(story))
    parts += _ours(story, telling)
    wanted = Sql(
        " AND ".join(part.text for part in parts),
        tuple(value for part in parts for value in part.values),
    )
    if not earlier:
        return wanted
    went = _went(earlier, everywhere=_is_less(story, telling, earlier))
    if story.is_correction and _is_heard_of(story, telling, earlier[-1]):
        return went
    return Sql(f"({wanted.text}) OR {went.text}", (*wanted.values, *went.values))


def _among(column: str, values: tuple[str, ...]) -> Sql:
    return Sql(f"{column} IN ({places(len(values))})", values)


def _parts(story: Story) -> Sql:
    if story.is_of_all_parts:
        return Sql("1 = 1")
    keys = keys_of(story)
    if not keys:
        return Sql("NOT s.has_parts")
    return Sql(
        "(NOT s.has_parts OR EXISTS (SELECT 1 FROM notify_subscribedpart p WHERE"  # noqa: S608 - places only
        f" p.subscription_id = s.id AND p.key IN ({places(len(keys))}) {_EACH}))",
        keys,
    )


def _ours(story: Story, telling: Telling) -> list[Sql]:
    """Return what holds of our own people: of an alarm hears here whom no step rings."""
    if story.event.purpose is not Purpose.OPERATIONS:
        return []
    if story.event is not Event.ALERT_RAISED:
        return [Sql("s.is_ours")]
    rung = Sql(
        "NOT EXISTS (SELECT 1 FROM notify_delivery r WHERE r.reader_id = s.contact_id"
        " AND r.thread_id = %s AND r.telling_id > %s)",
        (telling.thread_id, telling.pk),
    )
    later = duty.to_be_rung(telling.thread_id)
    yet = [Sql(f"s.uid NOT IN ({places(len(later))})", later)] if later else []
    return [Sql("s.is_ours"), rung, *yet]


def _is_heard_of(story: Story, telling: Telling, last: Telling) -> bool:
    """Return whether all whom a correction concerns were told what it corrects, or chose not to be.

    Not so where it is worse or touches more than was said, or where the last one was cut short.
    """
    if telling.severity > last.severity:
        return False
    if not set(keys_of(msgspec.convert(last.content, Story))).issuperset(keys_of(story)):
        return False
    then = Subscription.objects.filter(confirmed_at__lte=last.told_at)
    return not then.filter(pk__gt=last.cursor).exists()


def _is_less(story: Story, telling: Telling, earlier: list[Telling]) -> bool:
    """Return whether somebody was told more than is true now: they are told of it, too."""
    if story.is_correction or any(one.severity > telling.severity for one in earlier):
        return True
    keys = set(keys_of(story))
    before = (keys_of(msgspec.convert(one.content, Story)) for one in earlier)
    return any(not keys.issuperset(told) for told in before)


def _went(earlier: list[Telling], *, everywhere: bool) -> Sql:
    states = (
        "'queued'"
        if not everywhere
        else ("'queued', 'claimed', 'leaving', 'accepted', 'joined', 'unknown'")
    )
    tellings = tuple(one.pk for one in earlier)
    return Sql(
        "EXISTS (SELECT 1 FROM notify_delivery e WHERE e.reader_id = s.contact_id"  # noqa: S608 - our own words
        f" AND e.telling_id IN ({places(len(tellings))}) AND e.replay_of_id IS NULL"
        f" AND e.state IN ({states}) {_EACH})",
        tellings,
    )
