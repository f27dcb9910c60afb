"""Whoever runs a program that we cannot reach is told, and says when it works again."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.letterbox import letterbox, links_of, text_of
from tests.looks import findings
from tests.notify.outbox import deliver, mailing, program, reader, story
from tests.notify.readers import fill_in, path_of
from tests.notify.test_readers_browser import opened
from troth.core import clock
from troth.notify import personal_data
from troth.notify.actions.telling import tell
from troth.notify.models import Delivery, Subscription, Telling
from troth.people.models import Contact

__all__ = ["opened"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True)
OWNER = "owner@example.org"


@pytest.fixture
def post():
    with letterbox() as made, mailing(made.port):
        yield made


def failing(hook, **more):
    made = reader(hook.url, channel="webhook", failures=9,
                  failing_since=clock.now() - timedelta(hours=7), **more)  # fmt: skip
    hook.answers = [(500, {})]
    tell(story=story(1), by="Ada", now=clock.now())
    deliver()
    made.refresh_from_db()
    assert made.state == "quarantined"
    return made


def owner(address=OWNER):
    from troth.people import actions as people

    return people.know(channel="email", address=address, now=clock.now())


def test_who_is_to_be_told_is_asked_by_the_form_and_for_places_alone(post):
    with program() as hook:
        assert fill_in(clock.now(), channel="webhook", address=hook.url, owner=OWNER).url
        row = Subscription.objects.get()
        assert row.owner.shown == "o•••@example.org"
        fill_in(clock.now(), address="ada@example.org", owner=OWNER)
        assert Subscription.objects.get(contact__channel="email").owner is None
        wrong = fill_in(clock.now(), channel="webhook", address=hook.url, owner="nobody")
    assert wrong.status_code == 422
    assert b"Write a mail address such as" in wrong.content


@pytest.mark.mission("S2.20")
def test_the_owner_is_told_once_and_a_test_that_arrives_ends_the_quarantine(post):
    with program() as hook:
        made = failing(hook, owner=owner())
        deliver()
        [mail] = post.to(OWNER)
        assert "do not arrive at 127.0.0.1" in mail["Subject"]
        assert "10 tries in a row failed since" in text_of(mail)
        [link] = [path_of(one) for one in links_of(mail)]
        page = Client().get(link).content.decode()
        assert "send a test message" in page
        assert OWNER not in page
        answer = Client().post(f"{link}test")
        assert "is on its way" in Client().get(answer.url).content.decode()
        deliver()
        made.refresh_from_db()
        assert (made.state, made.failures) == ("active", 0)
        assert hook.bodies[-1]["type"] == "test"
        deliver()
    assert len(post.to(OWNER)) == 1
    content = str(list(Telling.objects.filter(event="subscription.failing").values("content")))
    assert "tries" not in content
    assert path_of(link) not in content


def test_without_an_owner_nobody_is_written_to(post):
    with program() as hook:
        failing(hook)
        deliver()
    assert not Delivery.objects.filter(channel="email").exists()


def test_tests_are_few(post):
    with program() as hook:
        made = failing(hook)
        from troth.notify.links import token_of

        path = f"/subscription/{token_of(made.uid)}/"
        answers = [Client().post(f"{path}test").url.partition("=")[2] for _ in range(4)]
        assert answers == ["tried", "tried", "tried", "waiting"]
        assert Client().get(f"{path}test").status_code == 405


def test_the_owner_is_changed_and_taken_away_on_the_reader_s_page(post):
    from troth.notify.links import token_of

    with program() as hook:
        made = reader(hook.url, channel="webhook")
    path = f"/subscription/{token_of(made.uid)}/"
    assert "Nobody is told" in Client().get(path).content.decode()
    for given, kept in ((OWNER, "o•••@example.org"), ("wrong", "o•••@example.org"), ("", None)):
        Client().post(f"{path}owner", {"owner": given})
        made.refresh_from_db()
        assert (made.owner and made.owner.shown) == kept
    mail = reader("ada@example.org")
    Client().post(f"/subscription/{token_of(mail.uid)}/owner", {"owner": OWNER})
    mail.refresh_from_db()
    assert mail.owner is None


def test_an_owner_can_be_forgotten(post):
    with program() as hook:
        made = reader(hook.url, channel="webhook", owner=owner())
    [held] = personal_data.find(address=OWNER)
    assert held.is_told_for == 1
    assert personal_data.forget(address=OWNER, now=clock.now()) == 1
    made.refresh_from_db()
    assert (made.owner, made.state) == (None, "active")
    assert not Contact.objects.filter(domain="example.org", erased_at=None).exists()


def test_an_owner_who_reads_nothing_is_not_forgotten_with_asks_that_nobody_confirmed(post):
    from troth.notify.actions.forgetting import look_after

    with program() as hook:
        failing(hook, owner=owner())
    look_after(now=clock.now() + timedelta(days=20))
    assert Contact.objects.filter(domain="example.org").exists()


def test_the_desk_says_that_endpoints_fail_and_tries_one(post, signed_in, ada):
    with program() as hook:
        made = failing(hook, owner=owner())
        browser = signed_in(ada)
        listed = browser.get(reverse("messages:readers")).content.decode()
        assert re.search(r"1 endpoint kept failing", listed)
        shown = browser.get(reverse("messages:reader", args=[made.uid])).content.decode()
        assert "o•••@example.org" in shown
        browser.post(reverse("messages:reader_test", args=[made.uid]))
        deliver()
    made.refresh_from_db()
    assert made.state == "active"


def test_an_owner_goes_with_the_file(post):
    import json

    from troth.notify import outgoing
    from troth.notify.queries.readers import Sieve

    with program() as hook:
        reader(hook.url, channel="webhook", owner=owner())
    [line] = outgoing.as_lines(outgoing.documents(Sieve()))
    assert json.loads(line)["owner"] == OWNER


@pytest.mark.browser
def test_the_form_asks_whom_to_tell_of_places_alone_and_the_page_looks_well(opened):
    from troth.notify.links import token_of

    made = reader("https://hook.example/x", channel="webhook", state="quarantined",
                  note="failed 12 times", owner=owner())  # fmt: skip
    page = opened()
    page.goto(f"/subscription/{token_of(made.uid)}/")
    assert findings(page) == []
    page.get_by_role("button", name="Send a test message").click()
    page.get_by_text("A test message is on its way").wait_for()
    page.goto("/subscribe")
    asked = page.get_by_label("Mail address to tell when it fails")
    assert not asked.is_visible()
    page.get_by_label("Slack").check()
    assert asked.is_visible()
    assert findings(page) == []
