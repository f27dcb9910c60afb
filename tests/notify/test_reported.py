"""Providers tell of bounces and complaints at an address that only they were given."""

import json

import pytest
from django.test import Client

from tests.notify.readers import NOON, reader, with_mail
from troth.notify.links import report_url
from troth.notify.models import Bounce, Outlet, Subscription, Suppression

pytestmark = pytest.mark.django_db
POSTMARK_BOUNCE = {
    "RecordType": "Bounce", "ID": 42, "Type": "HardBounce", "TypeCode": 1,
    "MessageID": "00000000-0000-0000-0000-000000000000", "Email": "ada@example.com",
    "Details": "smtp;550 5.1.1 no such user", "BouncedAt": "2026-03-02T11:00:00Z",
    "Description": "The server was unable to deliver your message",
}  # fmt: skip
POSTMARK_SOFT = {**POSTMARK_BOUNCE, "ID": 43, "Type": "SoftBounce", "TypeCode": 4096}
POSTMARK_COMPLAINT = {**POSTMARK_BOUNCE, "RecordType": "SpamComplaint", "ID": 44,
                      "Type": "SpamComplaint", "TypeCode": 512}  # fmt: skip
MAILGUN_FAILED = {
    "signature": {"token": "t", "timestamp": "1", "signature": "s"},
    "event-data": {
        "event": "failed", "severity": "permanent", "reason": "bounce", "id": "e1",
        "timestamp": 1772449200.1, "recipient": "ada@example.com",
        "message": {"headers": {"message-id": "m1"}},
        "delivery-status": {"code": 550, "message": "5.1.1 no such user"},
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def ada_reads(settings):
    with_mail(settings)
    return reader()


def tell(provider, body, slug="mail"):
    Outlet.objects.get_or_create(
        slug=slug,
        defaults={"channel": "email", "name": slug, "settings": {"provider": provider},
                  "created_at": NOON},
    )  # fmt: skip
    return Client().post(
        report_url(slug).removeprefix("http://testserver"),
        body if isinstance(body, bytes) else json.dumps(body),
        content_type="application/json",
    )


@pytest.mark.parametrize(
    ("provider", "body", "reason"),
    [
        ("postmark", POSTMARK_BOUNCE, "hard bounce"),
        ("postmark", POSTMARK_COMPLAINT, "complaint"),
        ("mailgun", MAILGUN_FAILED, "hard bounce"),
    ],
)
def test_what_a_provider_tells_is_heeded_once(provider, body, reason):
    assert [tell(provider, body).content, tell(provider, body).content] == [
        b"1 news\n",
        b"0 news\n",
    ]
    assert Suppression.objects.get().reason == reason
    assert Subscription.objects.get().state == "ended"


def test_a_soft_bounce_is_counted_and_ends_nothing():
    assert tell("postmark", POSTMARK_SOFT).content == b"1 news\n"
    assert (Bounce.objects.get().kind, Subscription.objects.get().state) == ("soft", "active")


def test_an_address_we_do_not_know_is_passed_over():
    body = {**POSTMARK_BOUNCE, "Email": "nobody@example.com"}
    assert (tell("postmark", body).status_code, Bounce.objects.count()) == (200, 0)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"\xff", b'{"RecordType": []}'])
def test_another_body_is_refused_and_nothing_happens(body):
    assert tell("postmark", body).status_code in {200, 400}
    assert not Bounce.objects.exists()


def test_only_the_address_that_was_given_is_answered():
    tell("postmark", POSTMARK_SOFT)
    path = report_url("mail").removeprefix("http://testserver")
    assert Client().head(path).status_code == 200
    assert Client().get(path).status_code == 405
    for wrong in ("/hooks/mail/mail/", f"{path[:-3]}xx/", "/hooks/mail/x.y/"):
        assert Client().post(wrong, "{}", content_type="application/json").status_code == 404
    Outlet.objects.update(settings={"provider": "smtp"})
    assert tell("postmark", POSTMARK_BOUNCE).status_code == 404


def test_a_reading_that_a_provider_tells_of_is_kept_once_and_ends_nothing():
    from tests.notify.outbox import spread, story
    from troth.core import clock
    from troth.notify.actions.telling import tell as told
    from troth.notify.models import Delivery

    opened = {"RecordType": "Open", "MessageID": "m-1", "Recipient": "ada@example.com",
              "ReceivedAt": "2026-03-02T11:00:00Z"}  # fmt: skip
    assert tell("postmark", opened).content == b"0 news\n"  # of a message that we never sent
    told(story=story(), by="Ada", now=clock.now())
    spread()
    Delivery.objects.update(receipt="m-1", state="accepted")
    for later, news in (("11:05", b"1 news\n"), ("11:09", b"0 news\n")):
        body = {**opened, "ReceivedAt": f"2026-03-02T{later}:00Z"}
        assert tell("postmark", body).content == news
    assert (Bounce.objects.get().kind, Subscription.objects.get().state) == ("opened", "active")
