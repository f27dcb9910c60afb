"""Whatever a story says, what leaves keeps to what each service documents, and rings for nobody."""

import json
from http import HTTPStatus

import msgspec
import pytest

from tests.notify.letters import BASE, NOON, handed, letter_for, story
from tests.notify.test_channels import DISCORD, SLACK, TEAMS, TWILIO
from troth.core import clock
from troth.notify import catalogue
from troth.notify.carriers import http
from troth.notify.channels import bluesky
from troth.notify.rules import counting
from troth.notify.rules.results import Fate
from troth.notify.rules.story import Part

RINGS = "@everyone @here @channel @all @room <!channel> <@U1> <at>Ada</at> @ada@example.org"
MANY = [
    "x" * 20_000,
    "word & <tag> " * 1_500,
    "&<>" * 5_000,
    "\\`*_~|>#[](){}" * 1_000,
    "家" * 8_000,
    "👩‍👩‍👧‍👦" * 1_500,
    "e\u0301" * 5_000,
    "\u202eevil\u202c " * 1_000,
    f"{RINGS} " * 500,
    "<script>alert(1)</script>" * 1_000,
    "a.co b.co " * 1_000,
    "https://example.com/ü家 " * 400,
    "${jndi:ldap://x} %s%n {{7*7}} '; DROP TABLE x; --\r\nBcc: a@b.c\x07" * 200,
]


def loud(text):
    """Return a story that is as long as one can be, everywhere."""
    parts = tuple(Part(key=f"component:{n}", name=text[:200], state=text[:50]) for n in range(60))
    facts = tuple((text[:300], text[:3_000]) for _ in range(40))
    return story(
        title=text[:300], what=text, body=text, affects=text, advice=text, parts=parts,
        state="We are investigating", facts=facts, next_at=NOON,
    )  # fmt: skip


def sent(key, text, address="", settings=None, secrets=None):
    return handed(key, address, settings, secrets, letter=letter_for(key, loud(text)))


@pytest.mark.parametrize("text", MANY)
def test_slack(text):
    blocks = sent("slack", text, SLACK).json["blocks"]
    assert len(blocks) <= 50
    assert len(blocks[0]["text"]["text"]) <= 150
    assert 1 <= len(blocks[1]["text"]["text"]) <= 3_000
    assert len(blocks[2]["fields"]) <= 10
    for one in (blocks[1]["text"], *blocks[2]["fields"]):
        assert one["verbatim"] is True
        assert "<" not in one["text"].replace("&lt;", "")
        assert len(one["text"]) <= 2_000 or one is blocks[1]["text"]


