"""What a dead courier held: queued again if it had not left, unknown if nobody can know."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from troth.notify.models import Courier
from troth.notify.queries.raw import changed, moment, places

_DIED = "the process that sent it died before the answer came"


def arrive(*, name: str, now: datetime) -> None:
    """Leave a sign of life of a courier, the first one or another."""
    Courier.objects.update_or_create(
        name=name, defaults={"seen_at": now}, create_defaults={"seen_at": now, "started_at": now}
    )


def depart(*, name: str, now: datetime, idempotent: Sequence[str]) -> None:
    """Take a courier off the list; whatever it still holds is dealt with as if it had died."""
    recover(name=name, now=now, idempotent=idempotent)
    Courier.objects.filter(name=name).delete()


def recover(*, name: str, now: datetime, idempotent: Sequence[str]) -> int:
    """Free what a courier held. On `idempotent` channels the other side drops repeats."""
    safe = ("", *idempotent)  # no channel has no name: SQL wants a list that is not empty
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notify_delivery SET state = 'queued', claimed_by = ''"  # noqa: S608 - places only
            " WHERE state IN ('claimed', 'leaving') AND claimed_by = %s"
            f" AND (state = 'claimed' OR channel IN ({places(len(safe))}))",
            [name, *safe],
        )
        many = changed(cursor)
        cursor.execute(
            "UPDATE notify_delivery SET state = 'unknown', ended_at = %s, said = %s"
            " WHERE state IN ('claimed', 'leaving') AND claimed_by = %s",
            [moment(now), _DIED, name],
        )
        return many + changed(cursor)


def claimed_by(*, name: str) -> set[int]:
    """Return what a courier has claimed and not let leave."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM notify_delivery WHERE state IN ('claimed', 'leaving')"
            " AND state = 'claimed' AND claimed_by = %s",
            [name],
        )
        return {row[0] for row in cursor.fetchall()}


def holders() -> set[str]:
    """Return the couriers that hold something, living or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT claimed_by FROM notify_delivery WHERE state IN ('claimed', 'leaving')"
        )
        return {row[0] for row in cursor.fetchall()}


def forget_couriers(*, names: Sequence[str]) -> None:
    """Take dead couriers off the list."""
    Courier.objects.filter(name__in=names).delete()
