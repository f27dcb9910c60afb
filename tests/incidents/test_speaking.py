"""What is said to people: opened, updated, resolved, edited; once, in order, when it is whole."""

import pytest
from scene import (
    HOUR,
    MINUTE,
    NOON,
    Status,
    component,
    message,
    opened,
    opening,
    resolved,
)

from troth.components import queries as components
from troth.core import clock
from troth.core.windows import Span
from troth.incidents import actions, queries
from troth.incidents.actions import Message, NotAllowed, NotReady, Overtaken
from troth.incidents.models import Clock, Incident, Update
from troth.incidents.rules import revising
from troth.incidents.rules.results import Impact, State, Urgency
from troth.staff.models import AuditEntry

pytestmark = pytest.mark.django_db
LATER = NOON + 40 * MINUTE


def test_a_draft_is_seen_by_nobody_outside_and_publishing_shows_it():
    shop = component()
    before = queries.revision()
    row = actions.draft(opening=opening(impacts={shop: Status.MAJOR}), by="Ada", now=NOON)
    assert queries.published(at=NOON) == []
    assert queries.revision() == before
    assert components.component(shop, at=NOON).status is Status.OPERATIONAL
    actions.publish(uid=row.uid, by="Ada", now=NOON + MINUTE)
    [shown] = queries.published(at=NOON + MINUTE)
    assert (shown.name, shown.state, shown.impact) == (
        "Payments fail", State.INVESTIGATING, Impact.CRITICAL,
    )  # fmt: skip
    assert shown.urgency is Urgency.URGENT
    assert components.component(shop, at=NOON + MINUTE).status is Status.MAJOR
    assert queries.revision() > before


@pytest.mark.mission("S3.6")
@pytest.mark.parametrize("missing", ["problem", "affects", "workaround"])
def test_publishing_names_each_answer_that_is_missing(missing):
    said = message(**{missing: " "})
    with pytest.raises(NotReady) as refused:
        actions.open_(opening=opening(message=said), by="Ada", now=NOON, publish=True)
    assert [gap.field for gap in refused.value.gaps] == [missing]
    assert Incident.objects.count() == 0


def test_an_empty_draft_may_be_kept_and_publishing_it_names_everything():
    row = actions.draft(opening=actions.Opening(name="?", message=Message(body="")), by="Ada",
                        now=NOON)  # fmt: skip
    with pytest.raises(NotReady) as refused:
        actions.publish(uid=row.uid, by="Ada", now=NOON)
    assert [gap.field for gap in refused.value.gaps] == [
        "body", "problem", "affects", "workaround",
    ]  # fmt: skip


@pytest.mark.mission("S3.6")
def test_the_final_post_states_recovery_and_data_loss():
    row = opened()
    with pytest.raises(NotReady) as refused:
        actions.resolve(uid=row.uid, message=Message(body="Done."), by="Ada", now=LATER)
    assert [gap.field for gap in refused.value.gaps] == ["recovery", "data_loss"]
    resolved(row.uid, now=LATER)
    shown = queries.incident(row.uid)
    assert (shown.state, shown.resolved_at, shown.is_open) == (State.RESOLVED, LATER, False)
    assert (shown.recovery, shown.data_loss) == ("Everything works.", "No effect lingers.")


def test_components_left_out_keep_theirs_and_resolving_resets_all():
    shop, mail = component("shop"), component("mail")
    row = opened(impacts={shop: Status.PARTIAL, mail: Status.DEGRADED})
    said = Message(body="Mail works.", impacts={mail: Status.OPERATIONAL})
    actions.update(uid=row.uid, message=said, by="Ada", now=NOON + 10 * MINUTE)
    assert components.component(shop, at=LATER).status is Status.PARTIAL
    assert components.component(mail, at=LATER).status is Status.OPERATIONAL
    resolved(row.uid, now=LATER)
    assert components.component(shop, at=LATER).status is Status.OPERATIONAL
    shown = queries.incident(row.uid)
    assert [(one.component, one.starts_at, one.ends_at) for one in shown.spans] == [
        *sorted([(mail, NOON, NOON + 10 * MINUTE), (shop, NOON, LATER)]),
    ]
    assert [(one.was, one.now) for one in shown.updates[0].affected if one.code == shop] == [
        (Status.PARTIAL, Status.OPERATIONAL)
    ]
    assert set(shown.components) == {shop, mail}


