"""Each channel says its letter on the wire as its service wants it. Nothing is sent here."""

import msgspec
import pytest

from tests.notify.letters import BASE, MANAGE, handed, letter_for, story
from troth.notify import catalogue, oauth
from troth.notify.channel import Call, Channel, Shape
from troth.notify.channels import bluesky
from troth.notify.rules.events import Event, Severity
from troth.notify.rules.results import Fate

LINK = f"{BASE}/incidents/inc_1/"
SLACK = "https://hooks.slack.com/services/T0/B0/xyz"
DISCORD = "https://discord.com/api/webhooks/1/abc"
TEAMS = "https://prod-1.westeurope.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sig=x"
TWILIO = {"provider": "twilio", "account": "AC1", "sender": "+4930123"}


@pytest.mark.mission("S3.20")
@pytest.mark.parametrize("key", list(catalogue.all_channels()))
def test_each_channel_says_what_it_is(key):
    channel = catalogue.channel(key)
    assert isinstance(channel, Channel)
    assert channel.label
    assert channel.help.endswith(".")
    assert channel.shape in list(Shape)
    names = {one.name for one in catalogue.fields(key)}
    assert set(channel.secrets) <= names
    for one in catalogue.fields(key):
        assert one.label
        assert one.is_needed or one.default is not None
    if channel.settings:
        assert channel.settings.__struct_config__.frozen
        assert channel.settings.__struct_config__.forbid_unknown_fields
    if channel.address:
        with pytest.raises(catalogue.SettingsError, match="address: "):
            catalogue.address(key, "\x00")


def test_slack_gets_blocks_and_a_text_for_the_notification():
    call = handed("slack", SLACK)
    assert call == Call(
        url=SLACK,
        json={
            "text": f"Problem: Cards fail {LINK}",
            "unfurl_links": False,
            "blocks": [
                {"type": "header", "text": _plain("Problem: Cards fail")},
                {
                    "type": "section",
                    "text": {
                        "type": "mrkdwn",
                        "text": "One in three is *refused* &lt;now&gt;.\n\nrevision 01234567",
                        "verbatim": True,
                    },
                },
                {
                    "type": "section",
                    "fields": [
                        {"type": "mrkdwn", "text": "*State*\nWe look", "verbatim": True},
                        {"type": "mrkdwn", "text": "*Severity*\nMajor", "verbatim": True},
                    ],
                },
                {
                    "type": "actions",
                    "elements": [{"type": "button", "text": _plain("Read more"), "url": LINK}],
                },
            ],
        },
    )


def _plain(text):
    return {"type": "plain_text", "text": text, "emoji": False}


def test_discord_gets_an_embed_that_rings_for_nobody():
    call = handed("discord", DISCORD, what="@everyone [x](http://evil.example) https://a.b/c_d_e")
    assert call.url == f"{DISCORD}?wait=true"
    assert call.json["allowed_mentions"] == {"parse": []}
    (embed,) = call.json["embeds"]
    assert embed["title"] == "Problem: Cards fail"
    assert embed["url"] == LINK
    assert embed["color"] == 0xC05621
    assert embed["description"].startswith(
        "@everyone \\[x\\]\\(http://evil.example\\) https://a.b/c_d_e"
    )
    assert embed["fields"][0] == {"name": "State", "value": "We look", "inline": True}


def test_teams_gets_an_adaptive_card():
    card = handed("teams", TEAMS, language="de").json["attachments"][0]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    content = card["content"]
    assert content["version"] == "1.4"
    assert content["body"][0]["text"] == "Störung: Cards fail"
    assert content["body"][1]["facts"][0] == {"title": "Stand", "value": "We look"}
    assert (
        content["body"][2]["text"] == "One in three is \\*refused\\* <now>.\n\n\n\nFassung 01234567"
    )
    assert content["actions"] == [{"type": "Action.OpenUrl", "title": "Mehr lesen", "url": LINK}]


def test_mattermost_gets_an_attachment():
    call = handed("mattermost", "https://chat.example.com/hooks/abc")
    (card,) = call.json["attachments"]
    assert card["title_link"] == LINK
    assert card["text"] == "One in three is \\*refused\\* \\<now\\>.\n\nrevision 01234567"
    assert card["fields"][1] == {"title": "Severity", "value": "Major", "short": True}


def test_telegram_gets_plain_text():
    secrets = {"token": "123:abcdefghijklmnopqrstuvwxyz"}
    call = handed("telegram", "@our_channel", secrets=secrets)
    assert call == Call(
        url="https://api.telegram.org/bot123:abcdefghijklmnopqrstuvwxyz/sendMessage",
        json={
            "chat_id": "@our_channel",
            "text": "Problem: Cards fail\n\nWe look\nOne in three is *refused* <now>.\n\n"
            f"{LINK}\nrevision 01234567",
            "link_preview_options": {"is_disabled": True},
        },
    )


