"""Post-mortems in four parts, follow-ups, and what an incident burned of the budgets."""

from dataclasses import replace

import pytest
from scene import DAY, HOUR, MINUTE, NOON, Status, component, message, opened, resolved

from troth.components import queries as components
from troth.core.windows import Span
from troth.incidents import actions, jobs, queries
from troth.incidents.actions import NotAllowed, NotReady
from troth.incidents.models import Clock, FollowUp, Overdue, Update
from troth.incidents.rules import documents, revising
from troth.incidents.rules.cadence import Grid
from troth.incidents.rules.results import State

pytestmark = pytest.mark.django_db
PARTS = {
    "apology": "We are sorry.",
    "cause": "A disk was full. <script>alert(1)</script>",
    "fix": "We made *room*.",
    "prevention": "We watch it.",
}
END = NOON + 47 * MINUTE


def over(**impacts):
    row = opened(impacts=impacts)
    resolved(row.uid, now=END)
    return row


@pytest.mark.mission("S2.15")
@pytest.mark.parametrize("part", PARTS)
def test_publishing_is_blocked_while_a_part_is_empty(part):
    row = over()
    actions.write_postmortem(uid=row.uid, parts={**PARTS, part: " "}, by="Ada", now=END)
    with pytest.raises(NotReady) as refused:
        actions.publish_postmortem(uid=row.uid, by="Ada", now=END)
    assert [gap.field for gap in refused.value.gaps] == [part]
    assert queries.incident(row.uid).postmortem is None


def test_a_follow_up_needs_owner_and_date_before_it_is_public():
    row = over()
    actions.write_postmortem(uid=row.uid, parts=PARTS, by="Ada", now=END)
    one = actions.promise_follow_up(uid=row.uid, text="Alarm at 80 %", by="Ada", now=END)
    with pytest.raises(NotReady, match="“Alarm at 80 %” needs an owner and a date"):
        actions.publish_postmortem(uid=row.uid, by="Ada", now=END)
    actions.change_follow_up(follow_up=one.pk, owner="Ben", due=END + 7 * DAY, by="Ada", now=END)
    actions.publish_postmortem(uid=row.uid, by="Ada", now=END)
    actions.complete_follow_up(follow_up=one.pk, by="Ben", now=END + DAY)
    [shown] = queries.incident(row.uid).postmortem.follow_ups
    assert (shown.owner, shown.due, shown.done_at) == ("Ben", END + 7 * DAY, END + DAY)
    actions.reopen_follow_up(follow_up=one.pk, by="Ben", now=END + DAY)
    assert FollowUp.objects.get().done_at is None


@pytest.mark.mission("S3.9")
def test_incident_seconds_are_budget_seconds():
    shop, mail = component("shop"), component("mail")
    row = opened(impacts={shop: Status.MAJOR, mail: Status.PARTIAL}, started_at=NOON - MINUTE)
    actions.update(uid=row.uid, message=message("1", impacts={mail: Status.OPERATIONAL}),
                   by="Ada", now=NOON + 10 * MINUTE)  # fmt: skip
    resolved(row.uid, now=END)
    actions.write_postmortem(uid=row.uid, parts=PARTS, by="Ada", now=END)
    actions.publish_postmortem(uid=row.uid, by="Ada", now=END)
    day = Span(NOON - DAY, NOON + DAY)
    down = sum(components.downtime(one, day).down for one in (shop, mail))
    shown = queries.incident(row.uid)
    weights = {Status.MAJOR: 10, Status.PARTIAL: 3}
    spans = sum(
        weights[one.status] * int((one.ends_at - one.starts_at).total_seconds())
        for one in shown.spans
    )
    assert shown.postmortem.budget_seconds == down == spans / 10 == 48 * 60 + 11 * 60 * 3 // 10