def test_the_time_a_component_was_down_begins_with_the_incident_and_not_with_its_telling():
    shop = component()
    row = opened(impacts={shop: Status.MAJOR}, started_at=NOON - 7 * MINUTE)
    resolved(row.uid, now=NOON + 13 * MINUTE)
    found = components.downtime(shop, Span(NOON - HOUR, NOON + HOUR))
    assert (found.down, found.by_ref) == (20 * 60, ((row.uid, 20 * 60),))
    [span] = queries.incident(row.uid).spans
    assert (span.ends_at - span.starts_at).total_seconds() == found.down


@pytest.mark.mission("S3.21")
def test_a_double_click_sends_once():
    first = actions.open_(opening=opening(), by="Ada", now=NOON, publish=True, token="a")
    again = actions.open_(opening=opening(), by="Ada", now=NOON, publish=True, token="a")
    assert first.pk == again.pk
    said = message("More.")
    one = actions.update(uid=first.uid, message=said, by="Ada", now=LATER, token="b")
    two = actions.update(uid=first.uid, message=said, by="Ada", now=LATER, token="b")
    assert one.pk == two.pk
    assert Update.objects.count() == 2
    with pytest.raises(NotAllowed, match="used for something else"):
        actions.publish(uid=first.uid, by="Ada", now=LATER, token="b")


@pytest.mark.mission("S3.21")
def test_where_two_people_publish_the_writer_alone_cannot(ada, ben):
    row = actions.open_(opening=opening(two_person=True), by=ada, now=NOON, publish=True)
    assert queries.published() == []
    with pytest.raises(actions.NeedsSecond):
        actions.publish(uid=row.uid, by=ada, now=NOON)
    actions.publish(uid=row.uid, by=ben, now=NOON)
    said = actions.update(uid=row.uid, message=message("More."), by=ben, now=LATER)
    assert said.published_at is None
    with pytest.raises(actions.NeedsSecond):
        actions.approve(update_uid=said.uid, by=ben, now=LATER)
    actions.edit_update(update_uid=said.uid, body="Still more.", by=ada, now=LATER)
    with pytest.raises(actions.NeedsSecond):
        actions.approve(update_uid=said.uid, by=ada, now=LATER)
    actions.approve(update_uid=said.uid, by=ben, now=LATER)
    assert [one.body for one in queries.incident(row.uid).updates] == [
        "Still more.", "We are looking into it.",
    ]  # fmt: skip


@pytest.mark.mission("S3.10")
def test_an_edit_keeps_what_was_said_before_where_everybody_can_read_it(ada):
    row = opened()
    before = queries.incident(row.uid)
    said = before.updates[0]
    actions.edit_update(update_uid=said.uid, body="**We know more.**", by=ada, now=LATER)
    after = queries.incident(row.uid)
    assert after.updates[0].html == "<p><strong>We know more.</strong></p>"
    assert [(one.body, one.at) for one in after.updates[0].edits] == [(said.body, LATER)]
    assert after.revision != before.revision
    [entry] = AuditEntry.objects.filter(verb="edited an update of")
    assert entry.before["body"] == said.body


def test_an_update_after_the_resolution_may_be_edited_and_leaves_its_revision():
    row = opened()
    resolved(row.uid, now=LATER)
    last = queries.incident(row.uid).updates[0]
    actions.edit_update(update_uid=last.uid, body="It works.", by="Ben", now=LATER + HOUR)
    shown = queries.incident(row.uid)
    assert shown.updates[0].edits[0].body == "It works again."
    assert shown.state is State.RESOLVED
    assert shown.resolved_at == LATER


def test_what_is_over_is_reopened_before_it_goes_on():
    shop = component()
    row = opened(impacts={shop: Status.MAJOR})
    resolved(row.uid, now=LATER)
    with pytest.raises(NotAllowed, match="cannot follow resolved"):
        actions.update(uid=row.uid, message=message(state=State.IDENTIFIED), by="Ada",
                       now=LATER + HOUR)  # fmt: skip
    actions.reopen(uid=row.uid, message=message("Again.", impacts={shop: Status.PARTIAL}),
                   by="Ada", now=LATER + HOUR)  # fmt: skip
    shown = queries.incident(row.uid)
    assert (shown.state, shown.resolved_at) == (State.INVESTIGATING, None)
    assert components.component(shop, at=LATER + HOUR).status is Status.PARTIAL
    assert shown.recovery == ""
    assert len(queries.open_ones()) == 1