def test_a_matrix_message_carries_the_letter_s_id_as_its_transaction():
    settings, secrets = {"server": "https://matrix.example/"}, {"token": "syt"}
    call = handed("matrix", "!room:example.com", settings, secrets)
    assert call.method == "PUT"
    assert call.url == (
        "https://matrix.example/_matrix/client/v3/rooms/%21room%3Aexample.com"
        "/send/m.room.message/msg_0001"
    )
    assert call.headers == {"Authorization": "Bearer syt"}
    assert call.json["msgtype"] == "m.notice"


def test_a_mastodon_post_carries_the_letter_s_id_as_its_key():
    settings, secrets = (
        {"server": "https://social.example", "visibility": "unlisted"},
        {"token": "t"},
    )
    call = handed("mastodon", settings=settings, secrets=secrets)
    assert call == Call(
        url="https://social.example/api/v1/statuses",
        headers={"Authorization": "Bearer t", "Idempotency-Key": "msg_0001"},
        json={
            "status": "Problem: Cards fail\nWe look.\nOne in three is *refused* <now>.\n"
            f"{LINK}\n#01234567",
            "visibility": "unlisted",
            "language": "en",
        },
    )


def test_bluesky_signs_in_and_marks_links_by_their_bytes():
    settings, secrets = {"handle": "shop.example"}, {"app_password": "p"}
    talk = handed("bluesky", settings=settings, secrets=secrets, title="Störung 日本")
    assert talk.first == Call(
        url="https://bsky.social/xrpc/com.atproto.server.createSession",
        json={"identifier": "shop.example", "password": "p"},
    )
    call = talk.then({"did": "did:plc:1", "accessJwt": "jwt"})
    assert call.headers == {"Authorization": "Bearer jwt"}
    assert call.json["repo"] == "did:plc:1"
    record = call.json["record"]
    (facet,) = record["facets"]
    at = facet["index"]
    assert record["text"].encode()[at["byteStart"] : at["byteEnd"]].decode() == LINK
    assert facet["features"] == [{"$type": "app.bsky.richtext.facet#link", "uri": LINK}]
    assert bluesky.facets("nothing here") == []


def test_x_is_signed_as_its_own_documentation_shows():
    keys = oauth.Keys(
        consumer="xvz1evFS4wEEPTGEFPHBog",
        consumer_secret="kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        token="370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
        token_secret="LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
    )
    told = {
        "oauth_consumer_key": keys.consumer,
        "oauth_nonce": "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "1318622958",
        "oauth_token": keys.token,
        "oauth_version": "1.0",
        "status": "Hello Ladies + Gentlemen, a signed OAuth request!",
    }
    url = "https://api.twitter.com/1.1/statuses/update.json?include_entities=true"
    assert oauth.signature("POST", url, told, keys) == "hCtSmYh+iHYCEqBWrE7C7hYmtUk="


def test_x_posts_the_text():
    secrets = {"api_key": "a", "api_secret": "b", "token": "c", "token_secret": "d"}
    call = handed("x", secrets=secrets)
    assert call.url == "https://api.x.com/2/tweets"
    assert call.headers["Authorization"].startswith(
        'OAuth oauth_consumer_key="a", oauth_nonce="msg'
    )
    assert call.json == {"text": letter_for("x").words.text}


@pytest.mark.parametrize(
    ("event", "action"),
    [
        (Event.ALERT_RAISED, "trigger"),
        (Event.INCIDENT_UPDATED, "trigger"),
        (Event.ALERT_TAKEN, "acknowledge"),
        (Event.ALERT_CLEARED, "resolve"),
        (Event.INCIDENT_RESOLVED, "resolve"),
    ],
)
def test_pagerduty_rings_once_for_one_thing_and_ends_with_it(event, action):
    secrets = {"routing_key": "a" * 32}
    call = handed("pagerduty", settings={"region": "eu"}, secrets=secrets, event=event)
    assert call.url == "https://events.eu.pagerduty.com/v2/enqueue"
    assert call.json["event_action"] == action
    assert call.json["dedup_key"] == "incident:inc_1"
    assert call.json["payload"]["severity"] == "error"
    assert call.json["payload"]["summary"].endswith("Cards fail")


def test_opsgenie_knows_an_alert_by_its_alias_and_closes_it():
    secrets = {"api_key": "k"}
    opened = handed("opsgenie", secrets=secrets, event=Event.ALERT_RAISED)
    closed = handed("opsgenie", secrets=secrets, event=Event.ALERT_CLEARED)
    alias = opened.json["alias"]
    assert opened.url == "https://api.opsgenie.com/v2/alerts"
    assert opened.headers == {"Authorization": "GenieKey k"}
    assert opened.json["priority"] == "P2"
    assert closed.url == f"https://api.opsgenie.com/v2/alerts/{alias}/close?identifierType=alias"


