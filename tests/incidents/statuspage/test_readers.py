"""Subscribers by Statuspage's management API: of the page, and of one incident."""

import pytest

from tests.incidents.statuspage.test_management import open_one
from tests.notify.readers import questions, with_mail
from troth.notify.actions.subscribing import Source, confirm
from troth.notify.models import Subscription
from troth.notify.rules.story import keys_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail(settings):
    with_mail(settings)


def subscribed(ask, path="/subscribers", **more):
    given = {"email": "ada@example.com", "skip_confirmation_notification": True, **more}
    return ask("post", path, {"subscriber": given})


def test_a_mail_address_is_asked_and_then_listed(ask, shop):
    made = subscribed(ask, component_ids=[shop])
    told = made.json()
    assert (made.status_code, told["mode"], told["components"]) == (201, "email", [shop])
    assert ask("get", "/subscribers").json() == []
    assert [one["id"] for one in ask("get", "/subscribers?state=unconfirmed").json()] == [
        told["id"]
    ]
    row = Subscription.objects.get()
    confirm(subscription=row, source=Source(how="link", proof={}), now=row.asked_at)
    assert ask("get", "/subscribers").json()[0]["email"] == "ada@example.com"
    assert ask("get", "/subscribers", scope="read").json()[0]["email"] == "a•••@example.com"
    assert ask("get", "/subscribers/count").json()["email"] == 1
    by_state = ask("get", "/subscribers/histogram_by_state").json()
    assert by_state["email"] == {"active": 1, "unconfirmed": 0, "quarantined": 0, "total": 1}


def test_a_subscriber_is_changed_and_ended(ask, shop):
    uid = subscribed(ask, email="", endpoint="https://hooks.example.com/x").json()["id"]
    changed = ask("patch", f"/subscribers/{uid}", {"component_ids": [shop]}).json()
    assert (changed["mode"], changed["components"]) == ("webhook", [shop])
    assert ask("delete", f"/subscribers/{uid}").status_code == 200
    assert ask("get", "/subscribers/unsubscribed").json()[0]["purge_at"] is not None
    assert ask("patch", f"/subscribers/{uid}", {"component_ids": []}).status_code == 409


def test_who_follows_one_incident_hears_of_that_alone(ask, shop):
    made = open_one(ask, shop)
    path = f"/incidents/{made['id']}/subscribers"
    uid = subscribed(ask, path, email="", endpoint="https://hooks.example.com/x").json()["id"]
    assert [one["id"] for one in ask("get", path).json()] == [uid]
    assert ask("get", f"{path}/{uid}").status_code == 200
    assert list(Subscription.objects.get().parts.values_list("key", flat=True)) == [
        f"incident:{made['id']}"
    ]
    from troth.notify.rules.events import Event
    from troth.notify.rules.story import Story

    told = Story(about=f"incident:{made['id']}", event=Event.INCIDENT_UPDATED, revision="r",
                 title="t", link="l")  # fmt: skip
    assert f"incident:{made['id']}" in keys_of(told)
    assert ask("delete", f"{path}/{uid}").status_code == 200
    assert ask("get", path).json() == []


def test_a_question_is_asked_again_once_an_hour(ask):
    uid = subscribed(ask).json()["id"]
    assert ask("post", f"/subscribers/{uid}/resend_confirmation", {}).status_code == 201
    assert len(questions()) == 1
    many = ask("post", "/subscribers/unsubscribe", {"subscribers": [uid]})
    assert (many.status_code, Subscription.objects.get().state) == (200, "ended")


@pytest.mark.parametrize("query", ["limit=x", "limit=-1", "page=%00", "page=99999999", "type=owl"])
def test_an_odd_question_is_refused(ask, query):
    assert ask("get", f"/subscribers?{query}").status_code == 422
