"""A browser whose push service gave it another address is told there from then on."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from tests.notify.outbox import deliver, mailing, reader, story
from tests.notify.receiver import receiving
from tests.notify.test_arriving import browser_keys
from troth.core import clock
from troth.notify import catalogue, links
from troth.notify.actions.telling import tell
from troth.notify.models import Delivery, Subscription
from troth.notify.rules.events import Event
from troth.people import queries as people

pytestmark = pytest.mark.django_db(transaction=True)


def given(endpoint):
    return {"endpoint": endpoint, "expirationTime": None, "keys": browser_keys()[0]}


def told_by(row, old, new, token=None):
    path = f"/subscription/{token or links.token_of(row.uid)}/push"
    body = new if isinstance(new, str) else json.dumps({"old": old, "new": new})
    return Client().post(path, body, content_type="text/plain").status_code


def browser(told):
    told = told if isinstance(told, dict) else given(told)
    address = catalogue.address("push", json.dumps(told))
    return reader(address, channel="push", events=Event.INCIDENT_OPENED.bit)


def say(number=1):
    tell(story=story(1, about=f"incident:inc_{number}"), by="Ada", now=clock.now())
    deliver()


@pytest.mark.mission("S3.20")
def test_messages_go_to_the_new_address():
    with receiving((201, {}, b"")) as service, mailing(1):
        row = browser(f"{service.url}/old")
        say(1)
        new = given(f"{service.url}/new")
        assert told_by(row, f"{service.url}/old", new) == 204
        assert told_by(row, f"{service.url}/old", new) == 204  # the answer was lost
        say(2)
    assert [one.path for one in service.got] == ["/old", "/new"]
    row.refresh_from_db()
    assert (row.state, people.permissions(row.contact)) == ("active", {"status": True})


def test_what_was_missed_while_the_browser_was_off_does_not_end_it():
    with receiving((410, {}, b""), (201, {}, b"")) as service, mailing(1):
        row = browser(f"{service.url}/old")
        say(1)
        row.refresh_from_db()
        assert (row.state, people.permissions(row.contact)) == ("ended", {"status": False})
        assert told_by(row, f"{service.url}/old", given(f"{service.url}/new")) == 204
        row.refresh_from_db()
        assert (row.state, people.permissions(row.contact)) == ("active", {"status": True})
        say(2)
    assert [one.path for one in service.got] == ["/old", "/new"]
    assert Delivery.objects.latest("pk").state == "accepted"


def test_what_the_reader_ended_stays_ended():
    row = browser("https://push.example/old")
    Client().post(f"/subscription/{links.token_of(row.uid)}/end")
    assert told_by(row, "https://push.example/old", given("https://push.example/new")) == 204
    assert Subscription.objects.get().state == "ended"


def test_what_ended_long_ago_stays_ended():
    row = browser("https://push.example/old")
    ago = clock.now() - timedelta(days=61)
    Subscription.objects.update(state="ended", end_how="bounce", ended_at=ago)
    assert told_by(row, "https://push.example/old", given("https://push.example/new")) == 204
    assert Subscription.objects.get().state == "ended"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://push.example/else", given("https://push.example/new")),
        ("", given("https://push.example/new")),
        ("https://push.example/old", {"endpoint": "https://push.example/new"}),
        ("https://push.example/old", given("http://push.example/new")),
        ("https://push.example/old", None),
        ("", "\x00 no json"),
        ("", "[" * 5_000),
        ("", "x" * 10_000),
    ],
)
def test_who_does_not_know_the_old_address_or_says_no_new_one_changes_nothing(old, new):
    row = browser("https://push.example/old")
    assert told_by(row, old, new) == 403
    row.refresh_from_db()
    assert "push.example/old" in people.address_of(row.contact)


def test_another_s_link_and_another_channel_change_nothing():
    row, mail = browser("https://push.example/old"), reader("ada@example.org")
    new = given("https://push.example/new")
    assert told_by(row, "https://push.example/old", new, token="sub_1.wrong") == 404
    assert told_by(mail, "ada@example.org", new) == 403
    assert Client().get(f"/subscription/{links.token_of(row.uid)}/push").status_code == 405


def test_a_browser_that_subscribed_anew_meanwhile_is_told_once():
    row, other = browser("https://push.example/old"), given("https://push.example/new")
    again = browser(other)
    assert told_by(row, "https://push.example/old", other) == 204
    for one in (row, again):
        one.refresh_from_db()
    assert (row.state, row.end_how, again.state) == ("ended", "replaced", "active")
