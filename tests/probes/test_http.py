"""HTTP: what is asked, what is judged, and targets that mean no good."""

import asyncio
import gzip
import time

import pytest

from tests.probes.conftest import reply
from tests.probes.test_guard import run
from troth.probes import catalogue


def shop(port, **more):
    return {"url": f"http://127.0.0.1:{port}/health", **more}


@pytest.mark.parametrize(
    ("status", "expected", "outcome"),
    [
        ("200 OK", "2xx", "up"),
        ("204 No Content", "2xx", "up"),
        ("404 Not Found", "2xx", "down"),
        ("404 Not Found", "404", "up"),
        ("404 Not Found", "200-299, 404", "up"),
        ("503 Busy", "5xx", "up"),
    ],
)
def test_the_status_is_judged(web, status, expected, outcome):
    port = web(reply(b"", status))
    found = run(shop(port, status=expected))
    assert found.outcome == outcome
    if outcome == "down":
        assert found.reason == f"status is {status[:3]}, not {expected}"


@pytest.mark.mission("S2.5")
@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ('status == 200 and json.state == "ok" and time < 2s', ""),
        ('header.content-type contains "json" and size < 1kb', ""),
        ('body matches "sta.e"', ""),
        ("json.queue < 10", "json.queue is 12, which is not below 10"),
        ("tls.days_left > 14", "the answer did not come over TLS"),
        ("status == 500", "status is 200, which is not 500"),
    ],
)
def test_a_condition_is_judged(web, condition, reason):
    port = web(reply(b'{"state": "ok", "queue": 12}', Content_Type="application/json"))
    found = run(shop(port), condition=condition)
    assert found.reason == reason
    assert found.outcome == ("down" if reason else "up")
    assert set(found.phases) == {"dns", "connect", "first_byte", "transfer"}


def test_no_json_is_said_to_be_none(web):
    found = run(shop(web(reply(b"<html>"))), condition="json.a == 1")
    assert found.reason == "the answer is no JSON"
    assert "<html>" in found.excerpt


def test_a_slow_answer_is_degraded(listening):
    async def slow(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.15)
        writer.write(reply())

    found = run(shop(listening(slow)), slow=100)
    assert found.outcome == "degraded"
    assert found.reason.startswith("it took ")


def test_what_is_sent(listening):
    seen = []

    async def note(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        seen.append(head.decode() + (await reader.readexactly(4)).decode())
        writer.write(reply())

    settings = shop(
        listening(note), method="POST", body="ping", headers={"X-One": "1"}, user="ada",
        password="secret", secret_headers={"X-Key": "hush"},
    )  # fmt: skip
    assert run(settings).outcome == "up"
    head = seen[0]
    assert head.startswith("POST /health HTTP/1.1\r\n")
    assert head.endswith("ping")
    for line in ("X-One: 1", "X-Key: hush", "Authorization: Basic YWRhOnNlY3JldA==", "troth-probe"):
        assert line in head


def test_secrets_do_not_follow_a_redirect_to_another_origin(listening, web):
    seen = []

    async def note(reader, writer):
        seen.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(reply())

    other = listening(note)
    port = web(reply(status="307 Temporary", Location=f"http://127.0.0.1:{other}/x"))
    assert run(shop(port, token="hush", secret_headers={"X-Key": "hush"})).outcome == "up"
    assert "hush" not in seen[0]


def test_redirects_are_followed_so_often_and_no_more(listening):
    async def again(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply(status="302 Found", Location="/again"))

    found = run(shop(listening(again), redirects=3))
    assert found.reason == "it redirects more than 3 times"
    assert run(shop(listening(again), redirects=0, status="302")).outcome == "up"


@pytest.mark.parametrize("target", ["ftp://x/", "file:///etc/passwd", "http://", "http://[::1"])
def test_a_redirect_to_no_web_address_is_a_failure(web, target):
    found = run(shop(web(reply(status="302 Found", Location=target))))
    assert found.outcome == "down"


def test_a_target_that_hangs_ends_at_the_timeout(listening):
    async def hang(reader, writer):
        await asyncio.sleep(30)

    begun = time.monotonic()
    found = run(shop(listening(hang)), timeout=300)
    assert time.monotonic() - begun < 2
    assert found.reason == "no answer within 0.3 s"


def test_a_target_that_drips_ends_at_the_timeout(listening):
    async def drip(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b"x")
            await asyncio.sleep(0.1)

    assert run(shop(listening(drip)), timeout=400).reason == "no answer within 0.4 s"


@pytest.mark.parametrize("said", [b"Content-Length: 100000000\r\n", b"Connection: close\r\n"])
def test_a_hundred_megabytes_are_not_read(listening, said):
    sent = []

    async def flood(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n" + said + b"\r\n")
        for _ in range(1_600):
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent.append(65_536)

    found = run(shop(listening(flood), max_kb=100), condition="cut == true and size == 100kb")
    assert (found.outcome, found.reason) == ("up", "")
    assert sum(sent) < 30_000_000


def test_a_bomb_is_not_unpacked(web):
    bomb = gzip.compress(b"0" * 50_000_000)
    port = web(reply(bomb, Content_Encoding="gzip"))
    found = run(shop(port), condition='body contains "1"')
    assert found.outcome == "down"


def test_a_packed_answer_is_read(web):
    port = web(reply(gzip.compress(b'{"a": 1}'), Content_Encoding="gzip"))
    assert run(shop(port), condition="json.a == 1").outcome == "up"


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 999999 OK\r\n\r\n",
        b"\x00\xff" * 500 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"",
    ],
)
def test_no_valid_http_is_a_failure_in_words(web, answer):
    found = run(shop(web(answer)), timeout=1_000)
    assert found.outcome == "down"
    assert found.reason
    assert "Traceback" not in found.reason


