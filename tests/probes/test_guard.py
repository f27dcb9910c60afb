"""No monitor reaches into a private network, whatever its name resolves to."""

import asyncio
import socket

import pytest

from tests import loop
from tests.probes.conftest import reply
from troth.core import egress
from troth.probes import checking, guard
from troth.probes.wire import Task


@pytest.mark.mission("S4.5")
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1",
        "169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",  # noqa: S104
        "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::", "2001:0:7f00:1::1", "fe80::1%eth0",
    ],
)  # fmt: skip
def test_private_and_reserved_addresses_are_refused(address):
    with pytest.raises(guard.ForbiddenError):
        guard.check(address, private=False)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111"])
def test_public_addresses_are_fine(address):
    guard.check(address, private=False)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "::", "::ffff:169.254.1.1"])
def test_link_local_is_never_reached_even_where_private_networks_may_be(address):
    with pytest.raises(guard.ForbiddenError):
        guard.check(address, private=True)


@pytest.mark.parametrize("written", ["2130706433", "0x7f.1", "127.1", "017700000001", "localhost"])
def test_odd_ways_to_write_an_address_lead_nowhere(written):
    with pytest.raises((guard.ForbiddenError, OSError)):
        loop.run(guard.places(written, 80, private=False))


def answers(monkeypatch, *rounds):
    """Let a name resolve to another address each time it is asked; count how often it is."""
    asked = []

    async def getaddrinfo(_self, host, port, **_more):
        found = rounds[min(len(asked), len(rounds) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return asked


def test_one_forbidden_address_of_a_name_forbids_the_name(monkeypatch):
    answers(monkeypatch, ["1.1.1.1", "10.0.0.1"])
    with pytest.raises(guard.ForbiddenError):
        loop.run(guard.places("shop.example", 443, private=False))


def test_a_name_is_resolved_once_between_the_check_and_the_connection(monkeypatch):
    """DNS rebinding: the second answer would be this machine, and is never asked for."""
    asked = answers(monkeypatch, ["1.1.1.1"], ["127.0.0.1"])
    connected = []

    async def sock_connect(_self, _sock, address):
        connected.append(address)
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", sock_connect, raising=False)
    found = run({"url": "http://rebind.example/"}, private=False)
    assert asked == ["rebind.example"]
    assert connected == [("1.1.1.1", 80)]
    assert found.reason == "the connection was refused"


def test_those_who_ask_at_the_same_moment_share_one_look_up(monkeypatch):
    asked = answers(monkeypatch, ["1.1.1.1"])

    async def together():
        await asyncio.gather(*(guard.places("a.example", 80, private=False) for _ in range(50)))

    loop.run(together())
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("either", [4, 6]), ("ipv4", [4, 6]), ("ipv6", [6, 4]),
        ("only ipv4", [4]), ("only ipv6", [6]),
    ],
)  # fmt: skip
def test_addresses_are_tried_in_the_order_asked_for(monkeypatch, family, expected):
    async def getaddrinfo(_self, _host, port, **_more):
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", port)),
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2606:4700::1111", port, 0, 0)),
        ]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    found = loop.run(guard.places("a.example", 80, private=False, family=family))
    assert [4 if one.family == socket.AF_INET else 6 for one in found] == expected


def run(settings, *, private=True, timeout=2_000, **more):
    task = Task(slug="shop", kind="http", settings=settings, every=60_000, timeout=timeout, **more)

    return loop.run(checking.check(checking.prepared(task, private=private)))


def test_a_redirect_to_the_clouds_secrets_is_refused(web):
    port = web(reply(status="302 Found", Location="http://169.254.169.254/latest/meta-data/"))
    found = run({"url": f"http://127.0.0.1:{port}/"})
    assert found.outcome == "down"
    assert found.reason == "169.254.169.254 is never reached"


def test_a_redirect_into_a_private_network_is_checked_again(web, monkeypatch):
    """The first address is let through for the test; the second is judged as always."""
    port = web(reply(status="302 Found", Location="http://10.0.0.1/"))
    real = guard.check
    monkeypatch.setattr(
        egress,
        "check",
        lambda text, private: None if text == "127.0.0.1" else real(text, private=private),
    )
    found = run({"url": f"http://127.0.0.1:{port}/"}, private=False)
    assert found.reason == "10.0.0.1 is in a private network; see TROTH_PROBE_PRIVATE"


def test_without_leave_this_machine_is_not_probed(web):
    port = web(reply())
    assert run({"url": f"http://127.0.0.1:{port}/"}, private=False).outcome == "down"
    assert run({"url": f"http://127.0.0.1:{port}/"}, private=True).outcome == "up"
