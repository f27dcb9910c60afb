"""An ask that nobody confirmed is forgotten, with the address that only it made known."""

from datetime import timedelta

import pytest

from tests.notify.readers import NOON, fill_in, questions, subscribed, with_mail
from troth.core import clock
from troth.notify import jobs
from troth.notify.models import Knock, Subscription, Telling
from troth.people.models import Contact

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail(settings):
    with_mail(settings)


def test_an_ask_lives_a_week_and_a_day():
    subscribed(address="kept@example.com")
    fill_in(address="silent@example.com")
    assert jobs.look_after_readers(now=NOON + timedelta(days=7)) > 0  # the knocks of the day
    assert Subscription.objects.count() == 2
    assert not Knock.objects.exists()
    assert jobs.look_after_readers(now=NOON + timedelta(days=8, minutes=1)) == 1
    assert [row.contact.shown for row in Subscription.objects.all()] == ["k•••@example.com"]
    assert Contact.objects.count() == Telling.objects.count() == 1
    assert jobs.look_after_readers(now=NOON + timedelta(days=9)) == 0


def test_a_pause_ends_by_itself():
    client, own = subscribed()
    with clock.frozen(NOON):
        client.post(f"{own}pause", {"for": "day"})
    jobs.look_after_readers(now=NOON + timedelta(hours=23))
    assert Subscription.objects.get().state == "paused"
    jobs.look_after_readers(now=NOON + timedelta(hours=24))
    assert Subscription.objects.get().state == "active"


def test_a_known_reader_who_asked_for_more_stays_known():
    subscribed()
    fill_in(NOON + timedelta(hours=2), events=["promises"])
    assert len(questions()) == 2
    jobs.look_after_readers(now=NOON + timedelta(days=9))
    assert Subscription.objects.get().state == "active"
    assert Contact.objects.count() == 1
