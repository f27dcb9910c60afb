"""One story goes every way at once: each receiver really listens, and each got it once."""

import contextlib
import time

import http_ece
import msgspec
import pytest
from django.conf import settings

from tests.notify.letters import NOON
from tests.notify.outbox import deliver, reader, states, story, with_values
from tests.notify.receiver import receiving
from tests.notify.test_arriving import browser_keys
from troth.core import clock
from troth.notify.actions.outlets import declare_outlet
from troth.notify.actions.telling import tell
from troth.notify.actions.wordings import reword
from troth.notify.models import Delivery

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated"),  # Apprise's own
]

# Channel → (settings of its outlet, secrets, address). SERVER is where its receiver listens.
OUTLETS = {
    "ntfy": ({"server": "SERVER"}, {"token": "t"}, "our-topic"),
    "matrix": ({"server": "SERVER"}, {"token": "t"}, "!room:example.com"),
    "mastodon": ({"server": "SERVER"}, {"token": "t"}, "news"),
    "bluesky": ({"handle": "shop.example", "server": "SERVER"}, {"app_password": "p"}, "news"),
    "telegram": ({"server": "SERVER"}, {"token": "1:abcdefghijklmnopqrstuvw"}, "@our_channel"),
    "sms": (
        {"provider": "gateway", "sender": "Shop", "server": "SERVER"}, {"token": "t"},
        "+491512345678",
    ),
    "voice": (
        {"account": "AC1", "sender": "+49301234567", "server": "SERVER"}, {"token": "t"},
        "+491512345678",
    ),
    "email": (
        {"provider": "postmark", "api_url": "SERVER", "sender": "Shop <status@shop.example>"},
        {"api_key": "k"}, "ada@example.org",
    ),
}  # fmt: skip
ANSWERS = {
    "telegram": [(200, {}, {"ok": True, "result": {"message_id": 1}})],
    "bluesky": [(200, {}, {"did": "did:plc:1", "accessJwt": "j", "uri": "at://1"})],
    "email": [
        (200, {}, {"ErrorCode": 0, "Message": "OK", "MessageID": "pm1", "To": "ada@example.org"})
    ],
}


def deliver_all():
    """Deliver until nothing waits: some outlets take one message a second."""
    for _ in range(20):
        deliver()
        if not Delivery.objects.filter(state="queued").exists():
            return
        time.sleep(0.2)


@pytest.fixture(autouse=True)
def private():
    before = settings.TROTH
    settings.TROTH = with_values(before, probe_private=True)
    yield
    settings.TROTH = before


@pytest.fixture
def everywhere():
    """Set up every channel that has a server of its own; return channel → its receiver."""
    with contextlib.ExitStack() as stack:
        yield {key: _set_up(key, stack) for key in OUTLETS}


def _set_up(key, stack):
    server = stack.enter_context(receiving(*ANSWERS.get(key, [(200, {}, {"id": "1"})])))
    given, secrets, address = OUTLETS[key]
    told = {name: server.url if value == "SERVER" else value for name, value in given.items()}
    spec = {"channel": key, "settings": told, "secrets": secrets, "default": True}
    document = {
        "apiVersion": "troth/v1", "kind": "Outlet", "metadata": {"name": f"our-{key}"},
        "spec": spec,
    }  # fmt: skip
    declare_outlet(document=document, author="ada", now=NOON)
    reader(address, channel=key)
    return server


@pytest.mark.mission("S2.16", "S3.20", "S4.20")
def test_one_story_goes_every_way_and_each_rendering_carries_its_revision(everywhere):
    keys, private, auth = browser_keys()
    with receiving() as chat, receiving() as other, receiving((201, {}, b"")) as service:
        reader(f"{chat.url}/hooks/abc", channel="mattermost")
        reader(f"json://{other.url[7:]}/x", channel="apprise")
        push = {"endpoint": f"{service.url}/send/1", "keys": keys}
        reader(msgspec.json.encode(push).decode(), channel="push")
        tell(story=story(0x0A1B2C3D), by="Ada", now=clock.now())
        deliver_all()
    said = {key: server.got[-1].body.decode() for key, server in everywhere.items()}
    said["mattermost"], said["apprise"] = chat.got[0].body.decode(), other.got[0].body.decode()
    said["push"] = http_ece.decrypt(
        service.got[0].body, private_key=private, auth_secret=auth, version="aes128gcm"
    ).decode()
    assert {key: len(server.got) for key, server in everywhere.items()} == {
        key: 2 if key == "bluesky" else 1 for key in OUTLETS
    }
    for key, body in said.items():
        assert ("0a1b2c3d" if key != "voice" else "0+a+1+b") in body, key
        assert "Payments" in body, key
    assert states() == ["accepted"] * 11
    assert Delivery.objects.get(channel="email").receipt == "pm1"


def test_a_newer_revision_follows_everywhere(everywhere):
    for number in (1, 2):
        tell(story=story(number), by="Ada", now=clock.now())
        deliver_all()
    for key, server in everywhere.items():
        assert len(server.got) == (4 if key == "bluesky" else 2), key
        assert ("00000002" if key != "voice" else "%282%29") in server.got[-1].body.decode(), key


def test_our_own_words_are_used_from_the_next_story_on():
    with receiving() as chat:
        reader(f"{chat.url}/hooks/abc", channel="mattermost")
        tell(story=story(1), by="Ada", now=clock.now())
        deliver()
        place = ("card", "title", "", "en")
        reword(place=place, text="Hark: {{ title }}", author="ada", now=clock.now())
        tell(story=story(2), by="Ada", now=clock.now())
        deliver()
    titles = [got.json["attachments"][0]["title"] for got in chat.got]
    assert titles == ["Problem: Payments fail (1)", "Hark: Payments fail (2)"]
