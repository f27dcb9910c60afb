"""“I have it” by the link in the alarm itself, without signing in."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.notify.readers import path_of
from troth.core import clock
from troth.notify import links, wording
from troth.notify.actions import alarms
from troth.notify.actions.escalating import declare_escalation
from troth.notify.actions.routing import route
from troth.notify.channel import Shape
from troth.notify.models import Alarm, Delivery
from troth.notify.queries import last_told
from troth.notify.rules import counting
from troth.notify.rules.events import Event, Severity, mask
from troth.notify.rules.story import Story

pytestmark = [pytest.mark.django_db, pytest.mark.mission("S2.25")]
ALARMS = mask([Event.ALERT_RAISED, Event.ALERT_TAKEN, Event.ALERT_CLEARED])


@pytest.fixture
def rung():
    """Ring Ada at once and Ben after a quarter of an hour; return how to raise it."""
    now = clock.now()
    uids = [
        route(name=name, channel="email", address=f"{name.lower()}@shop.example", events=ALARMS,
              author="Ada", now=now).uid
        for name in ("Ada", "Ben")
    ]  # fmt: skip
    steps = [{"after": 0, "subscriptions": uids[:1]}, {"after": 15, "subscriptions": uids[1:]}]
    declare_escalation(slug="shop", name="Shop", steps=steps, author="Ada", now=now)
    raised = Story(
        about="alert:shop", event=Event.ALERT_RAISED, revision="r1", title="The shop is down",
        link="http://testserver/desk/status/", what="No order <b>arrives</b>.",
        severity=Severity.MAJOR, is_urgent=True,
    )  # fmt: skip
    alarms.raise_alarm(story=raised, by="probes", now=now)
    assert alarms.ring(now=now) == 1
    return path_of(last_told("alert:shop").link)


def test_the_link_stands_in_every_message_also_in_an_sms(rung):
    story = last_told("alert:shop")
    for shape in (Shape.MAIL, Shape.SMS, Shape.NOTE, Shape.POST):
        words = wording.words_of(story, shape=shape, language="en")
        assert rung in words.text
    sms = wording.words_of(story, shape=Shape.SMS, language="en").text
    assert counting.sms_parts(sms) == 1
    assert "http://testserver/desk/status/" in wording.words_of(
        story, shape=Shape.MAIL, language="en").text  # fmt: skip


def test_looking_changes_nothing_and_the_button_takes_it(rung):
    stranger = Client(enforce_csrf_checks=True)
    for _ in range(2):
        text = stranger.get(rung).content.decode()
        assert "I have it" in text
        assert "&lt;b&gt;arrives" in text
    assert Alarm.objects.get().acknowledged_at is None
    assert stranger.post(rung).status_code == 302
    alarm = Alarm.objects.get()
    assert alarm.acknowledged_by == "Ada"  # nobody else was rung
    assert "Ada has it" in stranger.get(rung).content.decode()
    told = Delivery.objects.filter(telling__event="alert.taken")
    assert [one.subscription.note for one in told] == ["Ada"]
    assert "I have it" not in stranger.get(rung).content.decode()


def test_of_two_who_were_rung_one_says_who(rung):
    assert alarms.ring(now=clock.now() + timedelta(minutes=16)) == 1
    stranger = Client()
    answer = stranger.post(rung)
    assert answer.status_code == 422
    assert "Say who you are" in answer.content.decode()
    assert stranger.post(rung, {"who": "Ben"}).status_code == 302
    assert Alarm.objects.get().acknowledged_by == "Ben"
    told = Delivery.objects.filter(telling__event="alert.taken").order_by("pk")
    assert [one.subscription.note for one in told] == ["Ada", "Ben"]


def test_who_is_signed_in_is_named(rung, signed_in, cleo):
    assert signed_in(cleo).post(rung).status_code == 302
    assert Alarm.objects.get().acknowledged_by == "Cleo"


def test_it_is_over_is_said_there_too(rung, signed_in, cleo):
    uid = Alarm.objects.get().thread.uid
    desk = signed_in(cleo)
    page = f"/desk/messages/stories/{uid}/over/"
    assert "Is “The shop is down” over?" in desk.get(page).content.decode()
    assert desk.post(page).status_code == 302
    assert Alarm.objects.get().cleared_at is not None
    assert "It is over since" in Client().get(rung).content.decode()
    assert not alarms.is_ringing(now=clock.now())


def test_an_alarm_that_no_escalation_rings_has_no_button():
    now = clock.now()
    raised = Story(about="alert:x", event=Event.ALERT_RAISED, revision="r1", title="X", link="")
    alarms.raise_alarm(story=raised, by="probes", now=now)
    text = Client().get(path_of(last_told("alert:x").link)).content.decode()
    assert "no escalation rings" in text
    assert "<button" not in text


TORN = ("x", "1", "1-", "-", "zz-abc", "1-aaaaaaaaaaaaaaaa", "f" * 80 + "-a")


@pytest.mark.parametrize("torn", TORN)
def test_a_torn_link_leads_nowhere(torn, rung):
    for answer in (Client().get(f"/alarm/{torn}/"), Client().post(f"/alarm/{torn}/")):
        assert answer.status_code == 404
    assert Alarm.objects.get().acknowledged_at is None


def test_a_link_is_of_one_alarm_alone():
    token = links.alarm_url(7).rstrip("/").rpartition("/")[2]
    assert links.alarm(token) == 7
    assert links.alarm(token.replace("7-", "8-", 1)) is None
