"""From a telling to its deliveries: set by set, in constant memory, each chunk one transaction.

A killed worker's successor goes on after the last chunk that was written.
"""

from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import connection, transaction
from django.db.models import Max

from troth.core.steps import reached
from troth.notify.actions.counting import recount
from troth.notify.actions.matching import Sql, match
from troth.notify.actions.stretching import stretched
from troth.notify.models import Subscription, Telling
from troth.notify.queries.raw import changed, moment, without_compiler
from troth.notify.rules.quiet import digest_at
from troth.notify.rules.retrying import DIGEST, PLAIN, URGENT
from troth.notify.rules.story import Story

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
_CHUNK_READERS = "SELECT s.contact_id FROM notify_subscription s WHERE s.id > %s AND s.id <= %s"


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
