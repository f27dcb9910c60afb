"""Queue a telling for readers who are named, whatever they subscribed to: tests, alarms, asks."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from troth.notify.actions.stretching import stretched
from troth.notify.models import Telling
from troth.notify.queries.raw import changed, moment

_QUEUE = """
INSERT INTO notify_delivery (telling_id, thread_id, reader_id, subscription_id, outlet_id, channel,
    state, priority, due_at, claimed_by, tries, said, receipt)
SELECT %s, %s, s.contact_id, s.id,
    COALESCE((SELECT w.id FROM notify_outlet w WHERE w.id = s.outlet_id AND w.retired_at IS NULL),
             o.id),
    c.channel, 'queued', %s, %s, '', 0, '', ''
FROM notify_subscription s
JOIN people_contact c ON c.id = s.contact_id
LEFT JOIN notify_outlet o ON o.channel = c.channel AND o.is_default AND o.retired_at IS NULL
WHERE s.uid IN ({uids}) AND c.erased_at IS NULL
ORDER BY s.id
ON CONFLICT DO NOTHING
"""


def address(*, telling: Telling, subscriptions: Sequence[str], now: datetime) -> int:
    """Queue a telling for subscriptions by their uids, at once. Returns how many are new."""
    if not subscriptions:
        return 0
    sql = _QUEUE.format(uids=", ".join(["%s"] * len(subscriptions)))
    priority = 0 if telling.is_urgent else 1
    with stretched(telling), connection.cursor() as cursor:
        cursor.execute(sql, [telling.pk, telling.thread_id, priority, moment(now), *subscriptions])
        return changed(cursor)
