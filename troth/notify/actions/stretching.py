"""Say where in the log the messages of a telling stand, in the transaction that queues them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Max, Min

from troth.notify.models import Delivery, Stretch, Telling


@contextmanager
def stretched(telling: Telling) -> Iterator[None]:
    """Write down what is queued for a telling within this block as one stretch of the log.

    Ids only grow: whatever this transaction queues gets a greater one than any that it can see.
    """
    last = Delivery.objects.aggregate(last=Max("pk"))["last"] or 0
    yield
    mine = Delivery.objects.filter(pk__gt=last, telling=telling)
    found = mine.aggregate(first=Min("pk"), last=Max("pk"))
    if found["first"] is not None:
        Stretch.objects.create(telling=telling, first=found["first"], last=found["last"])
