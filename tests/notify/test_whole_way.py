"""The whole way with a real mail server: ask, confirm, be told, leave by one click."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.letterbox import letterbox, links_of, text_of
from tests.notify.outbox import deliver, mailing, reader, story
from tests.notify.readers import path_of
from troth.core import clock
from troth.notify.actions.routing import route
from troth.notify.actions.telling import tell
from troth.notify.forms.subscribing import begun
from troth.notify.models import Delivery, Subscription
from troth.notify.rules.events import EVERY_EVENT

pytestmark = [pytest.mark.django_db(transaction=True)]
ADA = "ada@example.org"


def ask(**more):
    values = {
        "address": ADA, "channel": "email", "events": ["incidents"],
        "begun": begun(now=clock.now() - timedelta(seconds=10)), **more,
    }  # fmt: skip
    assert Client().post("/subscribe", values).status_code == 302


def say(number):
    tell(story=story(number), by="Ada", now=clock.now())
    deliver()


def state():
    return Subscription.objects.get().state


@pytest.mark.mission("S2.20")
def test_a_reader_goes_the_whole_way():
    with letterbox() as post, mailing(post.port):
        ask(language="de")
        say(1)
        (question,) = post.to(ADA)
        assert "bestätigen" in question["Subject"]
        assert {path_of(one).rpartition("/")[2] for one in links_of(question)} == {"confirm"}
        assert question["List-Unsubscribe"] is None
        link = path_of(links_of(question, holding="/confirm")[0])
        Client().get(link)
        assert state() == "asked"
        Client().post(link)
        say(2)
        told = post.to(ADA)[-1]
        assert "Payments fail (2)" in told["Subject"]
        assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        leave = path_of(re.search(r"<(http[^>]+)>", told["List-Unsubscribe"])[1])
        Client().get(leave)
        assert state() == "active"
        tell(story=story(3), by="Ada", now=clock.now())
        assert Client().post(leave, {"List-Unsubscribe": "One-Click"}).status_code == 200
        deliver()
        assert len(post.to(ADA)) == 2
    assert Subscription.objects.get().end_how == "one-click"
    assert not Delivery.objects.filter(telling__number=3, state="accepted").exists()


def test_each_reader_gets_the_times_of_their_own_zone(settings):
    settings.TROTH = replace(settings.TROTH, time_zone="Europe/Paris")
    zones = {"ada": "Asia/Tokyo", "ben": "America/New_York", "cleo": "America/Toronto"}
    for name, zone in zones.items():
        reader(f"{name}@example.org", zone=zone)
    route(name="Team", channel="email", events=EVERY_EVENT, author=None, now=clock.now(),
          address="team@example.org")  # fmt: skip
    at = datetime(2026, 7, 1, 12, tzinfo=UTC)
    with letterbox() as post, mailing(post.port):
        tell(story=story(1, next_at=at), by="Ada", now=clock.now())
        deliver()
        said = {
            name: re.search(
                r"We speak again: [^\r\n]*", text_of(post.to(f"{name}@example.org")[0])
            )[0]
            for name in (*zones, "team")
        }
    assert said == {
        "ada": "We speak again: 1 Jul 2026, 21:00 JST (UTC+9)",
        "ben": "We speak again: 1 Jul 2026, 08:00 EDT (UTC-4)",
        "cleo": "We speak again: 1 Jul 2026, 08:00 EDT (UTC-4)",
        "team": "We speak again: 1 Jul 2026, 14:00 CEST (UTC+2)",
    }