def test_who_read_an_older_state_is_told_so():
    row = opened()
    turn = Incident.objects.get().turn
    actions.update(uid=row.uid, message=message("1"), by="Ada", now=LATER, turn=turn)
    with pytest.raises(Overtaken):
        actions.update(uid=row.uid, message=message("2"), by="Ben", now=LATER, turn=turn)
    assert len(queries.incident(row.uid).updates) == 2


def test_a_stored_revision_is_that_of_what_is_shown():
    shop = component()
    row = opened(impacts={shop: Status.MAJOR})
    actions.update(uid=row.uid, message=message("1"), by="Ada", now=LATER)
    other = opened(name="Another", now=LATER)
    actions.link(uid=row.uid, other=other.uid, by="Ada", now=LATER)
    for one in queries.published():
        assert one.revision == revising.revision_of(one)
        assert one.revision == Incident.objects.get(uid=one.uid).revision


def test_a_clock_that_jumps_back_neither_hides_nor_reorders_what_was_said():
    row = opened()
    actions.update(uid=row.uid, message=message("second"), by="Ada", now=NOON - 2 * HOUR)
    with clock.frozen(NOON - 2 * HOUR):
        bodies = [one.body for one in queries.incident(row.uid, at=NOON - 2 * HOUR).updates]
    assert bodies == ["second", "We are looking into it."]


@pytest.mark.mission("S2.17")
def test_each_update_says_when_the_next_one_comes_as_the_cadence_promises():
    row = opened(impacts={component(): Status.MAJOR})
    assert queries.incident(row.uid).next_due_at == NOON + 20 * MINUTE
    actions.update(uid=row.uid, message=message("1"), by="Ada", now=NOON + 2 * HOUR)
    assert queries.incident(row.uid).next_due_at == NOON + 3 * HOUR
    late = message("2", next_due_at=NOON + 9 * HOUR)
    with pytest.raises(NotReady, match="we promised to speak again by 2026-03-18 16:00 UTC"):
        actions.update(uid=row.uid, message=late, by="Ada", now=NOON + 3 * HOUR)
    done = [(one.due_at - NOON, one.resolved_at and one.resolved_at - NOON)
            for one in Clock.objects.order_by("id")]  # fmt: skip
    assert done == [(20 * MINUTE, 2 * HOUR), (3 * HOUR, None)]


def test_nothing_is_dated_in_the_future():
    with pytest.raises(NotReady, match="in the future"):
        opened(started_at=NOON + HOUR)
    row = opened()
    with pytest.raises(NotReady, match="in the future"):
        actions.update(uid=row.uid, message=message("1", at=NOON + HOUR), by="Ada", now=NOON)


def test_a_stranger_s_uid_is_not_there():
    with pytest.raises(Incident.DoesNotExist):
        actions.update(uid="nobodysthing", message=message(), by="Ada", now=NOON)
    with pytest.raises(NotReady, match="no component “nobodysthing”"):
        opened(impacts={"nobodysthing": Status.MAJOR})


def test_a_preview_says_what_would_stop_it_and_changes_nothing():
    row = opened()
    gaps = actions.preview(uid=row.uid, message=Message(body="", state=State.RESOLVED), now=LATER)
    assert [gap.field for gap in gaps] == ["body", "recovery", "data_loss"]
    assert Update.objects.count() == 1


def test_a_draft_is_thrown_away_and_taken_back_and_what_is_public_is_not():
    row = actions.draft(opening=opening(), by="Ada", now=NOON)
    actions.discard(uid=row.uid, by="Ada", now=NOON)
    with pytest.raises(NotAllowed):
        actions.publish(uid=row.uid, by="Ada", now=NOON)
    actions.restore(uid=row.uid, by="Ada", now=NOON)
    actions.publish(uid=row.uid, by="Ada", now=NOON)
    with pytest.raises(NotAllowed, match="it is published"):
        actions.discard(uid=row.uid, by="Ada", now=NOON)


