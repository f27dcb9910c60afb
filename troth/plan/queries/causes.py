"""Goals and the fades for the sake of which they were set."""

from collections.abc import Iterable

from troth.metrics import queries as metrics
from troth.metrics.drift.pictures import FadeView
from troth.plan.models import Cause, Goal


def goals_for(fades: Iterable[int]) -> dict[int, Goal]:
    """Return the goal of each of these fades that has one, by the fade's number."""
    rows = Cause.objects.filter(fade__in=list(fades)).select_related("goal")
    return {row.fade_id: row.goal for row in rows}


def causes_of(goal: Goal) -> list[FadeView]:
    """Return the fades for the sake of which a goal was set."""
    found = (metrics.fade(pk) for pk in goal.causes.values_list("fade", flat=True))
    return [one for one in found if one is not None]
