"""What waited for approval and was overtaken does not wait any more; workarounds end with it."""

import pytest
from scene import HOUR, MINUTE, NOON, final, message, opened, resolved

from troth.core import clock
from troth.incidents import actions, queries
from troth.incidents.actions import Message, NotAllowed
from troth.incidents.models import Update
from troth.incidents.rules.results import State
from troth.staff.models import AuditEntry

pytestmark = pytest.mark.django_db
LATER = NOON + HOUR


def proposed(row, *, now=NOON + MINUTE, **more):
    said = Message(**{"body": "We have found the cause.", "state": State.IDENTIFIED, **more})
    return actions.update(uid=row.uid, message=said, by="Ben", now=now, propose=True)


@pytest.mark.mission("S3.6")
def test_a_proposal_that_the_end_overtook_lapses_and_says_why():
    row = opened()
    said, last = proposed(row), proposed(row, body="Over.", state=State.RESOLVED)
    assert len(queries.proposals()) == 2
    resolved(row.uid, now=LATER)
    inside = queries.inside(row.uid)
    assert queries.proposals() == []
    assert inside.proposals == ()
    assert [(one.uid, one.why, one.at) for one in inside.lapsed] == [
        (said.uid, "resolved", LATER), (last.uid, "resolved", LATER),
    ]  # fmt: skip
    assert len(inside.shown.updates) == 2
    with pytest.raises(NotAllowed, match="lapsed: it was over before anybody approved this"):
        actions.approve(update_uid=said.uid, by="Ada", now=LATER + MINUTE)
    assert AuditEntry.objects.filter(verb="let lapse an update of").count() == 2


def test_what_lapsed_stays_so_when_the_incident_is_reopened():
    row = opened()
    proposed(row)
    resolved(row.uid, now=LATER)
    actions.reopen(uid=row.uid, message=message(), by="Ada", now=LATER + MINUTE)
    assert queries.proposals() == []
    assert len(queries.inside(row.uid).lapsed) == 1


def test_a_word_after_the_end_may_still_be_approved():
    row = opened()
    resolved(row.uid, now=LATER)
    more = proposed(row, now=LATER + MINUTE, body="One word more.", state=State.RESOLVED)
    actions.update(uid=row.uid, message=final("Another word."), by="Ada", now=LATER + 2 * MINUTE)
    assert [one.update_uid for one in queries.proposals()] == [more.uid]
    actions.approve(update_uid=more.uid, by="Ada", now=LATER + 3 * MINUTE)
    assert queries.incident(row.uid).updates[0].uid == more.uid


def test_a_merge_lets_proposals_lapse():
    one, two = opened(name="One"), opened(name="Two")
    said = proposed(two)
    actions.merge(uid=two.uid, into=one.uid, by="Ada", now=LATER)
    assert [each.why for each in queries.inside(two.uid).lapsed] == ["merged"]
    with pytest.raises(NotAllowed, match="merged into another incident"):
        actions.approve(update_uid=said.uid, by="Ada", now=LATER)


def test_what_was_thrown_away_is_not_taken_back_after_the_end():
    row = opened()
    said = proposed(row)
    actions.discard(uid=said.uid, by="Ben", now=NOON + 2 * MINUTE)
    resolved(row.uid, now=LATER)
    with pytest.raises(NotAllowed, match="identified cannot follow resolved"):
        actions.restore(uid=said.uid, by="Ben", now=LATER)
    assert Update.objects.get(uid=said.uid).discarded_at is not None


@pytest.mark.mission("S3.6")
def test_a_workaround_goes_with_the_end_and_stays_in_the_history(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATER + HOUR)
    row = opened()
    assert queries.incident(row.uid).workaround == "Pay by invoice."
    resolved(row.uid, now=LATER)
    assert queries.incident(row.uid).workaround == ""
    assert queries.incident(row.uid, at=LATER - MINUTE).workaround == "Pay by invoice."
    assert queries.inside(row.uid).workaround == "Pay by invoice."
    actions.reopen(uid=row.uid, message=Message(body="Again."), by="Ada", now=LATER + MINUTE)
    assert queries.incident(row.uid).workaround == "Pay by invoice."
