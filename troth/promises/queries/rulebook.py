"""The rules of the score by version, and the integrity events that weigh on it."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from troth.promises.models import IntegrityEvent, ScoreRules
from troth.promises.scoring import documents as score_document
from troth.promises.scoring.constants import SHIPPED, Constants
from troth.promises.scoring.integrity import Deed
from troth.promises.scoring.stored import IntegrityRow, RulesRow


def constants(at: datetime | None = None) -> Constants:
    """Return the rules in force at an instant (default: the latest); the shipped ones before."""
    rows = ScoreRules.objects.order_by("-number")
    row = (rows.filter(created_at__lte=at) if at else rows).first()
    return _constants(row.number, msgspec.json.encode(row.spec)) if row else SHIPPED


@lru_cache(maxsize=64)
def _constants(number: int, spec: bytes) -> Constants:
    return score_document.read(msgspec.json.decode(spec), version=number)


def rulebook() -> list[RulesRow]:
    """Return every version of the rules, newest first; the last one is what is shipped."""
    found = [
        RulesRow(
            row.number, row.author, row.reason, row.created_at,
            _constants(row.number, msgspec.json.encode(row.spec)), row.spec,
        )
        for row in ScoreRules.objects.order_by("-number")
    ]  # fmt: skip
    return [*found, RulesRow(0, "", "as shipped", None, SHIPPED, {})]


def integrity_events(*, scope: str = "all", as_of: datetime | None = None) -> list[IntegrityRow]:
    """Return all integrity events, withdrawn ones too, newest first."""
    rows = IntegrityEvent.objects.select_related("promise").order_by("-recorded_at", "-id")
    rows = rows.filter(recorded_at__lte=as_of) if as_of else rows
    return [
        _event(row)
        for row in rows
        # What was hidden is no secret: an event about a promise that was public is public.
        if scope == "all" or row.promise is None or row.found or row.promise.visibility == "public"
    ]


def _event(row: IntegrityEvent) -> IntegrityRow:
    names = [name for name in IntegrityRow.__slots__ if name != "promise"]
    values = {name: getattr(row, name) for name in names}
    return IntegrityRow(promise=row.promise.slug if row.promise else "", **values)


def deeds(*, scope: str = "public", as_of: datetime | None = None) -> list[Deed]:
    """Return the events as the score weighs them: from the day on that they count."""
    zone = ZoneInfo(settings.TROTH.time_zone)
    found = []
    for row in integrity_events(scope=scope, as_of=as_of):
        ended = row.withdrawn_at
        until = None
        if ended is not None and (as_of is None or ended <= as_of):
            until = ended.astimezone(zone).date().toordinal()
        day = row.counts_from.toordinal()
        found.append(Deed(row.id, row.kind, row.promise, day, row.summary, until))
    return found
