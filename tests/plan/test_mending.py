"""One click makes a goal of a fade: linked both ways, and done once."""

from datetime import timedelta

import pytest

from troth.core import clock
from troth.metrics.models import Fade
from troth.notify.models import Alarm, Escalation
from troth.plan import actions, queries
from troth.plan.actions import ImpossibleError
from troth.plan.models import Cause, Goal


@pytest.mark.mission("S1.3")
def test_a_goal_is_set_for_a_fade_once_and_says_which(fading, ben):
    from troth.incidents import jobs

    now = clock.now()
    steps = [{"after": 0, "subscriptions": ["sub_x"]}]
    Escalation.objects.create(slug="all", name="All", steps=steps, created_at=now)
    jobs.heed(now=now)
    fade = Fade.objects.filter(kind="fade", closed_at=None).get()
    given = {"fade": fade.pk, "owner": ben.pk, "by": ben, "now": now}
    goal = actions.set_goal_for_fade(**given)
    assert actions.set_goal_for_fade(**given) == goal
    assert Goal.objects.count() == Cause.objects.count() == 1
    assert goal.name == "Delivered on time: as it was"
    assert goal.why.startswith("Fading since ")
    assert goal.due_on - now.date() in {timedelta(89), timedelta(90), timedelta(91)}
    assert [one.pk for one in queries.causes_of(goal)] == [fade.pk]
    assert queries.goals_for([fade.pk]) == {fade.pk: goal}
    assert Alarm.objects.get(thread__about=f"alert:fade:{fade.pk}").acknowledged_by == "Ben"


def test_there_is_no_goal_for_a_fade_that_is_not(db, ben):
    with pytest.raises(ImpossibleError):
        actions.set_goal_for_fade(fade=7, owner=ben.pk, by=ben, now=clock.now())
    assert not Goal.objects.exists()
