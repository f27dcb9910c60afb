"""Echoes of this machine itself, where its kernel lets us; what comes from others is not ours."""

import socket
import struct

import pytest

from troth.probes import icmp
from troth.probes.kind import ProbeError


def able(family=socket.AF_INET):
    try:
        sock, _ = icmp._socket(family)
    except ProbeError:
        return False
    sock.close()
    return True


needs_leave = pytest.mark.skipif(not able(), reason="the kernel lets us send no ping")


@needs_leave
@pytest.mark.mission("S2.5")
def test_this_machine_answers(check):
    settings = {"host": "127.0.0.1", "pause_ms": 20}
    told = "received == 3 and loss == 0 and fastest <= mean and mean <= slowest and mean < 1s"
    found = check("ping", settings, condition=told)
    assert (found.outcome, found.reason) == ("up", "")
    assert set(found.phases) == {"dns", "answer"}


@needs_leave
@pytest.mark.skipif(not able(socket.AF_INET6), reason="there is no IPv6 here")
def test_this_machine_answers_by_ipv6(check):
    found = check("ping", {"host": "::1", "count": 1})
    if "no way" in found.reason or "no such internet protocol" in found.reason:
        pytest.skip("there is no IPv6 here")
    assert (found.outcome, found.reason) == ("up", "")


@needs_leave
def test_silence_is_told_within_the_time(check, monkeypatch):
    # Requests that no kernel answers: a kind of message that means nothing.
    monkeypatch.setitem(icmp._REQUESTS, socket.AF_INET, 253)
    found = check("ping", {"host": "127.0.0.1", "pause_ms": 20}, timeout=400)
    assert found.outcome == "down"
    assert found.took < 1


def test_without_the_kernels_leave_it_says_what_to_do(check, monkeypatch):
    def refused(*_):
        raise PermissionError

    monkeypatch.setattr(icmp.socket, "socket", refused)
    with pytest.raises(ProbeError, match=r"net\.ipv4\.ping_group_range"):
        icmp._socket(socket.AF_INET)


def test_private_addresses_are_refused(check):
    assert "private network" in check("ping", {"host": "127.0.0.1"}, private=False).reason
    assert "never reached" in check("ping", {"host": "169.254.169.254"}).reason


def test_packets_of_others_are_not_ours():
    line = icmp._Line(None, socket.AF_INET, raw=True, number=7, token=b"t" * 16)
    header = b"\x45" + bytes(19)
    reply = struct.pack("!BBHHH", 0, 0, 0, 7, 2)
    assert icmp._number(line, header + reply + b"t" * 16) == 2
    assert icmp._number(line, header + reply + b"x" * 16) is None
    assert icmp._number(line, header + b"\x08" + reply[1:] + b"t" * 16) is None
    for junk in (b"", b"\x4f", b"\xff" * 3, header):
        assert icmp._number(line, junk) is None


def test_the_checksum_is_that_of_the_internet():
    assert icmp._checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0x220D  # RFC 1071's own example
