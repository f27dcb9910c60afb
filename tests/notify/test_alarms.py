"""Alarms for our own people: routes, steps, “mine”, and the end."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.notify.outbox import spread
from troth.notify.actions import alarms
from troth.notify.models import Alarm, Delivery, Escalation, Subscription
from troth.notify.rules import escalating
from troth.notify.rules.events import EVERY_EVENT, Event, Severity
from troth.notify.rules.story import Part, Story
from troth.people import actions as people

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def story(**more):
    given = {
        "about": "alert:shop", "event": Event.ALERT_RAISED, "revision": "a1",
        "title": "Shop is down",
        "link": "https://status.example/desk/", "severity": Severity.MAJOR,
        "parts": (Part(key="component:shop", name="Shop"),),
    }  # fmt: skip
    return Story(**{**given, **more})


def reader(name):
    contact = people.know(
        channel="email", address=f"{name}@shop.example", language="en", zone="UTC", now=NOON
    )
    return Subscription.objects.create(
        uid=f"sub_{name}", contact=contact, state="active", events=EVERY_EVENT, is_ours=True,
        asked_at=NOON, confirmed_at=NOON,
    )  # fmt: skip


def escalation(*steps, **more):
    given = {"slug": "shop", "name": "Shop", "created_at": NOON}
    written = [{"after": after, "subscriptions": readers} for after, readers in steps]
    return Escalation.objects.create(steps=written, **{**given, **more})


def rung():
    return [
        (one.subscription.uid, one.telling.event)
        for one in Delivery.objects.order_by("id").select_related("subscription", "telling")
    ]


def at(minutes):
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def two(db):
    reader("ada")
    reader("bob")
    escalation((0, ["sub_ada"]), (15, ["sub_ada", "sub_bob"]))


def test_each_step_rings_once_at_its_time(two):
    alarms.raise_alarm(story=story(), by="probes", now=NOON)
    assert [alarms.ring(now=at(minute)) for minute in (0, 0, 14, 15, 15, 600)] == [1, 0, 0, 1, 0, 0]
    raised = "alert.raised"
    assert rung() == [("sub_ada", raised), ("sub_ada", raised), ("sub_bob", raised)]


@pytest.mark.parametrize("is_rung_first", [True, False])
def test_who_is_rung_by_a_step_is_not_told_of_it_besides(two, is_rung_first):
    reader("cy")  # in no step: hears of it once, at once
    alarms.raise_alarm(story=story(), by="probes", now=NOON)
    if is_rung_first:
        alarms.ring(now=NOON)
    spread()
    alarms.ring(now=NOON)
    assert sorted(uid for uid, _ in rung()) == ["sub_ada", "sub_cy"]
    alarms.ring(now=at(15))
    assert sorted(uid for uid, _ in rung()) == ["sub_ada", "sub_ada", "sub_bob", "sub_cy"]


def test_the_same_trouble_raised_twice_is_one_alarm(two):
    for _ in range(3):
        alarms.raise_alarm(story=story(), by="probes", now=NOON)
    assert Alarm.objects.count() == 1


def test_taken_it_rings_no_further_and_those_who_were_rung_hear_who_has_it(two):
    alarms.raise_alarm(story=story(), by="probes", now=NOON)
    alarms.ring(now=NOON)
    assert alarms.acknowledge(about="alert:shop", by="Ada", now=at(3)) == 1
    assert alarms.acknowledge(about="alert:shop", by="Bob", now=at(4)) == 0
    assert alarms.ring(now=at(60)) == 0
    assert rung() == [("sub_ada", "alert.raised"), ("sub_ada", "alert.taken")]
    assert Alarm.objects.get().acknowledged_by == "Ada"


def test_over_it_rings_no_further_and_those_who_heard_hear_that(two):
    alarms.raise_alarm(story=story(), by="probes", now=NOON)
    alarms.ring(now=NOON)
    assert alarms.clear_alarm(about="alert:shop", why="It works.", by="probes", now=at(3)) == 1
    assert alarms.clear_alarm(about="alert:shop", why="It works.", by="probes", now=at(4)) == 0
    assert alarms.ring(now=at(60)) == 0
    assert rung() == [("sub_ada", "alert.raised"), ("sub_ada", "alert.cleared")]


def test_trouble_that_comes_back_rings_again(two):
    alarms.raise_alarm(story=story(), by="probes", now=NOON)
    alarms.clear_alarm(about="alert:shop", why="It works.", by="probes", now=at(3))
    alarms.raise_alarm(story=story(revision="a2"), by="probes", now=at(5))
    assert alarms.ring(now=at(5)) == 1
    assert Alarm.objects.filter(cleared_at=None).count() == 1


def test_nobody_hears_of_the_end_of_what_was_never_raised(two):
    assert alarms.clear_alarm(about="alert:other", why="It works.", by="probes", now=NOON) == 0
    assert rung() == []


@pytest.mark.parametrize(
    ("wanted", "rings"),
    [
        ({"floor": 3}, 0),
        ({"floor": 2}, 1),
        ({"keys": ["component:other"]}, 0),
        ({"keys": ["component:shop"]}, 1),
    ],
)
def test_an_escalation_is_for_its_parts_and_severities(db, wanted, rings):
    reader("ada")
    escalation((0, ["sub_ada"]), **wanted)
    alarms.raise_alarm(story=story(), by="probes", now=NOON)
    assert alarms.ring(now=NOON) == rings


def test_a_clock_that_jumps_back_rings_nothing_twice(two):
    alarms.raise_alarm(story=story(), by="probes", now=NOON)
    assert [alarms.ring(now=at(15)), alarms.ring(now=at(15))] == [1, 1]  # both steps are due
    assert alarms.ring(now=at(-60)) == 0
    assert len(rung()) == 3


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ([], "1 to 10 steps, not 0"),
        ([{"after": -1, "subscriptions": ["a"]}], "step 1: after how many minutes"),
        ([{"after": True, "subscriptions": ["a"]}], "step 1: after how many minutes"),
        ([{"after": 5, "subscriptions": []}], "step 1: name at least one reader"),
        (
            [{"after": 5, "subscriptions": ["a"]}, {"after": 1, "subscriptions": ["a"]}],
            "step 2 comes before step 1",
        ),
    ],
)
def test_steps_that_cannot_be_used_are_refused_by_their_number(written, said):
    with pytest.raises(ValueError, match=said):
        escalating.steps_of(written)
