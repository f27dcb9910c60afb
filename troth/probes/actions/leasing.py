"""Which process checks for a location: one at a time, so that no check is done twice."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Case, F, Q, When

from troth.core import leases
from troth.probes.models import Lease

LEASE: Final = timedelta(seconds=15)


@transaction.atomic
def take_lease(*, location: str, holder: str, now: datetime) -> bool:
    """Take or keep a location's lease; of several processes one is told True.

    What a process of this host held that is gone is free at once.
    """
    row, _ = Lease.objects.get_or_create(location=location)
    free = Q(holder="") | Q(holder=holder) | Q(until=None) | Q(until__lt=now)
    if row.holder and row.holder != holder and leases.is_dead(row.holder, beside=holder):
        free |= Q(holder=row.holder)
    mine = Lease.objects.filter(free, pk=row.pk)
    told = Case(When(holder=holder, then=F("told")), default=0)
    return bool(mine.update(holder=holder, until=now + LEASE, told=told))


def give_lease_back(*, location: str, holder: str) -> None:
    Lease.objects.filter(location=location, holder=holder).update(holder="", until=None)
