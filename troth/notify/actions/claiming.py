"""Take the next messages of an outlet: a guarded update, one message of a reader at a time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeVar

from django.db import connection, transaction
from django.db.models import QuerySet

from troth.core.rows import among
from troth.core.steps import reached
from troth.notify.models import Delivery, Outlet, State
from troth.notify.queries.raw import moment
from troth.notify.rules import rates
from troth.notify.rules.lanes import Lane

T = TypeVar("T")
_LOCK: Final = 0x7072_6F6D  # of PostgreSQL: claims of several workers come one after the other
_PRIORITIES: Final = (0, 1, 2)

# Nobody of the reader is under way, and no older one of the same rank waits: due, or to be tried
# again. The literals of states are those of the partial indexes. OFFSET 0 keeps PostgreSQL from
# making a join of it: what it knows of states is old as soon as a million are queued, and a join
# that it takes for small looks at each row for each row.
_CLAIM = """
UPDATE notify_delivery SET state = 'claimed', claimed_by = %s WHERE id IN (
    SELECT d.id FROM notify_delivery d
    WHERE d.state = 'queued' AND d.channel = %s AND d.outlet_id {outlet} AND d.priority = %s
        AND d.due_at <= %s
        AND NOT EXISTS (SELECT 1 FROM notify_delivery u
            WHERE u.reader_id = d.reader_id AND u.state IN ('claimed', 'leaving')
            LIMIT 1 OFFSET 0)
        AND NOT EXISTS (SELECT 1 FROM notify_delivery o
            WHERE o.reader_id = d.reader_id AND o.state = 'queued'
                AND (o.priority, o.id) < (d.priority, d.id)
                AND (o.due_at <= %s OR o.tries > 0) LIMIT 1 OFFSET 0)
    ORDER BY d.due_at, d.id LIMIT %s {lock})
RETURNING id
"""
_AHEAD = """
FROM notify_delivery o WHERE o.reader_id = notify_delivery.reader_id AND o.state = 'queued'
    AND (o.priority, o.id) < (notify_delivery.priority, notify_delivery.id)
    AND o.tries > 0 AND o.due_at > %s
"""
_BEHIND = f"""
UPDATE notify_delivery SET due_at = (SELECT MAX(o.due_at) {_AHEAD})
WHERE state = 'queued' AND channel = %s AND outlet_id {{outlet}} AND priority = %s
    AND due_at <= %s AND EXISTS (SELECT 1 {_AHEAD} LIMIT 1 OFFSET 0)
"""  # noqa: S608 - our own words


def claim(*, lane: Lane, most: int, courier: str, now: datetime) -> list[int]:
    """Take up to `most` messages that are due; return their ids."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # A claim that is lost with the server is queued again: it need not wait for the disk.
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(%s),"
                    " set_config('synchronous_commit', 'off', true),"
                    " set_config('jit', 'off', true)",
                    [_LOCK],
                )
        most = _granted(lane, most, now)
        found = list[int]()
        for priority in _PRIORITIES:
            if len(found) < most:
                found += _claim(lane, priority, most - len(found), courier, now)
        if len(found) < most:
            _put_behind(lane, now)
        if found and lane.per_second and lane.outlet is not None:
            _charge(lane.outlet, len(found), lane.per_second, now)
        reached("notify.claimed")
    return found


def _granted(lane: Lane, most: int, now: datetime) -> int:
    if not lane.per_second or lane.outlet is None:
        return most
    rows = Outlet.objects.select_for_update().filter(pk=lane.outlet)
    free_at = rows.values_list("free_at", flat=True).first()
    return rates.granted(most, per_second=lane.per_second, free_at=free_at, now=now)[0]


def _charge(outlet: int, many: int, per_second: float, now: datetime) -> None:
    row = Outlet.objects.get(pk=outlet)
    _, row.free_at = rates.granted(many, per_second=per_second, free_at=row.free_at, now=now)
    row.save(update_fields=["free_at"])


def _claim(lane: Lane, priority: int, most: int, courier: str, now: datetime) -> list[int]:
    sql = _CLAIM.format(
        outlet="IS NULL" if lane.outlet is None else "= %s",
        lock="FOR UPDATE OF d SKIP LOCKED" if connection.vendor == "postgresql" else "",
    )
    outlet = () if lane.outlet is None else (lane.outlet,)
    at = moment(now)
    with connection.cursor() as cursor:
        cursor.execute(sql, [courier, lane.channel, *outlet, priority, at, at, most])
        return sorted(row[0] for row in cursor.fetchall())


def _put_behind(lane: Lane, now: datetime) -> None:
    """Let those that wait behind one that is tried again be due with it, not be looked at again."""
    sql = _BEHIND.format(outlet="IS NULL" if lane.outlet is None else "= %s")
    outlet = () if lane.outlet is None else (lane.outlet,)
    at = moment(now)
    with connection.cursor() as cursor:
        for priority in _PRIORITIES:
            cursor.execute(sql, [at, lane.channel, *outlet, priority, at, at])


def give_back(*, ids: list[int], courier: str) -> None:
    """Queue again what was claimed and has not left."""
    if ids:
        these, values = among(ids)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE notify_delivery SET state = 'queued', claimed_by = ''"  # noqa: S608 - places only
                f" WHERE id {these} AND state = 'claimed' AND claimed_by = %s",
                [*values, courier],
            )


def put_off(*, until: dict[int, datetime], courier: str, said: str = "") -> None:
    """Queue again what was claimed, due at another instant: a reader's quiet hours.

    `said` is what stands in its way, if something does.
    """
    more = {"said": said[:300]} if said else {}
    for due_at, ids in _by_value(until).items():
        _held(ids, courier).update(state=State.QUEUED, claimed_by="", due_at=due_at, **more)


def withhold(*, why: dict[int, str], courier: str, now: datetime) -> None:
    """End what was claimed and may not go, with the reason."""
    _end(State.WITHHELD, why, courier, now)


def refuse(*, why: dict[int, str], courier: str, now: datetime) -> None:
    """End what was claimed and cannot be sent as it is."""
    _end(State.REFUSED, why, courier, now)


def _end(state: State, why: dict[int, str], courier: str, now: datetime) -> None:
    for said, ids in _by_value(why).items():
        _held(ids, courier).update(state=state, said=said[:300], ended_at=now)


def _held(ids: list[int], courier: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk__in=ids, state=State.CLAIMED, claimed_by=courier)


def _by_value(values: Mapping[int, T]) -> dict[T, list[int]]:
    """Return value → ids: many that share a reason or an instant are one statement."""
    found: dict[T, list[int]] = {}
    for pk, value in values.items():
        found.setdefault(value, []).append(pk)
    return found