def test_it_is_published_once_and_edits_stay_visible():
    row = over()
    actions.write_postmortem(uid=row.uid, parts=PARTS, by="Ada", now=END)
    actions.note_moment(uid=row.uid, at=NOON, text="The disk was full.", by="Ada", now=END)
    for _ in range(2):
        actions.publish_postmortem(uid=row.uid, by="Ada", now=END + HOUR)
    shown = queries.incident(row.uid)
    assert (shown.state, shown.resolved_at) == (State.POSTMORTEM, END)
    assert Update.objects.filter(state="postmortem").count() == 1
    assert "<script>" not in shown.postmortem.cause
    assert shown.postmortem.fix == "<p>We made <em>room</em>.</p>"
    assert [one.text for one in shown.postmortem.timeline] == ["The disk was full."]
    actions.write_postmortem(uid=row.uid, parts={"fix": "More."}, by="Ada", now=END + DAY)
    edited = queries.incident(row.uid)
    assert edited.postmortem.edited_at == (END + DAY,)
    assert edited.revision == revising.revision_of(replace(edited, revision="")) != shown.revision
    with pytest.raises(NotReady):
        actions.write_postmortem(uid=row.uid, parts={"fix": ""}, by="Ada", now=END + DAY)


def test_what_goes_on_has_no_post_mortem_yet():
    row = opened()
    actions.write_postmortem(uid=row.uid, parts=PARTS, by="Ada", now=NOON)
    with pytest.raises(NotAllowed, match="resolved"):
        actions.publish_postmortem(uid=row.uid, by="Ada", now=NOON)


def test_a_new_start_moves_the_budget_with_the_incident():
    shop = component()
    row = over(**{shop: Status.MAJOR})
    actions.write_postmortem(uid=row.uid, parts=PARTS, by="Ada", now=END)
    actions.publish_postmortem(uid=row.uid, by="Ada", now=END)
    actions.backdate(uid=row.uid, started_at=NOON - 13 * MINUTE, by="Ada", now=END + DAY)
    shown = queries.incident(row.uid)
    assert shown.started_at == NOON - 13 * MINUTE
    assert components.downtime(shop, Span(NOON - DAY, NOON + DAY)).down == 3600
    assert shown.postmortem.budget_seconds == 3600
    assert [(one.ends_at - one.starts_at).total_seconds() for one in shown.spans] == [3600]


def test_a_promised_date_is_a_clock_that_rings_and_is_judged():
    row = opened()
    due = END + 2 * DAY
    resolved(row.uid, now=END, postmortem_due=due)
    assert queries.incident(row.uid).postmortem_due == due
    clock = Clock.objects.get(kind="postmortem.publication")
    assert (clock.due_at, clock.resolved_at) == (due, None)
    jobs.ring(now=due - DAY)
    jobs.ring(now=due)
    facts = Overdue.objects.filter(what="postmortem.publication").order_by("id")
    assert list(facts.values_list("step", "due_at")) == [("reminder", due), ("escalation", due)]
    actions.write_postmortem(uid=row.uid, parts=PARTS, by="Ada", now=due)
    actions.publish_postmortem(uid=row.uid, by="Ada", now=due + HOUR)
    clock.refresh_from_db()
    assert clock.resolved_at == due + HOUR


def test_a_post_mortem_of_every_urgent_incident_may_be_promised_and_a_reopening_takes_it_back():
    document = documents.written(Grid(promise_postmortem=True))
    actions.declare_cadence(document=document, by="Ada", now=NOON - DAY)
    row = opened(impacts={component(): Status.MAJOR})
    resolved(row.uid, now=END)
    assert queries.incident(row.uid).postmortem_due == END + 3 * DAY
    actions.reopen(uid=row.uid, message=message("Again."), by="Ada", now=END + HOUR)
    assert Clock.objects.get(kind="postmortem.publication").void_at == END + HOUR


def test_a_promised_date_that_moves_moves_its_clock():
    row = opened()
    resolved(row.uid, now=END, postmortem_due=END + DAY)
    actions.set_right(uid=row.uid, postmortem_due=END + 2 * DAY, by="Ada", now=END + HOUR)
    clock = Clock.objects.get(kind="postmortem.publication")
    assert (clock.due_at, clock.version) == (END + 2 * DAY, 2)
