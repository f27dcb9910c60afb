"""A hotline: its number, a real SIP peer where there is one, and peers that misbehave."""

import contextlib
import itertools
import shutil
import socket
import subprocess
import threading

import pytest

from troth.probes import catalogue
from troth.probes.rules.numbers import e164

SCENARIO = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="options">
  <recv request="OPTIONS"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]SIPpTag[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
Allow: INVITE, ACK, BYE, OPTIONS
Server: SIPp
Content-Length: 0

]]></send>
</scenario>
"""


@pytest.fixture
def sipp(tmp_path, free_port):
    """Return a function that runs SIPp, which answers OPTIONS, and returns its port."""
    running = []

    def started(transport):
        program = shutil.which("sipp")
        if program is None:
            pytest.skip("sipp is not installed: apt-get install sip-tester")
        port = free_port()
        scenario = tmp_path / "options.xml"
        scenario.write_text(SCENARIO)
        running.append(
            subprocess.Popen(
                [program, "-sf", scenario, "-i", "127.0.0.1", "-p", str(port), "-t", transport,
                 "-nostdin"],
                cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
        )  # fmt: skip
        return port

    yield started
    for process in running:
        process.kill()
        process.wait()


@pytest.mark.mission("S2.5", "S2.42")
@pytest.mark.parametrize(("transport", "sockets"), [("udp", "u1"), ("tcp", "t1")])
def test_a_real_peer_answers(check, sipp, transport, sockets):
    settings = {
        "number": "+49 30 1234567",
        "address": f"sip:hotline@127.0.0.1:{sipp(sockets)}",
        "transport": transport,
    }
    told = 'sip.code == 200 and "INVITE" in sip.allow and sip.server == "SIPp"'
    found = check("sip", settings, condition=told, timeout=9_000, retries=5)
    assert (found.outcome, found.reason) == ("up", "")
    assert check("sip", settings).outcome == "up"
    assert ("answer" in found.phases, "connect" in found.phases) == (True, transport == "tcp")


@pytest.mark.parametrize(
    ("text", "number"),
    [("+49 30 1234567", "+49301234567"), ("+1 (212) 555-0100", "+12125550100")],
)
def test_a_number_may_be_written_as_people_do(text, number):
    assert e164(text) == number


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("030 1234567", "begin with +"),
        ("0049 30 1234567", "begin with +"),
        ("+49 (0)30 1234567", "leave out the (0)"),
        ("+0 30 1234567", "7 to 15 digits"),
        ("+49 30", "7 to 15 digits"),
        ("+49 30 1234567 8901234", "7 to 15 digits"),
        ("+49 CALL-US-NOW", "7 to 15 digits"),
        ("+٤٩ 30 1234567", "7 to 15 digits"),
    ],
)
def test_a_number_that_nobody_can_dial_is_refused(text, said):
    with pytest.raises(catalogue.SettingsError) as told:
        catalogue.read("sip", {"number": text})
    assert "number: " in str(told.value)
    assert said in str(told.value)


@pytest.mark.parametrize(
    "address",
    ["hotline@sip.example", "sip:", "sip:a b@x", "sip:x:99999", "sip:x\r\nVia: y", "tel:+4930"],
)
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(catalogue.SettingsError, match="address: write for example"):
        catalogue.read("sip", {"address": address})


def test_something_must_be_named():
    with pytest.raises(catalogue.SettingsError, match="a number, an address or both"):
        catalogue.read("sip", {})


def test_a_number_alone_asks_nobody(check):
    settings = {"number": "+49 30 1234567"}
    assert check("sip", settings).outcome == "up"
    found = check("sip", settings, condition="sip.code == 200")
    assert (found.outcome, found.reason) == ("down", "there is no address to ask")


def reply(request, first="SIP/2.0 200 OK", body="", **changed):
    """Return an answer with the headers that belong to a request."""
    head = [first]
    for line in request.decode().split("\r\n"):
        name, _, value = line.partition(":")
        if name in ("Via", "From", "To", "Call-ID", "CSeq"):
            head.append(f"{name}:{changed.get(name.replace('-', ''), value)}")
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", body]).encode()


def _serve(sock, answer):
    with contextlib.suppress(OSError):
        for number in itertools.count():
            request, peer = sock.recvfrom(4_096)
            for each in answer(request, number):
                sock.sendto(each, peer)


@pytest.fixture
def datagrams():
    """Return a function that serves UDP: `answer(request, number)` gives what is sent back."""
    opened = []

    def serve(answer):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(10)
        opened.append(sock)

        threading.Thread(target=_serve, args=(sock, answer), daemon=True).start()
        return {"address": f"sip:hotline@127.0.0.1:{sock.getsockname()[1]}"}

    yield serve
    for sock in opened:
        sock.close()


@pytest.mark.parametrize(
    ("first", "outcome", "reason"),
    [
        ("SIP/2.0 200 OK", "up", ""),
        ("SIP/2.0 486 Busy Here", "degraded", "it is busy"),
        ("SIP/2.0 404 <b>Not</b> Found", "down", "it answers with 404: there is no such user"),
        ("SIP/2.0 500 Odd", "down", "it answers with 500"),
        ("HTTP/1.1 200 OK", "down", "what it says is no SIP"),
        ("SIP/2.0 999 No", "down", "what it says is no SIP"),
    ],
)
def test_answers_are_judged(check, datagrams, first, outcome, reason):
    found = check("sip", datagrams(lambda request, _: [reply(request, first)]))
    assert (found.outcome, found.reason) == (outcome, reason)


def test_a_lost_datagram_is_sent_again(check, datagrams):
    settings = datagrams(lambda request, number: [reply(request)] if number else [])
    assert check("sip", settings, timeout=5_000).outcome == "up"


def test_preliminary_answers_and_those_to_others_do_not_count(check, datagrams):
    settings = datagrams(
        lambda request, _: [
            reply(request, "SIP/2.0 100 Trying"),
            reply(request, "SIP/2.0 500 Not yours", CallID=" other@example"),
            reply(request),
        ]
    )
    assert check("sip", settings).outcome == "up"


def test_an_endless_chatter_ends(check, datagrams):
    settings = datagrams(lambda request, _: [reply(request, "SIP/2.0 100 Trying")] * 50)
    assert check("sip", settings).reason == "it does not answer what we asked"


def test_nobody_there_and_nobody_answering(check, free_port, datagrams):
    found = check("sip", {"address": f"sip:127.0.0.1:{free_port()}"})
    assert found.reason == "the connection was refused"
    assert check("sip", datagrams(lambda *_: []), timeout=300).reason == "no answer within 0.3 s"


def test_streams_that_misbehave(check, hanging, babbling):
    settings = {"address": f"sip:127.0.0.1:{hanging}", "transport": "tcp"}
    assert check("sip", settings, timeout=300).reason == "no answer within 0.3 s"
    settings = {"address": f"sip:127.0.0.1:{babbling}", "transport": "tcp"}
    assert check("sip", settings).reason == "what it says is no SIP"


def test_over_tls_the_certificate_counts(check, listening, secure):
    async def answer(reader, writer):
        writer.write(reply(await reader.readuntil(b"\r\n\r\n"), body="abc"))
        await writer.drain()

    context, pem = secure("localhost")
    port = listening(answer, tls=context)
    settings = {"address": f"sip:hotline@localhost:{port}", "transport": "tls", "ca": pem}
    assert check("sip", settings).outcome == "up"
    refused = check("sip", {**settings, "ca": ""})
    assert refused.reason.startswith("the certificate is not accepted")


def test_a_private_address_is_not_asked_without_leave(check, datagrams):
    settings = datagrams(lambda request, _: [reply(request)])
    assert "private network" in check("sip", settings, private=False).reason
