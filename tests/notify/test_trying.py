"""`troth notify test`: what the other side said, in words, and a code for programs."""

import json
import re

import pytest
from click.testing import CliRunner
from standardwebhooks import Webhook

from tests.notify.letters import NOON
from tests.notify.receiver import receiving
from troth.notify import trying
from troth.notify.actions.outlets import declare_outlet
from troth.notify.commands import notify
from troth.staff.models import AuditEntry

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated"),  # Apprise's own
]


def said(*words):
    """Return the exit code and what was printed."""
    found = CliRunner().invoke(notify, ["test", *words], standalone_mode=False)
    if found.exception:
        raise found.exception
    return found.return_value, found.output


@pytest.fixture(autouse=True)
def private(settings):
    house = settings.TROTH
    names = house.__dataclass_fields__
    given = {name: getattr(house, name) for name in names}
    settings.TROTH = house.__class__(**{**given, "probe_private": True})


@pytest.mark.mission("S3.20")
def test_a_webhook_is_tried_and_its_answer_told():
    with receiving((202, {}, b"thanks")) as program:
        code, told = said("--channel", f"{program.url}/x")
    assert code == 0
    assert "Webhook to http://127.0.0.1…\n" in told
    assert "It said: 202 thanks\nIt was taken.\n" in told
    (got,) = program.got
    secret = re.search(r"Signed with (\S+)", told)[1]
    assert Webhook(secret).verify(got.body, got.headers)["type"] == "test"


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (400, 1, "It was refused"),
        (410, 1, "Nobody is there any more"),
        (503, 4, "Not now"),
    ],
)
def test_a_no_has_its_own_code_and_words(status, code, words):
    with receiving((status, {}, b"no")) as program:
        found, told = said("--channel", f"{program.url}/x")
    assert found == code
    assert f"It said: {status} no" in told
    assert words in told


def test_an_address_of_apprise_is_tried():
    with receiving() as server:
        code, told = said("--channel", f"json://{server.url[7:]}/x", "--language", "de")
    assert code == 0
    assert "It said: JSON took it" in told
    assert server.got[0].json["title"] == "Probe: Das ist eine Probe"


def test_an_outlet_is_tried_with_an_address():
    with receiving((200, {}, {"id": "1"})) as server:
        declare_outlet(document=outlet("pings", "ntfy", server.url), author="ada", now=NOON)
        code, told = said("--outlet", "pings", "--to", "our-topic", "--json")
    assert code == 0
    assert json.loads(told)["fate"] == "accepted"
    (got,) = server.got
    assert got.headers["authorization"] == "Bearer hidden"
    assert got.json["topic"] == "our-topic"
    assert got.json["title"] == "Test: This is a test"


def outlet(slug, channel, server, **spec):
    return {
        "apiVersion": "troth/v1", "kind": "Outlet", "metadata": {"name": slug},
        "spec": {
            "channel": channel, "settings": {"server": server}, "secrets": {"token": "hidden"},
            "default": True, **spec,
        },
    }  # fmt: skip


def test_a_channel_s_default_outlet_is_used_where_none_is_named():
    with receiving((200, {}, {"id": "1"})) as server:
        declare_outlet(document=outlet("pings", "ntfy", server.url), author="ada", now=NOON)
        assert said("--channel", "ntfy:our-topic")[0] == 0
    assert server.got[0].json["topic"] == "our-topic"


def test_an_account_is_tried_without_an_address():
    with receiving((200, {}, {"id": "1"})) as server:
        declare_outlet(document=outlet("toots", "mastodon", server.url), author="ada", now=NOON)
        assert said("--channel", "mastodon:")[0] == 0
        assert said("--outlet", "toots")[0] == 0
    assert [got.json["status"][:20] for got in server.got] == ["Test: This is a test"] * 2


def test_no_secret_of_an_outlet_is_in_the_trail():
    row = declare_outlet(
        document=outlet("pings", "ntfy", "https://n.example"), author="a", now=NOON
    )
    assert b"hidden" not in bytes(row.sealed)
    assert "hidden" not in json.dumps(list(AuditEntry.objects.values("before", "after")))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "name either --channel or --outlet"),
        (("--channel", "x", "--outlet", "y"), "name either"),
        (("--outlet", "nobody"), "there is no outlet"),
        (("--channel", "who knows"), "write a link"),
        (("--channel", "syslog://"), "write a link"),
        (("--channel", "tel:+491512345678"), "SMS needs an outlet"),
        (("--channel", "telegram:@abcd"), "Telegram needs an outlet"),
        (("--channel", "mailto:nobody"), "E-mail needs an outlet"),
    ],
)
def test_what_cannot_be_tried_is_said_as_wrong_usage(words, reason):
    found = CliRunner().invoke(notify, ["test", *words])
    assert found.exit_code == 2
    assert reason in found.output


@pytest.mark.parametrize(
    ("url", "channel"),
    [
        ("https://hooks.slack.com/services/T/B/x", "slack"),
        ("https://discord.com/api/webhooks/1/x", "discord"),
        ("https://a.westeurope.logic.azure.com/workflows/1", "teams"),
        ("https://chat.example.com/hooks/abc", "mattermost"),
        ("https://shop.example.com/status", "webhook"),
        ("gotify://host/token", "apprise"),
    ],
)
def test_an_address_says_which_channel_it_is_of(url, channel):
    assert trying.of_url(url).channel == channel


def test_every_channel_is_listed():
    told = CliRunner().invoke(notify, ["channels"]).output
    for key in ("email", "sms", "slack", "matrix", "push", "apprise", "webhook"):
        assert re.search(rf"^{key} ", told, re.MULTILINE)
    assert "outlets: none yet" in told
    found = json.loads(CliRunner().invoke(notify, ["channels", "--json"]).output)
    assert {one["channel"] for one in found} >= {"voice", "teams", "x"}
