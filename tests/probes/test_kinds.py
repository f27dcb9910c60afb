"""TCP, TLS and DNS, each against a small server; and what every kind must have."""

import asyncio
import socket
import struct
import threading

import msgspec
import pytest

from tests import loop
from troth.probes import catalogue, checking
from troth.probes.kind import Kind
from troth.probes.rules.condition import parse
from troth.probes.wire import Task


def run(kind, settings, *, private=True, timeout=2_000, **more):
    task = Task(slug="it", kind=kind, settings=settings, every=60_000, timeout=timeout, **more)
    return loop.run(checking.check(checking.prepared(task, private=private)))


@pytest.mark.parametrize("key", list(catalogue.all_kinds()))
def test_each_kind_says_what_it_is(key):
    kind = catalogue.kind(key)
    assert isinstance(kind, Kind)
    assert kind.label
    assert kind.help.endswith(".")
    fields = {field.name for field in msgspec.structs.fields(kind.settings)}
    assert set(kind.secrets) <= fields
    assert kind.settings.__struct_config__.frozen
    assert kind.settings.__struct_config__.forbid_unknown_fields
    if kind.condition:
        told = {name.partition(".")[0] for name in kind.facts}
        assert parse(kind.condition).roots <= told


def test_an_unknown_kind_is_refused():
    with pytest.raises(catalogue.SettingsError, match="is none of"):
        catalogue.kind("crystal-ball")


def test_a_condition_that_asks_for_what_is_never_told_is_refused():
    with pytest.raises(catalogue.SettingsError, match="tells nothing of “status”"):
        catalogue.condition("tcp", "status == 200")


async def greet(reader, writer):
    writer.write(b"220 mail.example ready\r\n")
    await writer.drain()
    await reader.read(100)


def test_a_port_that_answers_is_up(listening):
    port = listening(greet)
    assert run("tcp", {"host": "127.0.0.1", "port": port}).outcome == "up"
    found = run("tcp", {"host": "127.0.0.1", "port": port}, condition='banner contains "ready"')
    assert found.outcome == "up"
    found = run("tcp", {"host": "127.0.0.1", "port": port}, condition='banner matches "^500"')
    assert found.outcome == "down"
    assert found.excerpt == "220 mail.example ready\r\n"


def test_a_port_may_be_asked_first(listening):
    async def echo(reader, writer):
        writer.write(await reader.readuntil(b"\n"))
        await writer.drain()

    settings = {"host": "127.0.0.1", "port": listening(echo), "send": "PING\\r\\n"}
    assert run("tcp", settings, condition='banner == "PING\\r\\n"').outcome == "up"


def test_a_closed_port_is_down():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = run("tcp", {"host": "127.0.0.1", "port": port})
    assert (found.outcome, found.reason) == ("down", "the connection was refused")


def test_a_name_that_does_not_exist_is_down():
    found = run("tcp", {"host": "nobody.invalid", "port": 80})
    assert found.outcome == "down"
    assert found.reason.startswith("the name ")


@pytest.mark.mission("S2.5")
@pytest.mark.parametrize(
    ("names", "days", "trusted", "reason"),
    [
        (("localhost",), 90, True, ""),
        (("localhost",), 10, True, "tls.days_left is "),
        (("localhost",), 90, False, "certificate is not accepted"),
        (("other.example",), 90, True, "certificate is not accepted"),
        (("localhost",), -1, True, "certificate is not accepted"),
    ],
)
def test_a_certificate_is_judged(listening, secure, names, days, trusted, reason):
    context, pem = secure(*names, days=days)
    port = listening(greet, tls=context)
    settings = {"host": "localhost", "port": port, "ca": pem if trusted else ""}
    found = run("tls", settings)
    assert reason in found.reason
    assert found.outcome == ("down" if reason else "up")


