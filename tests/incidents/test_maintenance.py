"""Planned work: announced in time or not, moved by the clock, again and again, and too long."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from scene import DAY, HOUR, MINUTE, NOON, Status, component

from troth.components import queries as components
from troth.core.windows import Span
from troth.incidents import actions, jobs, queries
from troth.incidents.actions import NotAllowed, NotReady, Planning
from troth.incidents.models import Clock, Incident, Maintenance, Overdue
from troth.incidents.rules.results import Impact, Kind, State

pytestmark = pytest.mark.django_db
START = NOON + 4 * DAY


def planning(*, starts=START, hours=2, **more):
    said = {
        "name": "New disks", "body": "We change disks.", "affects": "Everyone.",
        "scheduled_for": starts, "scheduled_until": starts + hours * HOUR,
    }  # fmt: skip
    return Planning(**{**said, **more})


def scheduled(now=NOON, **more):
    return actions.schedule(planning=planning(**more), by="Ada", now=now)


def works(uid):
    return {uid: Status.MAINTENANCE}


@pytest.mark.parametrize(
    ("notice", "in_time"),
    [(timedelta(hours=72), True), (timedelta(hours=72, seconds=-1), False), (HOUR, False)],
)
def test_72_hours_of_notice_are_in_time(notice, in_time):
    row = scheduled(starts=NOON + notice)
    shown = queries.incident(row.uid)
    assert (shown.in_time, shown.announced_at, shown.state) == (in_time, NOON, State.SCHEDULED)
    assert shown.impact is Impact.MAINTENANCE
    [one] = queries.upcoming()
    assert one.uid == row.uid
    assert queries.open_ones() == []


def test_the_clock_starts_verifies_and_completes_at_the_planned_instants_however_late_it_looks():
    shop = component()
    row = scheduled(components=works(shop), verify=30 * MINUTE)
    assert jobs.ring(now=START - 2 * HOUR) == 0
    assert not jobs.is_ringing(now=START - 2 * HOUR)
    assert jobs.is_ringing(now=START)
    jobs.ring(now=START + 5 * MINUTE)
    assert queries.incident(row.uid).state is State.IN_PROGRESS
    assert components.component(shop, at=START + HOUR).status is Status.MAINTENANCE
    jobs.ring(now=START + 100 * MINUTE)
    assert queries.incident(row.uid).state is State.VERIFYING
    jobs.ring(now=START + 9 * HOUR)
    shown = queries.incident(row.uid)
    assert [(one.state, one.at) for one in reversed(shown.updates)] == [
        (State.SCHEDULED, NOON),
        (State.IN_PROGRESS, START),
        (State.VERIFYING, START + 90 * MINUTE),
        (State.COMPLETED, START + 2 * HOUR),
    ]
    assert shown.resolved_at == START + 2 * HOUR
    assert components.component(shop, at=START + 3 * HOUR).status is Status.OPERATIONAL
    assert not jobs.is_ringing(now=START + 30 * DAY)


def test_a_worker_that_slept_through_it_tells_all_of_it_afterwards():
    row = scheduled()
    jobs.ring(now=START + DAY)
    shown = queries.incident(row.uid)
    assert [one.state for one in shown.updates] == [
        State.COMPLETED, State.IN_PROGRESS, State.SCHEDULED,
    ]  # fmt: skip
    assert jobs.ring(now=START + DAY) == 0


def test_a_clock_that_jumps_back_moves_nothing_twice():
    row = scheduled()
    jobs.ring(now=START)
    jobs.ring(now=START - 3 * HOUR)
    jobs.ring(now=START)
    assert len(queries.incident(row.uid).updates) == 2


@pytest.mark.parametrize(("starts", "down", "raw"), [(START, 0, 7200), (NOON + DAY, 7200, 7200)])
def test_only_what_was_announced_in_time_is_excluded_from_uptime(starts, down, raw):
    shop = component()
    scheduled(components=works(shop), starts=starts)
    jobs.ring(now=starts + 3 * HOUR)
    found = components.downtime(shop, Span(starts - HOUR, starts + 9 * HOUR))
    assert (found.down, found.raw) == (down, raw)


def test_an_overrun_becomes_an_incident_that_counts_as_downtime():
    shop = component()
    row = scheduled(components=works(shop), auto_complete=False)
    jobs.ring(now=START + HOUR)
    end = START + 2 * HOUR
    jobs.ring(now=end + MINUTE)
    [incident] = [one for one in queries.published() if one.kind is Kind.INCIDENT]
    assert (incident.started_at, incident.linked) == (end, (row.uid,))
    assert "New disks" in incident.problem
    assert incident.next_due_at is not None
    assert components.component(shop, at=end + MINUTE).status is Status.MAJOR
    assert jobs.ring(now=end + 2 * MINUTE) == 0
    actions.go_on(uid=row.uid, state=State.COMPLETED, by="Ada", now=end + HOUR)
    assert queries.incident(row.uid).state is State.COMPLETED
    after = queries.incident(incident.uid)
    assert (after.state, after.is_open) == (State.MONITORING, True)
    found = components.downtime(shop, Span(START - HOUR, end + 9 * HOUR))
    assert (found.down, found.by_ref) == (3600, ((incident.uid, 3600), (row.uid, 0)))


def test_a_window_inside_the_announced_one_keeps_its_announcement_and_another_does_not():
    row = scheduled()
    later = NOON + 3 * DAY
    inside = actions.reschedule(
        uid=row.uid, scheduled_for=START + HOUR, scheduled_until=START + 2 * HOUR,
        body="Shorter.", by="Ada", now=later,
    )  # fmt: skip
    assert (inside.maintenance.in_time, inside.maintenance.announced_at) == (True, NOON)
    moved = actions.reschedule(
        uid=row.uid, scheduled_for=START + DAY, scheduled_until=START + DAY + HOUR, body="Later.",
        by="Ada", now=later,
    )  # fmt: skip
    assert (moved.maintenance.in_time, moved.maintenance.announced_at) == (False, later)
    assert Clock.objects.get().version == 3
    assert queries.incident(row.uid).scheduled_for == START + DAY
    assert len(queries.incident(row.uid).updates) == 3


def test_what_is_added_while_it_goes_on_was_not_announced_in_time():
    shop = component()
    row = scheduled(components=works(shop))
    jobs.ring(now=START + HOUR)
    actions.reschedule(uid=row.uid, scheduled_until=START + 3 * HOUR, body="Longer.", by="Ada",
                       now=START + HOUR)  # fmt: skip
    jobs.ring(now=START + 4 * HOUR)
    assert queries.incident(row.uid).resolved_at == START + 3 * HOUR
    found = components.downtime(shop, Span(START - HOUR, START + 9 * HOUR))
    assert (found.down, found.raw) == (3600, 3 * 3600)


def test_a_cancelled_one_never_begins():
    shop = component()
    row = scheduled(components=works(shop))
    actions.cancel(uid=row.uid, body="Not needed.", by="Ada", now=NOON + DAY)
    jobs.ring(now=START + HOUR)
    shown = queries.incident(row.uid)
    assert (shown.state, shown.cancelled_at, shown.spans) == (State.COMPLETED, NOON + DAY, ())
    assert components.component(shop, at=START + HOUR).status is Status.OPERATIONAL
    with pytest.raises(NotAllowed):
        actions.cancel(uid=row.uid, body="Again.", by="Ada", now=NOON + DAY)


def test_people_are_reminded_once_an_hour_before():
    row = scheduled()
    actions.hand_over(uid=row.uid, role="liaison", person="Cleo", by="Ada", now=NOON)
    jobs.ring(now=START - HOUR)
    jobs.ring(now=START - HOUR + MINUTE)
    [fact] = Overdue.objects.all()
    assert (fact.what, fact.step, fact.to, fact.due_at) == (
        "maintenance",
        "reminder",
        "Cleo",
        START,
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"hours": 0}, "scheduled_until"),
        ({"hours": -1}, "scheduled_until"),
        ({"hours": 24 * 15}, "scheduled_until"),
        ({"starts": NOON - 9 * HOUR}, "scheduled_until"),
        ({"name": " "}, "name"),
        ({"affects": ""}, "affects"),
        ({"verify": 3 * HOUR}, "verify"),
        ({"components": {"nobodysthing": Status.MAINTENANCE}}, "impacts"),
    ],
)
def test_what_is_wrong_with_a_plan_is_named(wrong, field):
    with pytest.raises(NotReady) as refused:
        scheduled(**wrong)
    assert [gap.field for gap in refused.value.gaps] == [field]
    assert Incident.objects.count() == 0


def test_a_series_keeps_its_local_hour_when_clocks_change_and_is_planned_once():
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 3, 22, 2, 30, tzinfo=berlin)
    made = actions.repeat(
        planning=planning(starts=first.astimezone(UTC), hours=1), rule="FREQ=WEEKLY;BYDAY=SU",
        zone="Europe/Berlin", by="Ada", now=NOON,
    )  # fmt: skip
    later = NOON + 10 * DAY
    assert jobs.is_ringing(now=later)
    jobs.ring(now=later)
    actions.plan_ahead(uid=made.uid, now=later)
    starts = Maintenance.objects.order_by("scheduled_for").values_list("scheduled_for", flat=True)
    assert [f"{one.astimezone(berlin):%d.%m. %H:%M %z}" for one in starts] == [
        "22.03. 02:30 +0100",
        "29.03. 03:30 +0200",  # 02:30 is skipped that day
        "05.04. 02:30 +0200",
    ]
    assert [one.in_time for one in Maintenance.objects.all()] == [True, True, True]
    assert actions.end_series(uid=made.uid, by="Ada", now=later, body="No more.") == 2
    jobs.ring(now=later + 30 * DAY)
    assert Maintenance.objects.count() == 3


@pytest.mark.parametrize(
    "rule",
    ["", "every day", "FREQ=SECONDLY", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY\nX",
     "FREQ=DAILY;BYHOUR=1,2,3", "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;COUNT=" + "9" * 300],
)  # fmt: skip
def test_a_rule_that_cannot_be_read_is_refused_in_plain_words(rule):
    with pytest.raises(NotReady) as refused:
        actions.repeat(planning=planning(), rule=rule, zone="UTC", by="Ada", now=NOON)
    assert [gap.field for gap in refused.value.gaps] == ["rule"]


def test_a_rule_that_never_comes_true_ends_at_once():
    made = actions.repeat(planning=planning(), rule="FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
                          zone="UTC", by="Ada", now=NOON)  # fmt: skip
    assert made.occurrences.count() == 0
