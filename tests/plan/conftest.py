"""A stream of deliveries that got better on one day, from signals that the store really holds."""

from datetime import UTC, datetime, time, timedelta

import pytest

from troth.core import clock
from troth.core.windows import DAY
from troth.metrics import actions as metrics
from troth.metrics import jobs
from troth.metrics import queries as asked
from troth.metrics.drift.enrolment import Enrolment
from troth.metrics.rules import Measure
from troth.plan import actions
from troth.plan.actions.setting import Aim
from troth.plan.actions.undertaking import Task
from troth.signals import actions as signals
from troth.signals.envelope import Signal

DAYS = 70


@pytest.fixture
def today():
    return clock.now().date()


@pytest.fixture
def deliveries(db, today):
    """Return the stream: 40 a day for ten weeks, 70 in 100 on time, and 90 for the last five."""
    made = []
    for back in range(DAYS, 0, -1):
        noon = datetime.combine(today - timedelta(days=back), time(12), UTC)
        for number in range(40):
            good = number * 7 % 40 < (36 if back <= DAYS // 2 else 28) + back % 3 - 1
            made.append(Signal(source="shop", kind="delivery", key=f"{back}-{number}",
                               happened_at=noon, outcome="kept" if good else "late"))  # fmt: skip
    now = clock.now()
    signals.accept(batches=[made], door="test", now=now)
    signals.seal(now=now)
    measure = Measure(kinds=("delivery",), good="outcome = 'kept'")
    series = metrics.follow(measure=measure, zone="UTC", grain=DAY)
    while jobs.tally(now=clock.now()):
        pass
    terms = Enrolment(name="Delivered on time", touchpoint="delivery")
    metrics.watch(key="promise:on-time", series=series.pk, enrolment=terms, now=now)
    (stream,) = asked.streams()
    return stream


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
