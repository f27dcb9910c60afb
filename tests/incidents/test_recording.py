"""History told later: kept as it was, flagged, never twice."""

import pytest
from scene import DAY, HOUR, NOON, Status, component

from troth.components import queries as components
from troth.core.windows import Span
from troth.incidents import actions, queries
from troth.incidents.actions import History, Message, NotReady
from troth.incidents.models import Incident, Overdue
from troth.incidents.rules import revising
from troth.incidents.rules.results import Impact, Kind, State
from troth.staff.models import AuditEntry

pytestmark = pytest.mark.django_db
BEGAN = NOON - 400 * DAY


def history(shop="", *, end=2 * HOUR, **more):
    impacts = {shop: Status.MAJOR} if shop else {}
    messages = (
        Message(body="It works again.", state=State.RESOLVED, at=BEGAN + end),
        Message(body="We look.", state=State.INVESTIGATING, at=BEGAN, impacts=impacts),
    )
    said = {"name": "Old trouble", "messages": messages, "started_at": BEGAN,
            "source": "statuspage", "source_id": "1"}  # fmt: skip
    return History(**{**said, **more})


def recorded(*args, now=NOON, **more):
    return actions.record(history=history(*args, **more), by="import", now=now)


def test_what_is_imported_counts_from_then_on_and_looks_like_any_other():
    shop = component(now=NOON - 900 * DAY)
    row, is_new = recorded(shop, uid="abcdefghijkl")
    assert is_new
    shown = queries.incident("abcdefghijkl")
    assert (shown.state, shown.impact, shown.backfilled) == (State.RESOLVED, Impact.CRITICAL, True)
    assert (shown.started_at, shown.resolved_at) == (BEGAN, BEGAN + 2 * HOUR)
    assert components.downtime(shop, Span(BEGAN - DAY, BEGAN + DAY)).down == 7200
    assert shown.revision == revising.revision_of(shown) == Incident.objects.get().revision
    assert queries.open_ones(BEGAN + HOUR)[0].uid == row.uid
    assert queries.search("trouble")[0].uid == row.uid
    assert Overdue.objects.count() == 0


def test_the_same_again_changes_nothing_and_more_of_it_replaces_it_under_the_same_names():
    shop = component(now=NOON - 900 * DAY)
    recorded(shop)
    before, entries = queries.published()[0], AuditEntry.objects.count()
    _, is_new = recorded(shop, now=NOON + DAY)
    assert not is_new
    assert queries.published()[0] == before
    assert AuditEntry.objects.count() == entries
    recorded(shop, end=3 * HOUR, now=NOON + DAY)
    after = queries.published()[0]
    assert (after.uid, after.updates[1].uid) == (before.uid, before.updates[1].uid)
    assert after.resolved_at == BEGAN + 3 * HOUR
    assert components.downtime(shop, Span(BEGAN - DAY, BEGAN + DAY)).down == 3 * 3600
    assert Incident.objects.count() == 1


def test_an_end_before_the_start_is_kept_and_flagged_by_who_knows_it():
    shop = component(now=NOON - 900 * DAY)
    recorded(shop, end=-HOUR, flags=("ends before it starts",))
    shown = queries.published()[0]
    assert shown.flags == ("ends before it starts",)
    assert len(shown.updates) == 2


def test_a_component_that_nobody_knows_is_flagged():
    recorded("nobodysthing")
    shown = queries.published()[0]
    assert shown.flags == ("unknown component: nobodysthing",)
    assert shown.components == ()


def test_what_is_too_little_is_refused_and_a_uid_that_is_taken_is_not_taken_again():
    with pytest.raises(NotReady):
        recorded(name=" ")
    with pytest.raises(NotReady):
        recorded(messages=())
    first, _ = recorded(uid="abcdefghijkl")
    second, _ = recorded(uid="abcdefghijkl", source_id="2")
    third, _ = recorded(uid="Not one of ours", source_id="3")
    assert first.uid == "abcdefghijkl" != second.uid
    assert len(third.uid) == 12


def test_maintenance_of_the_past_keeps_its_window():
    recorded(kind=Kind.MAINTENANCE, scheduled_for=BEGAN, scheduled_until=BEGAN + HOUR, messages=(
        Message(body="Planned.", state=State.SCHEDULED, at=BEGAN - 9 * DAY),
        Message(body="Done.", state=State.COMPLETED, at=BEGAN + HOUR)))  # fmt: skip
    shown = queries.published()[0]
    assert (shown.scheduled_for, shown.scheduled_until) == (BEGAN, BEGAN + HOUR)
    assert (shown.state, shown.impact) == (State.COMPLETED, Impact.MAINTENANCE)


def test_by_hand_without_a_source_it_is_a_new_one_each_time():
    for _ in range(2):
        recorded(source="", source_id="")
    assert Incident.objects.count() == 2
