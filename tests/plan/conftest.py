"""A goal, and what is done for it."""

from datetime import timedelta

import pytest

from troth.core import clock
from troth.plan import actions
from troth.plan.actions.setting import Aim
from troth.plan.actions.undertaking import Task


@pytest.fixture
def today():
    return clock.now().date()


@pytest.fixture
def goal(db, ben, today):
    aim = Aim(name="Parcels arrive when we say", why="They wait at home for it.", pillar="quality",
              owner=ben.pk, due_on=today + timedelta(days=90))  # fmt: skip
    return actions.set_goal(aim=aim, token="goal-1", by=ben, now=clock.now())


@pytest.fixture
def initiative(goal, ben, today):
    task = Task(name="A second courier in the north", text="", owner=ben.pk, starts_on=None,
                due_on=today + timedelta(days=30))  # fmt: skip
    return actions.undertake(goal=goal.uid, task=task, token="ini-1", by=ben, now=clock.now())
