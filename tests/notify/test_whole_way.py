"""The whole way with a real mail server: ask, confirm, be told, leave by one click."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.letterbox import letterbox, links_of
from tests.notify.outbox import deliver, mailing, story
from tests.notify.readers import path_of
from troth.core import clock
from troth.notify.actions.telling import tell
from troth.notify.forms.subscribing import begun
from troth.notify.models import Delivery, Subscription

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
