"""A program is asked before it is told anything, as people are."""

import json

import pytest
from django.test import Client
from standardwebhooks import Webhook

from tests.notify.echoing import answering
from tests.notify.outbox import deliver, mailing, story
from tests.notify.readers import fill_in, path_of
from troth.core import clock
from troth.notify import links, webhook_keys
from troth.notify.actions.telling import tell
from troth.notify.models import Subscription
from troth.people import queries as people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _private():
    with mailing(1):
        yield


def ok(_told):
    return 200, b"ok"


def gives_back(told):
    return 200, json.dumps({"challenge": told["data"].get("challenge", "")}).encode()


def alone(told):
    return 200, told["data"].get("challenge", "-").encode()


def ask(program, **more):
    answer = fill_in(clock.now(), channel="webhook", address=program.url, **more)
    assert answer.status_code == 302
    deliver()
    return answer.url


def say(number):
    tell(story=story(number), by="Ada", now=clock.now())
    deliver()


def state():
    return Subscription.objects.get().state


@pytest.mark.mission("S2.20")
@pytest.mark.parametrize("answer", [gives_back, alone])
def test_a_program_confirms_by_giving_the_challenge_back(answer):
    with answering(answer) as program:
        assert "asked" in ask(program)
        say(1)
    assert [body["type"] for body in program.bodies] == ["subscription.confirm", "incident.opened"]
    row = Subscription.objects.get()
    assert (row.state, people.permissions(row.contact)) == ("active", {"status": True})
    [word] = people.ledger(row.contact)
    assert (word.how, word.proof["asked"]["how"]) == ("challenge", "form")
    assert links.confirming(word.proof["confirmed"]["answered"], now=clock.now()) == row.uid
    keys = webhook_keys.keys(row.uid, row.sealed, now=clock.now())
    for headers, body in program.taken:
        Webhook(keys[0]).verify(body, headers)


def test_a_program_that_only_says_yes_is_told_nothing_until_its_owner_opens_the_link():
    with answering(ok) as program:
        ask(program)
        say(1)
        [asked] = program.bodies
        assert state() == "asked"
        assert asked["links"] == {"manage": "", "unsubscribe": ""}
        link = path_of(asked["data"]["confirm_url"])
        assert Client().get(link).status_code == 200
        assert state() == "asked"
        assert Client().post(link).status_code == 302
        say(2)
    assert [body["type"] for body in program.bodies[1:]] == ["incident.updated"]


@pytest.mark.parametrize(
    "answer",
    [
        lambda told: (200, json.dumps(told).encode()),  # it gives everything back that it gets
        lambda told: (200, json.dumps({"json": told}).encode()),
        lambda told: (404, told["data"]["challenge"].encode()),
        lambda told: (302, told["data"]["challenge"].encode()),
        lambda told: (200, f"<p>{told['data']['challenge']}</p>".encode()),
        lambda told: (200, json.dumps({"challenge": [told["data"]["challenge"]]}).encode()),
        lambda told: (200, told["data"]["challenge"][:-1].encode()),
        lambda _told: (200, b"\xff" * 100),
    ],
)
def test_what_is_not_the_challenge_itself_begins_nothing(answer):
    with answering(answer) as program:
        ask(program)
    assert len(program.taken) == 1
    assert state() == "asked"


def test_the_challenge_of_another_begins_nothing():
    kept = []

    def of_another(told):
        kept.append(told["data"].get("challenge", ""))
        return 200, kept[0].encode()

    with answering(of_another) as program:
        ask(program)
        assert state() == "active"
        fill_in(clock.now(), channel="webhook", address=f"{program.url}/else")
        deliver()
    assert len(set(kept)) == 2
    assert sorted(Subscription.objects.values_list("state", flat=True)) == ["active", "asked"]


def test_the_page_says_how_a_program_answers():
    answer = Client().get("/subscribe/asked?channel=webhook&language=de")
    assert "confirm_url" in answer.content.decode()
    assert "challenge" in answer.content.decode()