@pytest.mark.parametrize(
    ("more", "priority"),
    [
        ({}, 4),
        ({"is_urgent": True}, 5),
        ({"severity": Severity.NONE}, 3),
        ({"event": Event.INCIDENT_RESOLVED, "is_urgent": True}, 3),
    ],
)
def test_ntfy_rings_as_loud_as_it_is_bad(more, priority):
    call = handed("ntfy", "our-topic", {"server": "https://ntfy.example"}, {"token": "t"}, **more)
    assert call.url == "https://ntfy.example/"
    assert call.headers == {"Authorization": "Bearer t"}
    assert call.json["topic"] == "our-topic"
    assert call.json["click"] == LINK
    assert call.json["priority"] == priority


def test_an_sms_goes_to_twilio_as_a_form():
    call = handed("sms", "+49 151 2345678", TWILIO, {"token": "t"})
    assert call == Call(
        url="https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json",
        headers={"Authorization": "Basic QUMxOnQ="},
        form={"To": "+491512345678", "From": "+4930123", "Body": letter_for("sms").words.text},
    )
    by_service = handed("sms", "+491512345678", {**TWILIO, "sender": "MG1"}, {"token": "t"})
    assert by_service.form["MessagingServiceSid"] == "MG1"


def test_an_sms_goes_to_vonage_as_text_or_unicode():
    settings = {"provider": "vonage", "account": "k", "sender": "Shop"}
    call = handed("sms", "+491512345678", settings, {"token": "s"})
    assert call.url == "https://rest.nexmo.com/sms/json"
    assert call.form["to"] == "491512345678"
    assert call.form["type"] == "text"
    other = handed("sms", "+491512345678", settings, {"token": "s"}, title="Оплата")
    assert other.form["type"] == "unicode"


def test_an_sms_goes_to_a_gateway_as_json():
    settings = {"provider": "gateway", "sender": "Shop", "server": "https://gate.example/send"}
    call = handed("sms", "+491512345678", settings, {"token": "s"})
    assert call.url == "https://gate.example/send"
    assert call.headers == {"Authorization": "Bearer s"}
    assert call.json["id"] == "msg_0001"


def test_a_call_is_read_aloud_twice_in_the_reader_s_language():
    settings = {"account": "AC1", "sender": "+4930123"}
    call = handed("voice", "+491512345678", settings, {"token": "t"}, language="de")
    assert call.url == "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls.json"
    twiml = call.form["Twiml"]
    assert twiml.count('<Say language="de-DE">Hier spricht') == 2
    assert "&lt;now&gt;" in twiml


def test_apprise_gets_title_and_text():
    notice = handed("apprise", "gotify://host/token")
    assert notice.url == "gotify://host/token"
    assert notice.title == "Problem: Cards fail"
    assert LINK in notice.text


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("syslog://", "no service that may be used"),
        ("dbus://", "no service that may be used"),
        ("mailto://a:b@c.d", "no service that may be used"),
        ("fcm://project@key", "no service that may be used"),
        ("file:///etc/passwd", "no service that may be used"),
        ("exec://ls", "no service that may be used"),
        ("workflows://host/a/b?template=/etc/passwd", "“template” would read a file"),
        ("gotify", "looks like service://"),
        ("gotify://host/a b", "no blanks"),
    ],
)
def test_apprise_takes_no_address_that_reaches_into_this_machine(address, reason):
    with pytest.raises(catalogue.SettingsError, match=reason):
        catalogue.address("apprise", address)


