"""Messages arrive: each way of travelling, against a receiver that really listens."""

import socket
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import http_ece
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from standardwebhooks import Webhook

from tests import loop
from tests.notify.letters import BASE, MANAGE, handed, letter_for
from tests.notify.outbox import with_values
from tests.notify.receiver import receiving
from troth.notify import catalogue, vapid
from troth.notify.carriers import http
from troth.notify.carriers.limits import Limits
from troth.notify.channel import Notice, Target
from troth.notify.courier.handing import carrier_of
from troth.notify.rules.results import Fate

LINK = f"{BASE}/incidents/inc_1/"
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # Apprise's own
HERE = Limits(private=True, timeout=5)
ELSEWHERE = Limits(private=False, timeout=5)


def carried(message, key="", limits=HERE):
    """Return what came of it, read as its channel does."""
    if key:
        limits = replace(limits, reads=catalogue.channel(key).reads)

    async def whole():
        try:
            return await carrier_of(message)(message, limits=limits)
        finally:
            await http.close()

    return loop.run(whole())


@pytest.mark.mission("S3.20")
def test_a_chat_s_webhook_gets_the_card():
    with receiving() as chat:
        answer = carried(handed("mattermost", f"{chat.url}/hooks/abc"), "mattermost")
    assert (answer.fate, answer.said) == (Fate.ACCEPTED, "200 ok")
    (got,) = chat.got
    assert (got.method, got.path) == ("POST", "/hooks/abc")
    assert got.json["attachments"][0]["title_link"] == LINK


def test_a_signed_webhook_is_verified_by_the_standard_s_own_library():
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    channel = catalogue.channel("webhook")
    with receiving((204, {}, b"")) as program:
        target = Target(address=catalogue.address("webhook", f"{program.url}/x"), secret=secret)
        answer = carried(channel.hand(letter_for("webhook"), target))
    assert answer.fate is Fate.ACCEPTED
    (got,) = program.got
    told = Webhook(secret).verify(got.body, got.headers)
    assert told["type"] == "incident.opened"
    assert got.headers["webhook-id"] == "msg_0001"


@pytest.mark.parametrize(
    ("status", "headers", "fate"),
    [
        (400, {}, Fate.REFUSED),
        (410, {}, Fate.GONE),
        (429, {"Retry-After": "7"}, Fate.LATER),
        (503, {}, Fate.LATER),
        (302, {"Location": "http://169.254.169.254/"}, Fate.REFUSED),
    ],
)
def test_what_the_other_side_says_decides_what_becomes_of_it(status, headers, fate):
    with receiving((status, headers, b"no")) as chat:
        answer = carried(handed("mattermost", f"{chat.url}/hooks/abc"))
    assert answer.fate is fate
    assert answer.said.startswith(str(status))
    assert len(chat.got) == 1
    assert answer.after == (7.0 if status == 429 else None)


@pytest.mark.parametrize(
    ("key", "address", "settings", "secrets", "answer", "path"),
    [
        ("matrix", "!r:x", {}, {"token": "t"}, {"event_id": "$1"}, "/_matrix/client/v3/rooms/"),
        ("mastodon", "", {}, {"token": "t"}, {"id": "1"}, "/api/v1/statuses"),
        ("ntfy", "topic", {}, {"token": "t"}, {"id": "1"}, "/"),
        (
            "telegram", "@channel", {}, {"token": "1:abcdefghijklmnopqrstuv"},
            {"ok": True, "result": {"message_id": 1}}, "/bot1:abcdefghijklmnopqrstuv/sendMessage",
        ),
        (
            "sms", "+491512345678", {"provider": "twilio", "account": "AC1", "sender": "+49301"},
            {"token": "t"}, {"sid": "SM1"}, "/2010-04-01/Accounts/AC1/Messages.json",
        ),
        (
            "sms", "+491512345678", {"provider": "vonage", "account": "k", "sender": "Shop"},
            {"token": "t"}, {"messages": [{"status": "0", "message-id": "1"}]}, "/sms/json",
        ),
        (
            "voice", "+491512345678", {"account": "AC1", "sender": "+49301"}, {"token": "t"},
            {"sid": "CA1"}, "/2010-04-01/Accounts/AC1/Calls.json",
        ),
    ],
)  # fmt: skip
def test_a_service_s_own_server_may_be_another(key, address, settings, secrets, answer, path):
    with receiving((200, {}, answer)) as server:
        message = handed(key, address, {**settings, "server": server.url}, secrets)
        came = carried(message, key)
    assert came.fate is Fate.ACCEPTED
    assert server.got[0].path.startswith(path)
    assert server.got[0].body


def test_bluesky_is_signed_in_to_and_then_told():
    session = {"did": "did:plc:1", "accessJwt": "jwt"}
    with receiving((200, {}, session), (200, {}, {"uri": "at://1"})) as server:
        settings = {"handle": "shop.example", "server": server.url}
        answer = carried(handed("bluesky", "", settings, {"app_password": "p"}))
    assert answer.fate is Fate.ACCEPTED
    login, post = server.got
    assert login.json == {"identifier": "shop.example", "password": "p"}
    assert post.headers["authorization"] == "Bearer jwt"
    assert post.json["record"]["text"].endswith("#01234567")


