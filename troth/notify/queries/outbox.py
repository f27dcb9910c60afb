"""What of the outbox is due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from troth.notify.queries.raw import moment
from troth.notify.rules.lanes import Lane

_PRIORITIES = (0, 1, 2)
_AT_ONCE = 100  # lanes of one question


def due_lanes(lanes: Sequence[Lane], *, now: datetime) -> list[Lane]:
    """Return the lanes in which something is due: one cheap query when nothing is."""
    found = []
    for start in range(0, len(lanes), _AT_ONCE):
        some = lanes[start : start + _AT_ONCE]
        found += [some[number] for number in _due(some, now)]
    return found


def _due(lanes: Sequence[Lane], now: datetime) -> list[int]:
    questions, values = [], list[Any]()
    at = moment(now)
    for number, lane in enumerate(lanes):
        outlet = "IS NULL" if lane.outlet is None else "= %s"
        asked = [
            "EXISTS (SELECT 1 FROM notify_delivery WHERE state = 'queued' AND channel = %s"  # noqa: S608 - our own words
            f" AND outlet_id {outlet} AND priority = {priority} AND due_at <= %s)"
            for priority in _PRIORITIES
        ]
        questions.append(f"SELECT {number} WHERE {' OR '.join(asked)}")
        one = [lane.channel, *([] if lane.outlet is None else [lane.outlet]), at]
        values += one * len(_PRIORITIES)
    if not questions:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(questions), values)
        return [row[0] for row in cursor.fetchall()]
