"""Two windows of one reader, a body that never ends, and clocks that change at night."""

import threading
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client

from tests.notify.readers import NOON, fill_in, path_of, questions, reader, with_mail
from troth.core import clock
from troth.notify.actions.leaving import leave
from troth.notify.actions.subscribing import Source, confirm
from troth.notify.links import token_of
from troth.notify.models import Subscription
from troth.notify.rules import quiet
from troth.people import queries as people
from troth.people.models import Consent, Permission


@pytest.fixture(autouse=True)
def _mail(settings):
    with_mail(settings)


def at_once(*acts):
    """Do things at the same time, each in a thread and a connection of its own."""
    start, problems = threading.Barrier(len(acts)), []

    def run(act):
        try:
            start.wait()
            act()
        except Exception as problem:  # noqa: BLE001 - told below
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return problems


@pytest.mark.django_db(transaction=True)
def test_two_windows_confirm_once():
    fill_in()
    row = Subscription.objects.get()
    source = Source(how="link", proof={})
    act = lambda: confirm(subscription=row, source=source, now=NOON)  # noqa: E731
    assert at_once(*[act] * 6) == []
    assert Subscription.objects.get().state == "active"
    assert (Consent.objects.count(), Permission.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_leaving_in_one_window_and_confirming_in_the_other_ends_in_one_word():
    fill_in()
    row = Subscription.objects.get()
    source = Source(how="link", proof={})
    at_once(
        lambda: confirm(subscription=Subscription.objects.get(), source=source, now=NOON),
        lambda: leave(subscription=Subscription.objects.get(), source=source, now=NOON),
    )
    row.refresh_from_db()
    assert row.state == "ended"
    assert people.permissions(row.contact) in ({}, {"status": False})


@pytest.mark.django_db(transaction=True)
def test_the_same_address_asked_in_eight_windows_is_one_reader_and_one_question():
    acts = [lambda: fill_in(address="ada@example.com", client=Client()) for _ in range(8)]
    at_once(*acts)
    assert Subscription.objects.count() == 1
    assert len(questions()) == 1


@pytest.mark.django_db
def test_a_hundred_megabytes_are_not_read():
    row = reader()

    class Endless(BytesIO):
        taken = 0

        def read(self, size=-1):
            size = 65_536 if size is None or size < 0 else size
            self.taken += size
            return b"a" * size

    kind = "application/x-www-form-urlencoded"
    for path in (f"/subscription/{token_of(row.uid)}/end", "/subscribe"):
        body = Endless()
        response = Client().generic(
            "POST",
            path,
            **{"CONTENT_LENGTH": "100000000", "wsgi.input": body, "CONTENT_TYPE": kind},
        )
        assert response.status_code in {400, 413}
        assert body.taken < 10_000_000
    row.refresh_from_db()
    assert row.state == "active"


@pytest.mark.django_db
def test_a_stranger_with_another_readers_token_reaches_that_reader_alone():
    ada, ben = reader(), reader(address="ben@example.com")
    client = Client()
    assert b"b\xe2\x80\xa2" in client.get(f"/subscription/{token_of(ben.uid)}/").content
    client.post(f"/subscription/{token_of(ben.uid)}/end", {"what": "all"})
    ada.refresh_from_db()
    assert ada.state == "active"
    mixed = f"{ada.uid}.{token_of(ben.uid).partition('.')[2]}"
    assert client.post(f"/subscription/{mixed}/end").status_code == 404


@pytest.mark.parametrize(
    ("now", "until"),
    [
        # Berlin: clocks go from 02:00 to 03:00 on 29 March 2026, and back on 25 October.
        ("2026-03-28T23:30", "2026-03-29T05:00"),
        ("2026-03-29T00:59", "2026-03-29T05:00"),
        ("2026-03-29T01:30", "2026-03-29T05:00"),
        ("2026-10-24T22:30", "2026-10-25T06:00"),
        ("2026-10-25T00:30", "2026-10-25T06:00"),
        ("2026-10-25T01:30", "2026-10-25T06:00"),
    ],
)
def test_quiet_hours_end_at_the_readers_own_seven_whatever_the_clocks_do(now, until):
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    end = datetime.fromisoformat(until).replace(tzinfo=UTC)
    assert quiet.quiet_until(at, zone="Europe/Berlin", begin=22 * 60, end=7 * 60) == end


@pytest.mark.django_db
def test_a_tampered_token_of_every_shape_reaches_nobody():
    row = reader()
    token = token_of(row.uid)
    with clock.frozen(NOON):
        for place in range(0, len(token), 7):
            wrong = f"{token[:place]}{'A' if token[place] != 'A' else 'B'}{token[place + 1 :]}"
            answer = Client().post(path_of(f"http://x/subscription/{wrong}/end"))
            assert answer.status_code in {404, 429}
    row.refresh_from_db()
    assert row.state == "active"
