"""Limits against abuse, counted in the database: they hold over all processes and a restart."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from troth.notify.models import Knock
from troth.notify.rules.limits import FORGOTTEN_AFTER, Limit
from troth.people.keyed import digest


@transaction.atomic
def knock(*, use: str, of: str, limits: Sequence[Limit], now: datetime) -> timedelta | None:
    """Count one more ask and return None; or return how long to wait, and count nothing.

    `of` is what is limited, such as a network address; only its hash is kept.
    """
    key = digest(f"knock {use}", of)
    if wait := _wait(key, limits, now):
        return wait
    Knock.objects.create(key=key, at=now)
    return None


def _wait(key: str, limits: Sequence[Limit], now: datetime) -> timedelta | None:
    longest = max(limit.within for limit in limits)
    most = max(limit.most for limit in limits)
    times = list(
        Knock.objects.filter(key=key, at__gt=now - longest)
        .order_by("-at")
        .values_list("at", flat=True)[:most]
    )
    waits = [
        times[limit.most - 1] + limit.within - now
        for limit in limits
        if len(times) >= limit.most and times[limit.most - 1] > now - limit.within
    ]
    return max(waits, default=None)


def forget_knocks(*, now: datetime) -> int:
    """Forget what nobody counts any more."""
    gone, _ = Knock.objects.filter(at__lte=now - FORGOTTEN_AFTER).delete()
    return gone