@pytest.mark.parametrize("text", MANY)
def test_discord(text):
    call = sent("discord", text, DISCORD)
    (card,) = call.json["embeds"]
    fields = [one for field in card["fields"] for one in (field["name"], field["value"])]
    assert len(card["title"]) <= 256
    assert len(card["description"]) <= 4_096
    assert len(card["fields"]) <= 25
    assert all(1 <= len(one) <= 1_024 for one in fields)
    assert len(card["title"]) + len(card["description"]) + sum(map(len, fields)) <= 6_000
    assert call.json["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("text", MANY)
def test_teams(text):
    assert len(json.dumps(sent("teams", text, TEAMS).json, ensure_ascii=False).encode()) <= 28_000


@pytest.mark.parametrize("text", MANY)
def test_mattermost(text):
    (card,) = sent("mattermost", text, "https://chat.example.com/hooks/x").json["attachments"]
    said = " ".join([card["title"], card["text"], *(one["value"] for one in card["fields"])])
    for word in ("@all", "@here", "@channel"):
        assert word not in said


@pytest.mark.parametrize("text", MANY)
def test_telegram(text):
    settings, secrets = {"server": "https://api.telegram.org"}, {"token": "1:" + "a" * 30}
    call = sent("telegram", text, "-100123", settings, secrets)
    assert counting.units(call.json["text"]) <= 4_096
    assert "parse_mode" not in call.json


@pytest.mark.parametrize("text", MANY)
def test_matrix(text):
    call = sent("matrix", text, "!r:example.com", {"server": "https://m.example"}, {"token": "t"})
    assert len(json.dumps(call.json).encode()) <= 65_536 * 2  # escaped twice as long at most
    assert len(msgspec.json.encode(call.json)) <= 60_000
    assert (call.json["msgtype"], call.json["m.mentions"]) == ("m.notice", {})


@pytest.mark.parametrize("text", MANY)
def test_pagerduty(text):
    payload = sent("pagerduty", text, "", {}, {"routing_key": "a" * 32}).json
    assert len(payload["payload"]["summary"]) <= 1_024
    assert 1 <= len(payload["payload"]["source"]) <= 255
    assert len(payload["dedup_key"]) <= 255
    assert len(msgspec.json.encode(payload)) <= 512_000


@pytest.mark.parametrize("text", MANY)
def test_opsgenie(text):
    alert = sent("opsgenie", text, "", {}, {"api_key": "k"}).json
    assert len(alert["message"]) <= 130
    assert len(alert["description"]) <= 15_000
    assert len(alert["entity"]) <= 512
    assert len(alert["alias"]) <= 512
    assert sum(map(len, alert["details"].values())) <= 8_000


@pytest.mark.parametrize("text", MANY)
def test_ntfy(text):
    assert len(sent("ntfy", text, "topic").json["message"].encode()) <= 4_096


@pytest.mark.parametrize("text", MANY)
def test_a_call_fits_what_twilio_takes(text):
    secrets = {"token": "t"}
    form = sent("voice", text, "+4915112345678", {"account": "AC1", "sender": "+493012"}, secrets)
    assert len(form.form["Twiml"]) <= 4_000


@pytest.mark.parametrize("text", MANY)
def test_an_sms_is_one_and_says_where(text):
    said = sent("sms", text, "+4915112345678", TWILIO, {"token": "t"}).form["Body"]
    link = f"{BASE}/incidents/inc_1/"
    assert link in said
    assert said.endswith("#01234567")
    assert counting.sms_parts(said) == (1 if counting.septets(said) else 2)
    if text.startswith(("e", "\u202e", "$")):  # what can be said in 160 letters is
        assert counting.septets(said)


@pytest.mark.parametrize("text", MANY)
def test_posts(text):
    made = {
        "mastodon": ({"server": "https://m.example"}, {"token": "t"}),
        "x": ({}, {"api_key": "k", "api_secret": "s", "token": "t", "token_secret": "u"}),
        "bluesky": ({"handle": "a.b"}, {"app_password": "p"}),
    }
    told = {key: letter_for(key, loud(text)).words.text for key in made}
    for key, words in told.items():
        assert words.endswith("#01234567"), key
        assert f"{BASE}/incidents/inc_1/" in words
        assert catalogue.channel(key).counts(words) <= catalogue.channel(key).limit
    assert counting.graphemes(told["bluesky"]) <= 300
    assert len(told["bluesky"].encode()) <= 3_000


@pytest.mark.parametrize("text", MANY)
def test_a_push_fits_one_record(text):
    address = json.dumps({
        "endpoint": "https://push.example/1",
        "keys": {"p256dh": "A" * 86 + "E", "auth": "A" * 22},
    })  # fmt: skip
    assert len(sent("push", text, address).body) <= 3_993  # RFC 8291: 4,096 with its own


LINK = f"https://status.example.org/{'a' * 60}"


@pytest.mark.parametrize(
    ("text", "mastodon", "x"),
    [
        (LINK, 23, 23),
        (f"{LINK}.", 24, 24),
        (f"({LINK})", 25, 25),
        (f"{LINK}家", 24, 25),
        (f"{LINK} {LINK}", 47, 47),
        ("see a.co", 8, 27),
        ("mail ada@example.org", 20, 20),
        ("http://localhost/long/path/to/an/incident", 41, 41),
        ("http://127.0.0.1:8000/incidents/inc_1/", 38, 38),
        ("https://a.co", 23, 23),
    ],
)
def test_a_link_counts_as_its_network_counts_it(text, mastodon, x):
    assert counting.with_short_links(text) == mastodon
    assert counting.weighted(text) == x


def test_a_post_of_bluesky_has_two_limits():
    assert counting.posted("a" * 300) == 300
    assert counting.posted("👩‍👩‍👧‍👦" * 100) == 250
    assert counting.graphemes("👩‍👩‍👧‍👦" * 100) == 100


def test_a_link_at_a_sentence_s_end_is_marked_without_its_full_stop():
    (facet,) = bluesky.facets("Look at https://a.example/x.")
    assert facet["features"][0]["uri"] == "https://a.example/x"


@pytest.mark.parametrize(
    ("key", "status", "headers", "body", "fate", "after"),
    [
        ("teams", 200, {}, "…endpoint returned HTTP error 429 with ContextId", Fate.LATER, None),
        ("teams", 200, {}, "…endpoint returned HTTP error 413 with ContextId", Fate.REFUSED, None),
        ("teams", 202, {}, "", Fate.ACCEPTED, None),
        ("teams", 404, {}, '{"error":{"code":"WorkflowNotFound"}}', Fate.GONE, None),
        ("matrix", 429, {}, '{"errcode":"M","retry_after_ms":2500}', Fate.LATER, 2.5),
        ("matrix", 429, {"retry-after": "7"}, '{"retry_after_ms":1}', Fate.LATER, 7.0),
        ("matrix", 200, {}, '{"event_id":"$1"}', Fate.ACCEPTED, None),
        ("slack", 429, {"retry-after": "30"}, "rate_limited", Fate.LATER, 30.0),
        ("discord", 429, {"retry-after": "0.65"}, "{}", Fate.LATER, None),
    ],
)  # fmt: skip
def test_an_answer_means_what_its_service_says(key, status, headers, body, fate, after):
    found = (catalogue.channel(key).reads or http.read)(status, headers, body)
    assert (found.fate, found.after) == (fate, after)


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"x-rate-limit-reset": str(int(NOON.timestamp()) + 90)}, 90.0),
        ({"ratelimit-reset": str(int(NOON.timestamp()) + 5)}, 5.0),
        ({"x-ratelimit-reset": "2026-11-22T12:05:00.000000Z"}, 300.0),
        ({"x-ratelimit-reset": "30"}, 30.0),
        ({"retry-after": "3", "ratelimit-reset": "9"}, 3.0),
        ({"ratelimit-reset": "soon"}, None),
        ({"ratelimit-reset": "9" * 400}, None),
        ({}, None),
    ],
)
def test_how_long_a_network_asks_us_to_wait(headers, after):
    with clock.frozen(NOON):
        found = http.read(HTTPStatus.TOO_MANY_REQUESTS, headers, "")
    assert (found.fate, found.after) == (Fate.LATER, after)
