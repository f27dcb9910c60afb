"""Which initiatives can be judged now."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Max, OuterRef, QuerySet, Subquery

from troth.plan.models import Expectation
from troth.plan.rules.states import ready_on


def ready(*, now: datetime) -> Iterator[Expectation]:
    """Yield the newest expectation of each initiative whose phase after shipping is whole."""
    for row in _waiting():
        shipped = row.initiative.shipped_on
        today = now.astimezone(ZoneInfo(row.stream.series.zone)).date()
        if shipped is not None and ready_on(shipped, row.days) <= today:
            yield row


def is_due(*, now: datetime) -> bool:
    return next(ready(now=now), None) is not None


def _waiting() -> "QuerySet[Expectation]":
    newest = (
        Expectation.objects.filter(initiative=OuterRef("initiative"))
        .order_by()
        .values("initiative")
        .annotate(newest=Max("number"))
        .values("newest")
    )
    rows = Expectation.objects.select_related("initiative", "stream__series__sweep")
    return rows.filter(
        number=Subquery(newest), finding=None, initiative__shipped_on__isnull=False,
        initiative__dropped_at=None,
    )  # fmt: skip
