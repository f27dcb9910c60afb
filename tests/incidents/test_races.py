"""Two at once: a double click, two workers on one transition, two who merge; on either database."""

import pytest
from scene import DAY, HOUR, MINUTE, NOON, Status, component, message, opened, opening

from tests import together
from troth.incidents import actions, jobs, queries
from troth.incidents.actions import NotAllowed, Planning, answering, ringing, telling
from troth.incidents.models import Clock, Incident, Maintenance, Opened, Overdue, Update
from troth.probes.models import Turn
from troth.signals.models import Inbox

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


def at_once(work, workers=WORKERS):
    """Return what each of the workers was answered; a refusal is an answer as well."""

    def answered(number):
        try:
            return work(number)
        except NotAllowed as refusal:
            return refusal

    return together.at_once(answered, workers)


@pytest.mark.mission("S3.21")
def test_a_double_click_opens_and_sends_once():
    said = opening()
    rows = at_once(
        lambda _: actions.open_(opening=said, by="Ada", now=NOON, publish=True, token="click").pk
    )
    assert len(set(rows)) == Incident.objects.count() == 1
    uid = Incident.objects.get().uid
    sent = at_once(
        lambda _: (
            actions.update(
                uid=uid, message=message("More."), by="Ada", now=NOON + MINUTE, token="again"
            ).pk
        )
    )
    assert len(set(sent)) == 1
    assert Update.objects.count() == 2


def test_one_of_many_publishes_a_draft():
    row = actions.draft(opening=opening(), by="Ada", now=NOON)
    done = at_once(lambda n: actions.publish(uid=row.uid, by=f"Person {n}", now=NOON))
    assert sum(isinstance(one, NotAllowed) for one in done) == WORKERS - 1
    assert queries.incident(row.uid).updates[0].at == NOON
    assert Clock.objects.count() == 1


def test_workers_start_and_end_a_maintenance_once():
    planning = Planning(name="Disks", body="New.", affects="All.", scheduled_for=NOON + DAY,
                        scheduled_until=NOON + DAY + HOUR,
                        components={component(): Status.MAINTENANCE})  # fmt: skip
    row = actions.schedule(planning=planning, by="Ada", now=NOON)
    at_once(lambda _: jobs.ring(now=NOON + DAY))
    at_once(lambda _: jobs.ring(now=NOON + 2 * DAY))
    assert [one.state for one in queries.incident(row.uid).updates] == [
        "completed", "in_progress", "scheduled",
    ]  # fmt: skip


def test_an_overrun_becomes_one_incident():
    planning = Planning(name="Disks", body="New.", affects="All.", scheduled_for=NOON + DAY,
                        scheduled_until=NOON + DAY + HOUR, auto_complete=False)  # fmt: skip
    actions.schedule(planning=planning, by="Ada", now=NOON)
    at_once(lambda _: ringing.ring(now=NOON + 2 * DAY))
    assert Incident.objects.filter(kind="incident").count() == 1


def test_workers_answer_a_turn_with_one_draft():
    Turn.objects.create(watch="shop", kind="monitor", was="up", now="down", at=NOON,
                        confirmed_at=NOON)  # fmt: skip
    done = at_once(lambda _: answering.answer_facts(now=NOON))
    assert sum(done) == 1
    assert (Incident.objects.count(), Opened.objects.count()) == (1, 1)


def test_workers_plan_a_series_once():
    planning = Planning(name="Disks", body="New.", affects="All.", scheduled_for=NOON + DAY,
                        scheduled_until=NOON + DAY + HOUR)  # fmt: skip
    made = actions.repeat(planning=planning, rule="FREQ=DAILY", zone="UTC", by="Ada", now=NOON)
    before = Maintenance.objects.count()
    at_once(lambda _: actions.plan_ahead(uid=made.uid, now=NOON + 3 * DAY))
    assert Maintenance.objects.count() == before + 3


def test_a_clock_rings_once_and_is_told_once():
    opened(impacts={component(): Status.MAJOR})
    at_once(lambda _: jobs.ring(now=NOON + 15 * MINUTE))
    assert Overdue.objects.count() == 1
    done = at_once(lambda _: telling.tell_signals(now=NOON + 15 * MINUTE))
    assert sum(done) == 1
    assert sum(Inbox.objects.values_list("count", flat=True)) == 1


def test_two_incidents_merged_into_each_other_leave_one_open():
    one, two = opened(name="One"), opened(name="Two")
    pairs = [(one.uid, two.uid), (two.uid, one.uid)] * 2
    at_once(lambda n: actions.merge(uid=pairs[n][0], into=pairs[n][1], by="Ada", now=NOON + HOUR))
    assert len(queries.open_ones()) == 1


def test_many_who_speak_at_once_are_all_heard_in_one_order():
    row = opened(impacts={component(): Status.MAJOR})
    at_once(
        lambda n: actions.update(
            uid=row.uid, message=message(f"Number {n}"), by="Ada", now=NOON + MINUTE
        )
    )
    shown = queries.incident(row.uid)
    assert len(shown.updates) == WORKERS + 1
    assert len({one.at for one in shown.updates}) == WORKERS + 1
    assert Clock.objects.filter(resolved_at=None).count() == 1
