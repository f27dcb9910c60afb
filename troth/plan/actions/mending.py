"""A goal for what fades: to be as it was."""

from datetime import datetime, timedelta

from django.db import transaction

from troth.incidents import actions as incidents
from troth.metrics import queries as metrics
from troth.metrics import wording
from troth.metrics.drift.pictures import FadeView
from troth.plan.actions.guarding import ImpossibleError
from troth.plan.actions.setting import Aim, set_goal
from troth.plan.models import Cause, Goal
from troth.plan.queries.days import today
from troth.staff.actions.audit import Actor, published_name
from troth.ui import words

_TIME = timedelta(days=90)  # to mend it, until somebody says otherwise


@transaction.atomic
def set_goal_for_fade(*, fade: int, owner: int, by: Actor, now: datetime) -> Goal:
    """Return the goal that was set for a fade; set it, in a quarter, if there is none.

    Who sets it has the alarm. Raises ImpossibleError where there is no such fade.
    """
    found = metrics.fade(fade)
    if found is None:
        raise ImpossibleError("There is no such fade.")
    aim = Aim(
        name=f"{wording.title(found)}: as it was"[:200], why=_why(found), pillar="", owner=owner,
        due_on=today(now) + _TIME,
    )  # fmt: skip
    goal = set_goal(aim=aim, token=f"fade-{fade}", by=by, now=now)
    Cause.objects.get_or_create(
        fade_id=fade, defaults={"goal": goal, "by": published_name(by), "at": now}
    )
    incidents.take_fade(fade=fade, by=by, now=now)
    return goal


def _why(fade: FadeView) -> str:
    since = words.day(fade.onset or fade.opened_on)
    return f"{wording.word(fade).capitalize()} since {since}: {wording.text(fade)}."