@pytest.mark.parametrize(
    ("first", "fate", "said"),
    [
        ((401, {}, b'{"error": "AuthenticationRequired"}'), Fate.REFUSED, "did not let us in: 401"),
        ((503, {}, b""), Fate.LATER, "did not let us in: 503"),
        ((200, {}, b"{}"), Fate.REFUSED, "without saying what we need"),
    ],
)
def test_who_is_not_let_in_has_said_nothing(first, fate, said):
    with receiving(first) as server:
        settings = {"handle": "shop.example", "server": server.url}
        answer = carried(handed("bluesky", "", settings, {"app_password": "p"}))
    assert answer.fate is fate
    assert said in answer.said
    assert len(server.got) == 1


def browser_keys():
    """Return (subscription's keys, private key, secret) as a browser makes them."""
    private, auth = ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef"
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": _text(point), "auth": _text(auth)}
    return keys, private, auth


def _text(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _data(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.mission("S3.20")
def test_a_push_is_decrypted_by_its_browser_alone_and_signed_by_us():
    keys, private, auth = browser_keys()
    with receiving((201, {"Location": "/m/1"}, b"")) as service:
        address = msgspec.json.encode({"endpoint": f"{service.url}/send/1", "keys": keys}).decode()
        answer = carried(handed("push", address))
    assert (answer.fate, answer.receipt) == (Fate.ACCEPTED, "/m/1")
    (got,) = service.got
    plain = http_ece.decrypt(got.body, private_key=private, auth_secret=auth, version="aes128gcm")
    told = msgspec.json.decode(plain)
    assert (told["title"], told["url"], told["manage"]) == ("Problem: Cards fail", LINK, MANAGE)
    assert got.headers["content-encoding"] == "aes128gcm"
    assert got.headers["ttl"] == "86400"
    assert len(got.headers["topic"]) <= 32
    assert len(got.body) < 4_096
    _check_signature(got.headers["authorization"], service.url)


def _check_signature(header, audience):
    scheme, _, rest = header.partition(" ")
    told = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid"
    assert told["k"] == vapid.public_key()
    head, claims, signature = told["t"].split(".")
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _data(told["k"]))
    raw = _data(signature)
    halves = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    point.verify(encode_dss_signature(*halves), f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    assert msgspec.json.decode(_data(head)) == {"typ": "JWT", "alg": "ES256"}
    claimed = msgspec.json.decode(_data(claims))
    assert claimed["aud"] == audience
    assert claimed["sub"].startswith("mailto:")


def test_the_key_of_web_push_is_the_one_that_is_given_or_follows_from_the_page_s(settings):
    made = vapid.public_key()
    private = ec.generate_private_key(ec.SECP256R1())
    number = private.private_numbers().private_value.to_bytes(32, "big")
    settings.TROTH = with_values(settings.TROTH, push_key=number)
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert vapid.public_key() == _text(point)
    settings.TROTH = with_values(settings.TROTH, push_key=b"", signing_key=b"s" * 32)
    other = vapid.public_key()
    assert len({made, other, _text(point)}) == 3
    settings.TROTH = with_values(settings.TROTH, signing_key=b"s" * 32)
    assert vapid.public_key() == other


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_subscribed_no_more_is_gone(status):
    keys, _, _ = browser_keys()
    with receiving((status, {}, b"")) as service:
        address = msgspec.json.encode({"endpoint": f"{service.url}/send/1", "keys": keys}).decode()
        answer = carried(handed("push", address))
    assert answer.fate is Fate.GONE


@pytest.mark.mission("S3.20")
def test_apprise_tells_a_local_receiver():
    with receiving() as server:
        answer = carried(handed("apprise", f"json://{server.url[7:]}/notify"))
    assert (answer.fate, answer.said) == (Fate.ACCEPTED, "JSON took it")
    (got,) = server.got
    assert got.path == "/notify"
    assert got.json["title"] == "Problem: Cards fail"
    assert LINK in got.json["message"]


@pytest.mark.parametrize(
    ("answer", "fate", "said"),
    [
        ((401, {}, b"no"), Fate.REFUSED, "Verification Failed"),
        ((503, {}, b"no"), Fate.LATER, "JSON"),
        ((429, {}, b"no"), Fate.LATER, "JSON"),
    ],
)
def test_apprise_s_no_is_told_in_words(answer, fate, said):
    with receiving(answer) as server:
        came = carried(handed("apprise", f"json://{server.url[7:]}/notify"))
    assert came.fate is fate
    assert said in came.said


def test_apprise_reaches_no_private_network_without_leave():
    with receiving() as server:
        answer = carried(handed("apprise", f"json://{server.url[7:]}/x"), limits=ELSEWHERE)
    assert server.got == []
    assert answer.fate is Fate.REFUSED
    assert "private network" in answer.said


@pytest.mark.allow_hosts(["127.0.0.1", "169.254.169.254"])  # our own guard is what is tried
def test_apprise_does_not_follow_a_redirect_into_a_place_that_is_never_reached():
    with receiving((302, {"Location": "http://169.254.169.254/latest"}, b"")) as server:
        answer = carried(handed("apprise", f"json://{server.url[7:]}/x"))
    assert len(server.got) == 1
    assert answer.fate is Fate.REFUSED
    assert "is never reached" in answer.said


def test_apprise_opens_no_file_of_ours(tmp_path):
    secret = tmp_path / "secret.json"
    secret.write_text('{"type": "message", "text": "{{app_body}}"}')
    with receiving() as server:
        host = server.url[7:]
        notice = Notice(url=f"workflow://{host}/wid/sig?template={secret}", title="t", text="x")
        answer = carried(notice)
    assert answer.fate is Fate.REFUSED
    assert server.got == []


def test_apprise_says_that_nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = carried(handed("apprise", f"json://127.0.0.1:{port}/x"))
    expected = "JSON cannot be reached: connection refused"
    assert (answer.fate, answer.said) == (Fate.LATER, expected)


def test_an_address_that_apprise_cannot_read_is_refused():
    answer = carried(Notice(url="slack://", title="t", text="x"))
    assert (answer.fate, answer.said) == (Fate.REFUSED, "Apprise cannot read this address")


def test_the_watch_is_on_the_one_thread_alone(tmp_path):
    with receiving() as server:
        carried(handed("apprise", f"json://{server.url[7:]}/x"))
    (tmp_path / "free").write_text("still allowed")


def mail(settings, secrets):
    full = {"sender": "Shop <status@shop.example>", **settings}
    read = catalogue.read("email", full, secrets)
    target = Target(address="reader@example.org", settings=read, sender=full["sender"])
    return catalogue.channel("email").hand(letter_for("email"), target)


@pytest.mark.mission("S3.20")
def test_mail_by_a_provider_carries_the_same_headers_as_by_smtp():
    taken = {"ErrorCode": 0, "Message": "OK", "MessageID": "pm-1", "To": "reader@example.org"}
    with receiving((200, {}, taken)) as provider:
        settings = {"provider": "postmark", "api_url": provider.url}
        answer = carried(mail(settings, {"api_key": "key"}))
    assert (answer.fate, answer.receipt) == (Fate.ACCEPTED, "pm-1")
    (got,) = provider.got
    assert got.headers["x-postmark-server-token"] == "key"
    told = got.json
    assert told["Subject"] == "Problem: Cards fail"
    assert MANAGE in told["TextBody"]
    assert MANAGE in told["HtmlBody"]
    headers = {one["Name"]: one["Value"] for one in told["Headers"]}
    assert headers["List-Unsubscribe"] == f"<{MANAGE}end>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert told["TrackOpens"] is False


@pytest.mark.parametrize(
    ("provider", "account"),
    [
        ("brevo", ""), ("mailersend", ""), ("mailgun", "shop.example"), ("mailjet", "secret"),
        ("mailtrap", ""), ("mandrill", ""), ("postal", ""), ("postmark", ""), ("resend", ""),
        ("scaleway", "project"), ("sparkpost", ""), ("unisender_go", ""),
    ],
)  # fmt: skip
def test_every_provider_s_refusal_is_told_in_words(provider, account):
    with receiving((401, {}, {"message": "wrong key"})) as server:
        settings = {"provider": provider, "account": account, "api_url": server.url}
        answer = carried(mail(settings, {"api_key": "key"}))
    assert len(server.got) == 1
    assert answer.fate is Fate.REFUSED
    assert "401" in answer.said


def test_a_provider_that_asks_to_wait_is_waited_for():
    with receiving((429, {"Retry-After": "3"}, {})) as server:
        answer = carried(mail({"provider": "postmark", "api_url": server.url}, {"api_key": "key"}))
    assert (answer.fate, answer.after) == (Fate.LATER, 3.0)


def test_a_provider_that_will_not_write_to_somebody_ends_it():
    words = (
        "You tried to send to recipient(s) that have been marked as inactive.\n"
        "Found inactive addresses: reader@example.org.\n"
        "Inactive recipients are ones that have generated a hard bounce, a spam complaint, "
        "or a manual suppression."
    )
    refused = {"ErrorCode": 406, "Message": words}
    with receiving((422, {}, refused)) as server:
        answer = carried(mail({"provider": "postmark", "api_url": server.url}, {"api_key": "key"}))
    assert answer.fate is Fate.GONE


def test_a_provider_in_a_private_network_is_not_reached_without_leave():
    with receiving() as server:
        message = mail({"provider": "postmark", "api_url": server.url}, {"api_key": "key"})
        answer = carried(message, limits=ELSEWHERE)
    assert server.got == []
    assert (answer.fate, "private network" in answer.said) == (Fate.REFUSED, True)