PUSH = {
    "endpoint": "https://push.example/send/abc",
    "expirationTime": None,
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7V"
        "d8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}


def test_a_push_is_small_and_says_which_thing_and_which_revision():
    push = handed("push", msgspec.json.encode(PUSH).decode(), what="日本語 " * 2_000)
    assert len(push.body) <= 3_000
    told = msgspec.json.decode(push.body)
    assert told["url"] == LINK
    assert told["about"] == "incident:inc_1"
    assert told["revision"] == "0123456789abcdef"
    assert told["manage"] == MANAGE
    assert len(push.topic) <= 32
    assert push.subscription["endpoint"] == PUSH["endpoint"]
    assert push.urgency == "normal"


@pytest.mark.parametrize(
    "broken",
    [
        "[]",
        "{}",
        "x",
        msgspec.json.encode({**PUSH, "endpoint": "http://push.example/"}).decode(),
        msgspec.json.encode({**PUSH, "keys": {"p256dh": "AAAA", "auth": "AAAA"}}).decode(),
    ],
)
def test_what_no_browser_gave_is_no_subscription(broken):
    with pytest.raises(catalogue.SettingsError):
        catalogue.address("push", broken)


@pytest.mark.parametrize(
    ("key", "address", "reason"),
    [
        ("slack", "https://evil.example/services/x", "begins with https://hooks.slack.com"),
        ("slack", "http://hooks.slack.com/services/x", "begins with https://"),
        ("discord", "https://discord.com/channels/1", "goes on with /api/"),
        ("teams", "https://logic.azure.com.evil.example/x", "begins with https://"),
        ("telegram", "not a chat", "write the number of the chat"),
        ("matrix", "#alias:example.com", "it begins with !"),
        ("ntfy", "a/b", "a topic has letters"),
        ("sms", "0151 2345678", "with its country"),
        ("x", "somebody", "takes none"),
        ("slack", "", "is missing: Webhook of the channel"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_in_words(key, address, reason):
    with pytest.raises(catalogue.SettingsError, match=reason):
        catalogue.address(key, address)


@pytest.mark.parametrize(
    ("key", "settings", "secrets", "field", "reason"),
    [
        ("carrier-pigeon", {}, {}, "channel", "is no channel"),
        ("telegramm", {}, {}, "channel", "did you mean “telegram”?"),
        ("slack", {"token": "x"}, {}, "token", "needs no settings"),
        ("telegram", {"token": "x"}, {}, "token", "stands under secrets"),
        ("telegram", {}, {"password": "x"}, "password", "is no secret of Telegram"),
        ("telegram", {}, {}, "token", "is missing"),
        ("telegram", {"servr": "x"}, {"token": "x"}, "servr", "there is no such setting"),
        ("mastodon", {"server": "ftp://x"}, {"token": "x"}, "", "begin with https://"),
        ("sms", {"provider": "gateway", "sender": "x"}, {}, "", "a gateway needs a server"),
        ("sms", {"provider": "pigeon", "sender": "x"}, {}, "provider", "Invalid enum value"),
    ],
)
def test_settings_that_are_wrong_are_refused_with_their_field(
    key, settings, secrets, field, reason
):
    with pytest.raises(catalogue.SettingsError, match=reason) as caught:
        catalogue.read(key, settings, secrets)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("key", "status", "body", "fate"),
    [
        ("slack", 200, "ok", Fate.ACCEPTED),
        ("slack", 404, "no_service", Fate.GONE),
        ("slack", 403, "action_prohibited", Fate.REFUSED),
        ("discord", 200, '{"id": "7"}', Fate.ACCEPTED),
        ("discord", 404, '{"message": "Unknown Webhook"}', Fate.GONE),
        ("telegram", 200, '{"ok": true, "result": {"message_id": 7}}', Fate.ACCEPTED),
        ("telegram", 403, '{"ok": false, "description": "bot was blocked by the user"}', Fate.GONE),
        ("telegram", 400, '{"ok": false, "description": "text is empty"}', Fate.REFUSED),
        ("sms", 201, '{"sid": "SM1", "status": "queued"}', Fate.ACCEPTED),
        ("sms", 400, '{"code": 21610, "message": "unsubscribed"}', Fate.GONE),
        ("sms", 400, '{"code": 21606, "message": "no such From"}', Fate.REFUSED),
        ("sms", 200, '{"messages": [{"status": "0", "message-id": "m1"}]}', Fate.ACCEPTED),
        ("sms", 200, '{"messages": [{"status": "1", "error-text": "slow"}]}', Fate.LATER),
        ("sms", 200, '{"messages": [{"status": "2", "error-text": "bad"}]}', Fate.REFUSED),
    ],
)
def test_an_answer_is_read_as_its_service_means_it(key, status, body, fate):
    answer = catalogue.channel(key).reads(status, {}, body)
    assert answer.fate is fate
    assert answer.said


def test_telegram_says_how_long_to_wait():
    body = '{"ok": false, "error_code": 429, "parameters": {"retry_after": 17}}'
    answer = catalogue.channel("telegram").reads(429, {}, body)
    assert (answer.fate, answer.after) == (Fate.LATER, 17.0)


def test_a_receipt_is_the_other_side_s_own_name_of_the_message():
    assert catalogue.channel("sms").reads(201, {}, '{"sid": "SM1"}').receipt == "SM1"
    assert catalogue.channel("discord").reads(200, {}, '{"id": "7"}').receipt == "7"


def test_the_story_ends_green():
    call = handed("discord", DISCORD, letter=letter_for("discord", story(Event.INCIDENT_RESOLVED)))
    assert call.json["embeds"][0]["color"] == 0x2F855A