def test_a_certificate_that_is_not_accepted_still_tells_its_days(listening, secure):
    context, _ = secure("other.example", days=-3)
    port = listening(greet, tls=context)
    told = "tls.accepted == false and tls.days_left < -2 and tls.subject == 'other.example'"
    assert run("tls", {"host": "localhost", "port": port}, condition=told).outcome == "up"


def test_the_name_asked_for_may_be_another(listening, secure):
    context, pem = secure("shop.example")
    port = listening(greet, tls=context)
    settings = {"host": "127.0.0.1", "port": port, "ca": pem, "server_name": "shop.example"}
    assert run("tls", settings).outcome == "up"


def test_a_port_without_tls_is_a_failure_in_words(listening):
    found = run("tls", {"host": "127.0.0.1", "port": listening(greet)})
    assert found.reason.startswith("TLS failed: ")


def test_who_hangs_up_in_the_middle_of_a_handshake_is_down(listening):
    async def rude(reader, writer):
        await reader.read(5)
        writer.transport.abort()

    found = run("tls", {"host": "127.0.0.1", "port": listening(rude)})
    assert found.reason in ("the connection was reset", "TLS failed: the connection was closed")


def test_who_says_nothing_in_a_handshake_is_down_in_time(listening):
    async def mute(reader, writer):
        await asyncio.sleep(5)

    found = run("tls", {"host": "127.0.0.1", "port": listening(mute)}, timeout=300)
    assert found.reason == "no answer within 0.3 s"


def test_an_accepted_certificate_needs_one_handshake(listening, secure):
    shaken = []

    async def count(reader, writer):
        shaken.append(1)
        await reader.read(100)

    context, pem = secure("localhost")
    port = listening(count, tls=context)
    assert run("tls", {"host": "localhost", "port": port, "ca": pem}).outcome == "up"
    assert shaken == [1]


@pytest.fixture
def resolver():
    """Serve DNS by UDP: ok.example has two addresses, all else does not exist."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))

    def answer():
        while True:
            try:
                query, peer = sock.recvfrom(512)
            except OSError:
                return
            question = query[12:].split(b"\x00", 1)[0] + b"\x00" + query[-4:]
            end = 12 + query[12:].index(b"\x00") + 5
            question = query[12:end]
            if question.startswith(b"\x02ok"):
                records = b"".join(
                    b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 300, 4) + socket.inet_aton(ip)
                    for ip in ("192.0.2.2", "192.0.2.1")
                )
                head = query[:2] + struct.pack(">HHHHH", 0x8580, 1, 2, 0, 0)
                sock.sendto(head + question + records, peer)
            elif question.startswith(b"\x04none"):
                sock.sendto(query[:2] + struct.pack(">HHHHH", 0x8183, 1, 0, 0, 0) + question, peer)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield sock.getsockname()[1]
    sock.close()


def record(port, name="ok.example", **more):
    return {"name": name, "resolver": "127.0.0.1", "port": port, **more}


@pytest.mark.parametrize(
    ("name", "condition", "outcome"),
    [
        ("ok.example", "", "up"),
        ("ok.example", 'dns.answers contains "192.0.2.1" and dns.ttl == 300', "up"),
        ("ok.example", 'dns.answers == ["192.0.2.1", "192.0.2.2"]', "up"),
        ("ok.example", 'dns.answers contains "192.0.2.9"', "down"),
        ("none.example", "", "down"),
        ("none.example", 'dns.rcode == "NXDOMAIN"', "up"),
    ],
)
def test_a_record_is_judged(resolver, name, condition, outcome):
    assert run("dns", record(resolver, name), condition=condition).outcome == outcome


def test_a_resolver_that_is_silent_is_down(resolver):
    found = run("dns", record(resolver, "hush.example"), timeout=400)
    assert (found.outcome, found.reason) == ("down", "no answer within 0.4 s")


def test_a_private_resolver_is_not_asked_without_leave(resolver):
    assert "private network" in run("dns", record(resolver), private=False).reason
