"""Breaches: 72 hours from awareness in absolute time, phases, reasons, register, letter."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from scene import DAY, HOUR, MINUTE, NOON, message, opening

from troth.incidents import actions, jobs, queries
from troth.incidents.actions import Findings, NotAllowed, NotReady
from troth.incidents.models import BreachNotice, Clock, Overdue
from troth.incidents.rules import breach
from troth.incidents.rules.results import Kind

BERLIN = ZoneInfo("Europe/Berlin")
KNOWN = {
    "facts": "A backup was open.", "people": 1200, "consequences": "Spam.", "fixes": "Closed.",
    "prevention": "Checks.", "contact": "dpo@example.org", "hotline": "+49 30 1234",
    "reset_url": "https://example.org/reset",
}  # fmt: skip


@pytest.mark.mission("S2.41")
@pytest.mark.parametrize(
    "aware",
    [
        datetime(2026, 1, 15, 9, tzinfo=BERLIN),
        datetime(2026, 3, 27, 9, tzinfo=BERLIN),  # clocks go forward in between
        datetime(2026, 10, 23, 9, tzinfo=BERLIN),  # and back
        datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1),
    ],
)
@pytest.mark.parametrize(
    ("minutes", "kept"), [(71 * 60 + 59, True), (72 * 60, True), (72 * 60 + 1, False)]
)
def test_71_59_is_kept_and_72_01_is_broken_whatever_clocks_do(aware, minutes, kept):
    noticed = aware.astimezone(ZoneInfo("UTC")) + timedelta(minutes=minutes)
    assert breach.is_in_time(aware_at=aware, noticed_at=noticed) is kept
    assert breach.is_in_time(aware_at=aware, noticed_at=noticed.astimezone(BERLIN)) is kept


def reported(now=NOON, aware_at=NOON - HOUR, **findings):
    said = opening(kind=Kind.BREACH, name="A backup was open", message=message())
    return actions.report_breach(
        opening=said, aware_at=aware_at, findings=Findings(**findings), by="Ada", now=now,
        publish=True,
    )  # fmt: skip


@pytest.mark.django_db
def test_a_first_notice_may_be_short_and_a_final_one_names_what_it_lacks():
    row = reported(facts="A backup was open.", contact="dpo@example.org")
    first = actions.notify_breach(uid=row.uid, by="Ada", now=NOON + HOUR)
    assert (first.number, first.is_final) == (1, False)
    with pytest.raises(NotReady) as refused:
        actions.notify_breach(uid=row.uid, by="Ada", now=NOON + DAY, is_final=True)
    fields = [gap.field for gap in refused.value.gaps]
    assert fields == ["scope", "consequences", "fixes", "prevention"]
    actions.learn(uid=row.uid, findings=Findings(**KNOWN), by="Ada", now=NOON + DAY)
    actions.notify_breach(uid=row.uid, by="Ada", now=NOON + DAY, is_final=True, reference="A-17")
    assert BreachNotice.objects.get(number=2).said["people"] == 1200
    shown = queries.incident(row.uid).breach
    assert (shown.noticed_at, shown.people) == (NOON + HOUR, 1200)
    assert shown.due_at == NOON + 71 * HOUR
    assert shown.reset_url == "https://example.org/reset"


@pytest.mark.django_db
def test_a_late_notice_gives_its_reasons():
    row = reported(**KNOWN)
    late = NOON + 72 * HOUR
    with pytest.raises(NotReady, match="reasons for the delay"):
        actions.notify_breach(uid=row.uid, by="Ada", now=late)
    actions.notify_breach(uid=row.uid, by="Ada", now=late, delay_reason="We were ill.")
    assert queries.incident(row.uid).breach.delay_reason == "We were ill."


@pytest.mark.django_db
def test_the_clock_runs_for_a_draft_too_and_rings_before_and_at_its_end():
    said = opening(kind=Kind.BREACH, name="Draft")
    row = actions.report_breach(opening=said, aware_at=NOON, findings=Findings(), by="Ada",
                                now=NOON)  # fmt: skip
    actions.hand_over(uid=row.uid, role="commander", person="Ben", by="Ada", now=NOON)
    due = NOON + 72 * HOUR
    jobs.ring(now=due - 12 * HOUR)
    jobs.ring(now=due)
    jobs.ring(now=due + HOUR)
    facts = Overdue.objects.order_by("id").values_list("what", "step", "to", "due_at")
    assert list(facts) == [
        ("breach.notice", "reminder", "", due),
        ("breach.notice", "escalation", "Ben", due),
    ]


@pytest.mark.django_db
def test_awareness_that_was_earlier_than_thought_moves_the_clock_and_the_trail_says_so():
    row = reported(**KNOWN)
    actions.notify_breach(uid=row.uid, by="Ada", now=NOON + 70 * HOUR)
    actions.learn(uid=row.uid, findings=Findings(), aware_at=NOON - 5 * HOUR, by="Ben",
                  now=NOON + DAY * 4)  # fmt: skip
    clock = Clock.objects.get(kind="breach.notice")
    assert (clock.due_at, clock.resolved_at) == (NOON + 67 * HOUR, NOON + 70 * HOUR)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"aware_at": NOON + HOUR}, "aware_at"),
        ({"people": -1}, "people"),
        ({"records": 10**13}, "records"),
        ({"reset_url": "javascript:alert(1)"}, "reset_url"),
        ({"reset_url": "http://example.org"}, "reset_url"),
        ({"facts": "x" * 20_001}, "facts"),
    ],
)
def test_what_is_wrong_with_a_report_is_named(wrong, field):
    with pytest.raises(NotReady) as refused:
        reported(**wrong)
    assert [gap.field for gap in refused.value.gaps] == [field]


@pytest.mark.django_db
def test_a_notice_is_neither_before_awareness_nor_in_the_future():
    row = reported(**KNOWN)
    for at in (NOON - 2 * HOUR, NOON + MINUTE):
        with pytest.raises(NotReady):
            actions.notify_breach(uid=row.uid, by="Ada", now=NOON, at=at)
    with pytest.raises(NotAllowed):
        actions.notify_breach(uid=row.uid, by="Ada", now=NOON, to="the press")


@pytest.mark.django_db
def test_a_report_that_was_none_runs_no_clock_until_it_is_taken_back():
    said = opening(kind=Kind.BREACH, name="Draft")
    row = actions.report_breach(opening=said, aware_at=NOON, findings=Findings(), by="Ada",
                                now=NOON)  # fmt: skip
    actions.discard(uid=row.uid, by="Ada", now=NOON + HOUR)
    assert Clock.objects.get().void_at == NOON + HOUR
    assert queries.breach_register(at=NOON + HOUR) == []
    actions.restore(uid=row.uid, by="Ada", now=NOON + 2 * HOUR)
    assert Clock.objects.get().void_at is None
    [listed] = queries.breach_register(at=NOON + 80 * HOUR)
    assert listed.in_time is False
