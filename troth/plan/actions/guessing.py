"""How much work something would be."""

from datetime import datetime

from django.db import transaction

from troth.plan.actions.guarding import ImpossibleError
from troth.plan.models import Effort
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name

_MOST = 10_000


@transaction.atomic
def guess_effort(*, key: str, days: float, by: Actor, now: datetime) -> None:
    """Say how many days of work it would take to mend it. Raises ImpossibleError."""
    if not 0 < days <= _MOST:
        raise ImpossibleError(f"Write the days of work: more than 0, at most {_MOST}.")
    before = Effort.objects.filter(key=key).values("days").first()
    said = {"days": days, "said_by": published_name(by), "said_at": now}
    Effort.objects.update_or_create(key=key, defaults=said)
    trail(actor=by, verb="guessed", thing="effort", thing_id=key, now=now, before=before,
          after={"days": days})  # fmt: skip
