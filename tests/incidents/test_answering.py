"""What turned below becomes a draft, once; what has recovered is said; what is not news is not."""

import pytest
from scene import DAY, HOUR, MINUTE, NOON, Status, component, final

from troth.components.rules.documents import Watched
from troth.core import clock
from troth.incidents import actions, jobs, queries
from troth.incidents.models import Cadence, Incident, Note, Opened, Template
from troth.incidents.rules import documents
from troth.incidents.rules.cadence import Grid
from troth.incidents.rules.results import State
from troth.metrics import jobs as metrics
from troth.probes.models import Turn
from troth.promises import actions as promises
from troth.signals import actions as signals
from troth.signals.envelope import Signal

pytestmark = pytest.mark.django_db


def turned(now="down", *, watch="shop", at=NOON, was="up", **more):
    return Turn.objects.create(
        watch=watch, kind="monitor", was=was, now=now, at=at, confirmed_at=at + MINUTE, **more
    )


def watched(slug="shop"):
    return component(slug, watches=(Watched(kind="monitor", slug=slug),))


def publishing_drafts(**more):
    grid = Grid(publish_drafts=True, **more)
    return Cadence.objects.create(
        slug="default", spec=documents.written(grid), by="Ada", created_at=NOON - DAY
    )


def template(**spec):
    document = {
        "apiVersion": "troth/v1",
        "kind": "IncidentTemplate",
        "metadata": {"name": "shop-down"},
        "spec": {
            "title": "{component} is down", "body": "We see it: {reason}", "problem": "No orders.",
            "affects": "Everyone.", "workaround": "Call us.",
            "components": {"shop": "partial_outage"},
            "opens_for": ["monitor:shop"], **spec,
        },
    }  # fmt: skip
    documents.read_template(document)
    return Template.objects.create(
        slug="shop-down", name="Shop", spec=document, created_at=NOON, updated_at=NOON
    )


def test_a_monitor_that_goes_down_opens_one_draft_dated_back_to_the_first_failure():
    shop = watched()
    turned(at=NOON - 5 * MINUTE, reason="timeout at 10.0.0.7")
    assert jobs.is_asked(now=NOON)
    assert jobs.answer(now=NOON) == 1
    assert jobs.answer(now=NOON) == 0
    assert not jobs.is_asked(now=NOON)
    [draft] = queries.drafts()
    assert (draft.name, draft.started_at) == ("Shop does not work", NOON - 5 * MINUTE)
    assert queries.published() == []
    inside = queries.inside(draft.uid)
    assert "10.0.0.7" not in inside.shown.updates[0].body
    assert "10.0.0.7" in inside.notes[0].text
    assert inside.shown.components == (shop,)
    actions.publish(uid=draft.uid, by="Ada", now=NOON)
    assert queries.incident(draft.uid).started_at == NOON - 5 * MINUTE


def test_what_goes_down_again_joins_the_draft_that_is_there():
    watched()
    for minute, now in enumerate(("down", "up", "down")):
        turned(now, at=NOON + minute * MINUTE)
    jobs.answer(now=NOON + HOUR)
    assert Incident.objects.count() == 1
    assert list(Opened.objects.order_by("id").values_list("why", flat=True)) == [
        "opened", "recovered", "attached",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("turn", "why"),
    [
        ({"suppressed_by": "router"}, "suppressed"),
        ({"at": NOON - 2 * DAY}, "old"),
        ({"now": "degraded"}, "degraded"),
        ({"now": "unknown"}, "unknown"),
        ({"now": "up", "was": "unknown"}, "well"),
    ],
)
def test_what_opens_nothing_is_answered_all_the_same(turn, why):
    watched()
    turned(**turn)
    assert jobs.answer(now=NOON) == 1
    assert Incident.objects.count() == 0
    assert [one.why for one in Opened.objects.all()] == [why]


def test_a_confirmed_draft_publishes_itself_where_that_was_decided():
    publishing_drafts()
    watched()
    turned()
    jobs.answer(now=NOON + MINUTE)
    jobs.ring(now=NOON + 5 * MINUTE)
    assert queries.published() == []
    assert jobs.is_ringing(now=NOON + 6 * MINUTE)
    jobs.ring(now=NOON + 6 * MINUTE)
    [shown] = queries.published()
    assert (shown.name, shown.workaround) == ("Shop does not work", "None known.")
    assert jobs.ring(now=NOON + 6 * MINUTE) == 0


def test_what_recovers_before_it_is_confirmed_is_never_published_by_itself():
    publishing_drafts()
    watched()
    turned()
    jobs.answer(now=NOON + MINUTE)
    turned("up", was="down", at=NOON + 3 * MINUTE)
    jobs.answer(now=NOON + 4 * MINUTE)
    jobs.ring(now=NOON + HOUR)
    assert queries.published() == []
    assert [one.text.split(":")[0] for one in Note.objects.order_by("id")] == [
        "shop (shop)", "Well again",
    ]  # fmt: skip


