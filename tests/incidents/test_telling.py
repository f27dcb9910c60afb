"""How we tell is judged by ordinary promises, through the real engine."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from scene import DAY, HOUR, MINUTE, NOON, Status, component, message, opened, opening, resolved

from troth.core import clock
from troth.incidents import actions, jobs
from troth.incidents.actions import Findings, Planning
from troth.incidents.models import Clock, Overdue
from troth.incidents.rules.results import Kind
from troth.metrics import jobs as metrics
from troth.promises import actions as promises
from troth.promises import queries as judged_promises
from troth.promises.rules.results import Verdict
from troth.signals import actions as signals
from troth.signals import queries as stored

pytestmark = pytest.mark.django_db


def promise(kind, **spec):
    return {
        "apiVersion": "troth/v1",
        "kind": "Promise",
        "metadata": {"name": kind.replace(".", "-")},
        "spec": {
            "text": "We tell in time.", "evaluator": "deadline", "signals": {"kind": kind},
            "due": "due_at", "target": "100%", "windows": ["28d"],
            "needs": {"cases": 1, "coverage": 0}, **spec,
        },
    }  # fmt: skip


def verdict(kind, now):
    """Tell, seal, tally and judge as the worker does; return how the promise stands."""
    with clock.frozen(now):
        jobs.tell(now=now)
        signals.seal(now=now)
        metrics.tally(now=now)
        promises.bring_up_to_date(now=now)
        [found] = judged_promises.standing(slugs=[kind.replace(".", "-")])
    return found.verdict, found.good, found.total


def declared(kind, now=NOON - 9 * DAY, **spec):
    with clock.frozen(now):
        promises.declare(spec=promise(kind, **spec), author="Ada", now=now)


@pytest.mark.mission("S2.17")
@pytest.mark.parametrize(
    ("minutes", "kept", "good"), [(20, Verdict.KEPT, 1), (21, Verdict.BROKEN, 0)]
)
def test_an_update_in_time_keeps_the_cadence_and_a_late_one_breaks_it(minutes, kept, good):
    declared("incident.update", signals={"kind": "incident.update", "where": "outcome != 'void'"})
    row = opened(impacts={component(): Status.MAJOR})
    actions.update(uid=row.uid, message=message("1"), by="Ada", now=NOON + minutes * MINUTE)
    assert verdict("incident.update", NOON + 30 * MINUTE) == (kept, good, 1)


def test_an_update_that_never_comes_is_broken_when_it_was_due():
    declared("incident.update")
    opened(impacts={component(): Status.MAJOR})
    assert verdict("incident.update", NOON + 10 * MINUTE)[0] is Verdict.NO_DATA
    assert verdict("incident.update", NOON + 21 * MINUTE) == (Verdict.BROKEN, 0, 1)


def test_a_back_dated_message_keeps_no_cadence():
    declared("incident.update")
    row = opened(impacts={component(): Status.MAJOR})
    said = message("1", at=NOON + 15 * MINUTE)
    actions.update(uid=row.uid, message=said, by="Ada", now=NOON + 25 * MINUTE)
    assert verdict("incident.update", NOON + 26 * MINUTE) == (Verdict.BROKEN, 0, 1)


@pytest.mark.mission("S2.41")
@pytest.mark.parametrize(
    ("minutes", "kept", "good"),
    [(71 * 60 + 59, Verdict.KEPT, 1), (72 * 60 + 1, Verdict.BROKEN, 0)],
)
@pytest.mark.parametrize("day", [27, 18])  # over the change of clocks, and not
def test_a_breach_notice_at_71_59_is_kept_and_at_72_01_broken(minutes, kept, good, day):
    berlin = ZoneInfo("Europe/Berlin")
    aware = datetime(2026, 3, day, 9, tzinfo=berlin).astimezone(UTC)
    declared("breach.notice", zone="Europe/Berlin")
    row = actions.report_breach(
        opening=opening(kind=Kind.BREACH), aware_at=aware, by="Ada", now=aware,
        findings=Findings(facts="A backup was open.", contact="dpo@example.org"),
    )  # fmt: skip
    told = aware + timedelta(minutes=minutes)
    actions.notify_breach(uid=row.uid, by="Ada", now=told, delay_reason="We were ill.")
    assert verdict("breach.notice", told + HOUR) == (kept, good, 1)


@pytest.mark.parametrize(
    ("hours", "kept", "good"), [(72, Verdict.KEPT, 1), (71, Verdict.BROKEN, 0)]
)
def test_maintenance_is_announced_72_hours_before(hours, kept, good):
    declared("maintenance.notice")
    starts = NOON + hours * HOUR
    planning = Planning(name="Disks", body="New ones.", affects="All.", scheduled_for=starts,
                        scheduled_until=starts + HOUR)  # fmt: skip
    actions.schedule(planning=planning, by="Ada", now=NOON)
    assert verdict("maintenance.notice", starts) == (kept, good, 1)


def test_each_version_is_sent_once_and_what_is_sent_says_what_it_is():
    row = opened(impacts={component(): Status.MAJOR})
    assert jobs.is_untold(now=NOON)
    assert [jobs.tell(now=NOON), jobs.tell(now=NOON)] == [1, 0]
    resolved(row.uid, now=NOON + 5 * MINUTE)
    assert jobs.tell(now=NOON + 5 * MINUTE) == 1
    signals.seal(now=NOON + 6 * MINUTE)
    found = stored.store().history(source="incidents", key=Clock.objects.get().key)
    assert [(one.version, one.outcome, one.resolved_at) for one in found] == [
        (1, "open", None), (2, "told", NOON + 5 * MINUTE),
    ]  # fmt: skip
    assert found[1].segment == {"kind": "incident", "urgency": "urgent", "impact": "critical"}


def test_a_liaison_is_reminded_and_a_commander_told_when_it_is_late():
    row = opened(impacts={component(): Status.MAJOR})
    for role, person in (("liaison", "Cleo"), ("commander", "Ada")):
        actions.hand_over(uid=row.uid, role=role, person=person, by="Ada", now=NOON)
    assert not jobs.is_ringing(now=NOON + 14 * MINUTE)
    jobs.ring(now=NOON + 15 * MINUTE)
    jobs.ring(now=NOON + 16 * MINUTE)
    jobs.ring(now=NOON - HOUR)
    jobs.ring(now=NOON + 25 * MINUTE)
    due = NOON + 20 * MINUTE
    facts = Overdue.objects.order_by("id").values_list("what", "step", "role", "to", "due_at")
    assert list(facts) == [
        ("incident.update", "reminder", "liaison", "Cleo", due),
        ("incident.update", "escalation", "commander", "Ada", due),
    ]
    assert not jobs.is_ringing(now=NOON + DAY)


def test_an_update_in_time_silences_the_clock():
    row = opened(impacts={component(): Status.MAJOR})
    actions.update(uid=row.uid, message=message("1"), by="Ada", now=NOON + 14 * MINUTE)
    jobs.ring(now=NOON + 20 * MINUTE)
    assert Overdue.objects.count() == 0


def test_history_told_later_runs_no_clock():
    from troth.incidents.actions import History, Message
    from troth.incidents.rules.results import State

    history = History(name="Old", started_at=NOON - 9 * DAY, messages=(
        Message(body="It began.", state=State.INVESTIGATING, at=NOON - 9 * DAY),
        Message(body="It ended.", state=State.RESOLVED, at=NOON - 9 * DAY + HOUR)))  # fmt: skip
    actions.record(history=history, by="Ada", now=NOON)
    assert Clock.objects.count() == 0
