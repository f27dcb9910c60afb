"""What has had its time, and what a clock that jumped left behind."""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from troth.notify.models import Delivery, State, Telling, Thread
from troth.notify.queries.raw import changed, moment
from troth.notify.rules.retrying import DIGEST, LONGEST_WAIT

KEPT_FOR: Final = timedelta(days=400)
_A_TURN: Final = 20_000  # rows
_AHEAD: Final = timedelta(minutes=1)  # clocks of two hosts differ by less


def tidy(*, now: datetime) -> int:
    """Forget deliveries of long ago; let nothing wait longer than a wait can be."""
    return _put_right(now) + _forget(now)


def _put_right(now: datetime) -> int:
    """Let what was told or put off by a clock that ran ahead be due."""
    told = list(Telling.objects.filter(told_at__gt=now + _AHEAD).values_list("pk", flat=True))
    early = Delivery.objects.filter(telling__in=told, state=State.QUEUED, tries=0)
    many = early.filter(priority__lt=DIGEST, due_at__gt=now).update(due_at=now) if told else 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notify_delivery SET due_at = %s"
            " WHERE state = 'queued' AND tries > 0 AND due_at > %s",
            [moment(now), moment(now + 2 * LONGEST_WAIT)],
        )
        return many + changed(cursor)


def _forget(now: datetime) -> int:
    old = Telling.objects.filter(told_at__lt=now - KEPT_FOR).order_by("pk")
    telling = old.values_list("pk", flat=True).first()
    if telling is None:
        return 0
    with connection.cursor() as cursor:
        rows = "SELECT id FROM notify_delivery WHERE telling_id = %s LIMIT %s"
        for table, column in (("notify_attempt", "delivery_id"), ("notify_delivery", "id")):
            cursor.execute(
                f"DELETE FROM {table} WHERE {column} IN ({rows})",  # noqa: S608 - our own names
                [telling, _A_TURN],
            )
        many = changed(cursor)
    if not many:
        Telling.objects.filter(pk=telling).delete()
        Thread.objects.filter(tellings=None, told_at__lt=now - KEPT_FOR).delete()
    return many + 1
