"""What tests of readers share: a mail server is set up, and somebody fills in the form."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
from django.test import Client

from troth.core import clock
from troth.notify.actions.subscribing import Source, subscribe
from troth.notify.forms.subscribing import begun
from troth.notify.models import Delivery
from troth.notify.rules import families
from troth.notify.rules.story import Story
from troth.notify.rules.wishes import Wish

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def with_mail(settings, base_url="http://testserver"):
    """Set up a mail server, as TROTH_EMAIL_URL does."""
    settings.TROTH = replace(settings.TROTH, email_url="smtp://127.0.0.1:2525", base_url=base_url)


def fill_in(at=NOON, client=None, query="", **fields):
    """Send the form of somebody who took ten seconds over it."""
    with clock.frozen(at):
        values = {
            "address": "ada@example.com",
            "channel": "email",
            "events": ["incidents", "maintenance"],
            "begun": begun(now=at - timedelta(seconds=10)),
            **fields,
        }
        return (client or Client()).post(f"/subscribe{query}", values)


def questions(address_shown=None):
    """Return the stories that asked “was it you?”, oldest first."""
    rows = Delivery.objects.filter(telling__event="subscription.confirm").order_by("pk")
    return [msgspec.convert(row.telling.content, Story) for row in rows.select_related("telling")]


def path_of(url):
    return re.sub(r"^https?://[^/]+", "", url)


def subscribed(at=NOON, **fields):
    """Return (client, path of the reader's own page) of somebody who subscribed and confirmed."""
    client = Client()
    assert fill_in(at, **fields).status_code == 302
    with clock.frozen(at + timedelta(minutes=1)):
        answer = client.post(path_of(questions()[-1].link))
    assert answer.status_code == 302
    return client, answer.url.partition("?")[0]


def reader(address="ada@example.com", events=("incidents",), *, is_confirmed=True, **wish):
    """Return a subscription made by a program, at this moment."""
    now = clock.now()
    return subscribe(
        channel=wish.pop("channel", "email"),
        address=address,
        wish=Wish(events=families.bits(events), **wish),
        source=Source(how="api", proof={"test": "yes"}),
        now=now,
        is_confirmed=is_confirmed,
    )
