"""What the worker remembers of each stream, so that no screen looks at ten thousand of them."""

from datetime import datetime

from django.db import transaction

from troth.metrics.models_shelf import Glance
from troth.metrics.queries import glances

_BATCH = 250
_FIELDS = (
    "revision", "terms", "loss", "spoke_at", "made_at", "until", "last", "phase_from", "days",
)  # fmt: skip


def glance(*, now: datetime, most: int = 20) -> int:
    """Look at the streams whose glance is out of date, some thousands at a time; return how many.

    Two workers that look at the same streams write the same.
    """
    done = 0
    for _ in range(most):
        pks = list(glances.unglanced(now=now).values_list("pk", flat=True)[:_BATCH])
        if not pks:
            break
        found = glances.glanced(pks, now=now)
        with transaction.atomic():
            Glance.objects.bulk_create(
                found, update_conflicts=True, unique_fields=["stream"], update_fields=_FIELDS
            )
        done += len(found)
    return done
