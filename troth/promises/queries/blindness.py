"""Blind spots with promises among them: those whose days nobody watches for fading."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Value
from django.db.models.functions import Concat

from troth.metrics import queries as metrics
from troth.metrics.drift.pictures import Blind
from troth.metrics.queries.coverage import order_of
from troth.promises.models import Promise
from troth.promises.queries import dockets

IN_BUSINESS_HOURS = "is judged, but no day of it is watched: its deadlines run in business hours"


def blind_spots(*, at: datetime) -> list[Blind]:
    """Return the touchpoints that say nothing, and the promises that nobody watches for fading.

    Attestations have no days that could fade: they are not among them.
    """
    unwatched = list(_unwatched(at))
    places = {one.touchpoint for one in unwatched}
    declared = {
        touchpoint: step
        for touchpoint, step in metrics.declared_places(at=at).items()
        if touchpoint not in places
    }
    return sorted([*metrics.coverage(at=at, declared=declared), *unwatched], key=order_of)


def _unwatched(at: datetime) -> Iterator[Blind]:
    rows = Promise.objects.filter(retired_at=None, created_at__lte=at)
    keyed = rows.annotate(key=Concat(Value("promise:"), F("slug")))
    for docket in dockets.load(list(keyed.filter(~metrics.watched_as("key")))):
        terms = docket.terms(at, at)
        if terms.counting.calendar:
            yield Blind(terms.touchpoint, terms.step, (terms.name,), None,
                        f"“{terms.name}” {IN_BUSINESS_HOURS}")  # fmt: skip