@pytest.mark.parametrize(
    ("charset", "body"),
    [("iso-8859-1", "Grüße".encode("latin-1")), ("hex", b"Gr"), ("nonsense", "Grüße".encode())],
)
def test_any_charset_gives_a_text(web, charset, body):
    port = web(reply(body, Content_Type=f"text/plain; charset={charset}"))
    assert run(shop(port), condition='body contains "Gr"').outcome == "up"


def test_a_failure_is_tried_again_as_often_as_declared(listening):
    count = []

    async def third(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        count.append(1)
        writer.write(reply(status="200 OK" if len(count) == 3 else "500 No"))

    port = listening(third)
    assert run(shop(port), retries=1).outcome == "down"
    assert run(shop(port), retries=1).outcome == "up"


def test_https_is_checked_and_its_handshake_timed(web, secure):
    context, pem = secure("localhost", days=20)
    port = web(reply(), tls=context)
    settings = {"url": f"https://localhost:{port}/"}
    assert "certificate is not accepted" in run(settings).reason
    found = run({**settings, "ca": pem}, condition="status == 200 and tls.days_left > 14")
    assert (found.outcome, found.reason) == ("up", "")
    assert "tls" in found.phases
    found = run({**settings, "ca": pem}, condition="tls.days_left > 30")
    assert found.reason.startswith("tls.days_left is ")
    assert run({**settings, "verify": False}).outcome == "up"
    wrong = run({"url": f"https://127.0.0.1:{port}/", "ca": pem})
    assert "certificate is not accepted" in wrong.reason


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({}, "url"),
        ({"url": "shop.example"}, ""),
        ({"url": "ftp://shop.example"}, ""),
        ({"url": "http://ada:pw@shop.example"}, ""),
        ({"url": "http://shop.example:99999"}, ""),
        ({"url": "http://a.example", "status": "ok"}, ""),
        ({"url": "http://a.example", "headers": {"A\r\nB": "c"}}, ""),
        ({"url": "http://a.example", "headers": {"A": "b\r\nC: d"}}, ""),
        ({"url": "http://a.example", "headers": {"Host": "b"}}, ""),
        ({"url": "http://a.example", "ca": "no"}, ""),
        ({"url": "http://a.example", "method": "TRACE"}, "method"),
        ({"url": "http://a.example", "colour": "red"}, "colour"),
        ({"url": "http://a.example", "redirects": 99}, "redirects"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, field):
    with pytest.raises(catalogue.SettingsError) as caught:
        catalogue.read("http", settings)
    assert caught.value.field == field