def test_a_recovery_is_proposed_and_a_person_resolves():
    watched()
    turned()
    jobs.answer(now=NOON + MINUTE)
    [draft] = queries.drafts()
    actions.publish(uid=draft.uid, by="Ada", now=NOON + 2 * MINUTE)
    turned("up", was="down", at=NOON + 9 * MINUTE)
    jobs.answer(now=NOON + 10 * MINUTE)
    assert queries.incident(draft.uid).state is State.INVESTIGATING
    [proposal] = queries.proposals()
    assert (proposal.uid, proposal.state) == (draft.uid, State.MONITORING)
    actions.approve(update_uid=proposal.update_uid, by="Ben", now=NOON + 11 * MINUTE)
    assert queries.incident(draft.uid).state is State.MONITORING
    actions.resolve(uid=draft.uid, message=final(), by="Ben", now=NOON + HOUR)
    assert queries.proposals() == []


def test_a_template_that_states_recovery_and_data_resolves_by_itself():
    shop = watched()
    template(publish=True, recovery="All orders work.", data_loss="None was lost.",
             recovered="Orders work again.")  # fmt: skip
    turned(reason="timeout")
    jobs.answer(now=NOON + MINUTE)
    jobs.ring(now=NOON + 6 * MINUTE)
    [shown] = queries.published()
    assert (shown.name, shown.updates[0].body) == ("Shop is down", "We see it: timeout")
    assert shown.spans[0].status is Status.PARTIAL
    turned("up", was="down", at=NOON + 20 * MINUTE)
    jobs.answer(now=NOON + 21 * MINUTE)
    after = queries.incident(shown.uid)
    assert (after.state, after.resolved_at) == (State.RESOLVED, NOON + 20 * MINUTE)
    assert after.data_loss == "None was lost."
    assert [one.component for one in after.spans] == [shop]


def test_an_incident_of_two_monitors_goes_on_while_one_of_them_is_down():
    watched()
    turned(watch="shop")
    jobs.answer(now=NOON + MINUTE)
    [draft] = queries.drafts()
    actions.publish(uid=draft.uid, by="Ada", now=NOON + MINUTE)
    other = turned(watch="mail")
    Opened.objects.create(turn=other, incident=Incident.objects.get(), at=NOON, why="attached")
    turned("up", was="down", watch="shop", at=NOON + 9 * MINUTE)
    jobs.answer(now=NOON + 10 * MINUTE)
    assert queries.proposals() == []


CALLS = {
    "apiVersion": "troth/v1",
    "kind": "Promise",
    "metadata": {"name": "calls"},
    "spec": {
        "text": "We pick up.", "evaluator": "event", "signals": {"kind": "call"},
        "good": "outcome = 'ok'", "target": "90%", "windows": ["7d"],
        "needs": {"cases": 1, "coverage": 0},
    },
}  # fmt: skip


def judged(outcome, now, kind="call"):
    batch = [
        Signal(source="phone", kind=kind, key=f"{now}{n}", happened_at=now, outcome=outcome)
        for n in range(9)
    ]
    signals.accept(batches=[batch], door="test", now=now)
    with clock.frozen(now):
        signals.seal(now=now)
        metrics.tally(now=now)
        promises.judge_all(now=now)


def test_a_broken_promise_opens_a_draft_and_a_kept_one_says_so():
    with clock.frozen(NOON - DAY):
        promises.declare(spec=CALLS, author="Ada", now=NOON - DAY)
    judged("ok", NOON)
    jobs.answer(now=NOON)
    assert [one.why for one in Opened.objects.all()] == ["first"]
    judged("bad", NOON + HOUR)
    jobs.answer(now=NOON + HOUR)
    [draft] = queries.drafts()
    assert (draft.opened_for, draft.origin) == ("promise:calls", "promise")
    judged("ok", NOON + 8 * DAY)
    jobs.answer(now=NOON + 8 * DAY)
    assert "Well again" in Note.objects.last().text


def test_a_promise_about_our_own_telling_opens_nothing():
    own = {**CALLS, "spec": {**CALLS["spec"], "signals": {"kind": "incident.update"}}}
    with clock.frozen(NOON - DAY):
        promises.declare(spec=own, author="Ada", now=NOON - DAY)
    for hour, outcome in enumerate(("ok", "bad")):
        judged(outcome, NOON + hour * HOUR, kind="incident.update")
    jobs.answer(now=NOON + HOUR)
    assert {one.why for one in Opened.objects.all()} == {"own"}