def test_as_it_stood_at_an_earlier_instant():
    row = opened()
    actions.update(uid=row.uid, message=message("1", state=State.IDENTIFIED), by="Ada",
                   now=NOON + 15 * MINUTE)  # fmt: skip
    resolved(row.uid, now=LATER)
    then = queries.incident(row.uid, at=NOON + 20 * MINUTE)
    assert (then.state, then.resolved_at, len(then.updates)) == (State.IDENTIFIED, None, 2)
    assert then.revision not in ("", queries.incident(row.uid).revision)
    assert [one.uid for one in queries.open_ones(NOON + 20 * MINUTE)] == [row.uid]
    assert queries.open_ones() == []
    assert queries.open_ones(NOON - HOUR) == []


def test_what_was_written_earlier_is_said_when_it_is_published():
    row = actions.draft(opening=opening(two_person=True), by="Ada", now=NOON)
    actions.publish(uid=row.uid, by="Ben", now=NOON + HOUR)
    said = actions.update(uid=row.uid, message=message("1"), by="Ada", now=NOON + 2 * HOUR)
    promised = message("2", next_due_at=NOON + 5 * HOUR)
    kept = actions.update(uid=row.uid, message=promised, by="Ada", now=NOON + 2 * HOUR)
    for uid in (said.uid, kept.uid):
        actions.approve(update_uid=uid, by="Ben", now=NOON + 3 * HOUR)
    shown = queries.incident(row.uid)
    assert [one.at - NOON for one in shown.updates][1:] == [3 * HOUR, HOUR]
    assert [one.next_due_at - NOON for one in reversed(shown.updates)] == [
        HOUR + 7 * 24 * HOUR, 3 * HOUR + 7 * 24 * HOUR, 5 * HOUR,
    ]  # fmt: skip


def test_a_draft_is_rewritten_and_not_updated():
    shop = component()
    row = actions.draft(opening=opening(), by="Ada", now=NOON)
    with pytest.raises(NotAllowed, match="it is a draft"):
        actions.update(uid=row.uid, message=message("1"), by="Ada", now=NOON)
    said = message("Better.", name="Card payments fail", impacts={shop: Status.PARTIAL})
    actions.redraft(uid=row.uid, message=said, by="Ada", now=NOON + MINUTE)
    actions.publish(uid=row.uid, by="Ada", now=NOON + MINUTE)
    shown = queries.incident(row.uid)
    assert (shown.name, shown.updates[0].body) == ("Card payments fail", "Better.")
    assert (shown.updates[0].edits, shown.impact) == ((), Impact.MAJOR)
    with pytest.raises(NotAllowed, match="it is published"):
        actions.redraft(uid=row.uid, message=said, by="Ada", now=NOON + MINUTE)


@pytest.mark.mission("S3.23")
def test_support_signs_off_a_text_and_an_edit_asks_anew(cleo):
    row = actions.draft(opening=opening(), by="Ada", now=NOON)
    [said] = queries.inside(row.uid).proposals
    for _ in range(2):
        actions.sign_off(update_uid=said.uid, by=cleo, now=NOON)
    [signed] = queries.inside(row.uid).sign_offs
    assert (signed.by, signed.holds) == ("Cleo", True)
    assert queries.published() == []
    actions.edit_update(update_uid=said.uid, body="Other words.", by="Ada", now=NOON)
    [signed] = queries.inside(row.uid).sign_offs
    assert signed.holds is False


@pytest.mark.mission("S3.10")
def test_what_was_said_of_the_wrong_component_is_corrected_and_stays_readable():
    shop, mail = component("shop"), component("mail")
    row = opened(impacts={shop: Status.MAJOR}, started_at=NOON - 5 * MINUTE)
    said = queries.incident(row.uid).updates[0]
    resolved(row.uid, now=NOON + 10 * MINUTE)
    actions.correct_impacts(update_uid=said.uid, impacts={"mail": Status.PARTIAL}, by="Ada",
                            now=LATER, reason="It was the other one.")  # fmt: skip
    day = Span(NOON - HOUR, NOON + HOUR)
    assert components.downtime(shop, day).down == 0
    assert components.downtime(mail, day).down == 15 * 60 * 3 // 10
    shown = queries.incident(row.uid)
    assert [(one.component, one.status) for one in shown.spans] == [(mail, Status.PARTIAL)]
    assert shown.impact is Impact.MAJOR
    assert shown.updates[-1].edits[0].body.endswith("Components: Shop: major_outage")
    assert shown.revision == revising.revision_of(shown)
