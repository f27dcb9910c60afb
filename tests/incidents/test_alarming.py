"""Our own people are rung: for a draft that waits, for what is late; not once somebody spoke."""

import pytest
from scene import DAY, HOUR, MINUTE, NOON, component, message, opened

from troth.components.rules.documents import Watched
from troth.incidents import actions, jobs
from troth.incidents.models import Incident
from troth.notify.models import Alarm, Escalation, Telling, Thread
from troth.notify.queries import last_told
from troth.notify.rules.events import Event, Severity
from troth.probes.models import Turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_call(db):
    steps = [{"after": 0, "subscriptions": ["sub_x"]}]
    return Escalation.objects.create(slug="all", name="All", steps=steps, created_at=NOON - DAY)


def turned(now="down", *, at=NOON, was="up"):
    return Turn.objects.create(
        watch="shop", kind="monitor", was=was, now=now, at=at, confirmed_at=at + MINUTE,
        reason="timeout",
    )  # fmt: skip


@pytest.fixture
def waiting(on_call):
    """Return the draft that a monitor has opened."""
    component("shop", watches=(Watched(kind="monitor", slug="shop"),))
    turned()
    jobs.answer(now=NOON + MINUTE)
    return Incident.objects.get()


def about(row, what=""):
    return ":".join(filter(None, ("alert", "incident", row.uid, what)))


def events(name):
    return [one.event for one in Telling.objects.filter(thread__about=name).order_by("number")]


def test_a_draft_that_a_monitor_opened_rings(waiting):
    story = last_told(about(waiting))
    assert story.event is Event.ALERT_RAISED
    assert "a draft waits for you" in story.title
    assert "timeout" in story.what
    assert "/alarm/" in story.link
    [(_label, address)] = story.facts
    assert address.endswith(f"/desk/status/incidents/{waiting.uid}/")
    assert {part.key.partition(":")[0] for part in story.parts} == {"monitor", "component"}
    assert Alarm.objects.get().cleared_at is None


def test_what_recovers_rings_no_longer(waiting):
    turned("up", was="down", at=NOON + HOUR)
    jobs.answer(now=NOON + HOUR + MINUTE)
    assert Alarm.objects.get().cleared_at is not None
    assert events(about(waiting))[-1] == "alert.cleared"


def test_who_publishes_the_draft_has_taken_the_alarm(waiting):
    actions.publish(uid=waiting.uid, by="Ada", now=NOON + 5 * MINUTE)
    alarm = Alarm.objects.get()
    assert alarm.acknowledged_by == "Ada"
    assert alarm.cleared_at is None  # it is still down


@pytest.mark.mission("S2.17")
def test_a_late_update_reminds_then_escalates_until_somebody_speaks(on_call):
    row = opened()
    due = row.next_due_at or Incident.objects.get(uid=row.uid).next_due_at
    jobs.ring(now=due - MINUTE)
    name = about(row, "incident.update")
    assert last_told(name).severity is Severity.MINOR
    jobs.ring(now=due + HOUR)
    assert last_told(name).severity is Severity.MAJOR
    assert "is late" in last_told(name).title
    actions.update(uid=row.uid, message=message("More."), by="Ada", now=due + 2 * HOUR)
    assert last_told(name).event is Event.ALERT_CLEARED
    assert not Alarm.objects.filter(cleared_at=None).exists()


def test_readers_hear_nothing_of_alarms(waiting):
    purposes = set(Thread.objects.values_list("purpose", flat=True))
    assert purposes == {"operations"}
