"""What the map remembers of each stream, so that it need not look at ten thousand of them."""

from datetime import datetime

from django.db import transaction

from troth.metrics.models_shelf import Glance
from troth.metrics.queries import mapped

_BATCH = 250
_FIELDS = ("revision", "loss", "spoke_at", "made_at", "until")


def glance(*, now: datetime, most: int = 20) -> int:
    """Look at the streams whose glance is out of date, some thousands at a time; return how many.

    Two workers that look at the same streams write the same.
    """
    done = 0
    for _ in range(most):
        pks = list(mapped.unglanced(now=now).values_list("pk", flat=True)[:_BATCH])
        if not pks:
            break
        found = mapped.glanced(pks, now=now)
        with transaction.atomic():
            Glance.objects.bulk_create(
                found, update_conflicts=True, unique_fields=["stream"], update_fields=_FIELDS
            )
        done += len(found)
    return done
