"""An MQTT broker: connects, and may send a message that must come back. MQTT 3.1.1, few packets."""

import asyncio
from secrets import token_hex
from typing import Annotated, Any, Final

import msgspec

from troth.probes.connecting import Journey, check_authority, stream, tls_context
from troth.probes.kind import Finding, Kind, Limits, ProbeError, named

_CONNACK, _PUBLISH, _SUBACK = 2, 3, 9
_MOST: Final = 300_000  # bytes of a packet
_MOST_PACKETS: Final = 100  # others that may come first
_REFUSED: Final = 0x80
_SHOWN: Final = 2_000
_REFUSALS: Final = {
    1: "it does not speak MQTT 3.1.1",
    2: "it does not take our client's name",
    3: "it says that it is not available",
    4: "it does not take this user or password",
    5: "it asks for a user and a password that may connect",
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    host: Annotated[str, named("Host", "A name or an address.", min_length=1, max_length=253)]
    port: Annotated[int, named("Port", "1883, or 8883 with TLS.", ge=1, le=65_535)] = 1883
    topic: Annotated[
        str, named("Topic", "To wait for a message of it, also a kept one.", max_length=500)
    ] = ""
    send: Annotated[
        str, named("Send", "A text to publish to the topic; it must come back.", max_length=2_000)
    ] = ""
    user: Annotated[str, named("User", max_length=200)] = ""
    password: Annotated[str, named("Password", max_length=500)] = ""
    tls: Annotated[bool, named("TLS")] = False
    ca: Annotated[
        str, named("Own authority", "PEM of a certificate that may sign.", max_length=20_000)
    ] = ""


async def probe(settings: Settings, limits: Limits) -> Finding:
    journey = Journey()
    tls = tls_context(ca=settings.ca) if settings.tls else None
    facts: dict[str, Any] = {"connected": True}
    async with stream(settings.host, settings.port, limits=limits, journey=journey, tls=tls) as (
        reader,
        writer,
    ):
        writer.write(_connect(settings))
        _, body = await _packet(reader, _CONNACK)
        _accepted(body)
        journey.reached("first_byte")
        if settings.topic:
            facts["message"] = await _message(reader, writer, settings)
            journey.reached("transfer")
        writer.write(b"\xe0\x00")  # DISCONNECT
    facts["address"] = journey.address
    excerpt = str(facts.get("message") or "")[:_SHOWN]
    return Finding(facts=facts, phases=journey.phases, excerpt=excerpt)


def _accepted(body: bytes) -> None:
    if len(body) != 2:  # noqa: PLR2004 - flags and the code
        raise ProbeError("what it says is no MQTT")
    if body[1]:
        raise ProbeError(_REFUSALS.get(body[1], f"it refuses with code {body[1]}"))


async def _message(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, settings: Settings
) -> str:
    """Return the next message of the topic; of several that come, ours where we sent one."""
    topic = _text(settings.topic)
    writer.write(_made(0x82, b"\x00\x01" + topic + b"\x00"))
    _, body = await _packet(reader, _SUBACK)
    if body[2:3] != b"\x00":
        raise ProbeError("we may not read this topic")
    if settings.send:
        writer.write(_made(0x30, topic + settings.send.encode()))
    for _ in range(_MOST_PACKETS):
        flags, body = await _packet(reader, _PUBLISH)
        said = _payload(flags, body)
        if not settings.send or said == settings.send:
            return said
    raise ProbeError("our message did not come back among many others")


def _payload(flags: int, body: bytes) -> str:
    length = int.from_bytes(body[:2], "big")
    start = 2 + length + (2 if flags & 0b0110 else 0)
    if start > len(body):
        raise ProbeError("what it says is no MQTT")
    return body[start:].decode("utf-8", "replace")


async def _packet(reader: asyncio.StreamReader, wanted: int) -> tuple[int, bytes]:
    """Return flags and body of the next packet of a type; others before it are passed over."""
    for _ in range(_MOST_PACKETS):
        head = (await reader.readexactly(1))[0]
        body = await reader.readexactly(await _length(reader))
        if head >> 4 == wanted:
            return head & 0x0F, body
        if wanted == _CONNACK:
            break  # nothing may come before it
    raise ProbeError("what it says is no MQTT")


async def _length(reader: asyncio.StreamReader) -> int:
    found = 0
    for place in range(4):
        byte = (await reader.readexactly(1))[0]
        found |= (byte & 0x7F) << (7 * place)
        if byte < _REFUSED:
            break
    else:
        raise ProbeError("what it says is no MQTT")
    if found > _MOST:
        raise ProbeError(f"it sends a packet of more than {_MOST:,} bytes")
    return found


def _connect(settings: Settings) -> bytes:
    flags = 0b10  # a clean session
    payload = _text(f"troth-{token_hex(8)}")
    for bit, given in ((0x80, settings.user), (0x40, settings.password)):
        if given:
            flags |= bit
            payload += _text(given)
    return _made(0x10, _text("MQTT") + bytes([4, flags, 0, 60]) + payload)


def _made(head: int, body: bytes) -> bytes:
    length, left = bytearray(), len(body)
    while True:
        left, seven = left >> 7, left & 0x7F
        length.append(seven | (0x80 if left else 0))
        if not left:
            return bytes([head]) + bytes(length) + body


def _text(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def _check(settings: Settings) -> None:
    if settings.password and not settings.user:
        raise ValueError("user: a password has one")
    if settings.send and (not settings.topic or set("+#") & set(settings.topic)):
        raise ValueError("topic: to send, name one topic without + and #")
    if "\0" in settings.topic + settings.user:
        raise ValueError("topic: there is a character that MQTT does not allow")
    check_authority(settings.ca)


mqtt = Kind(
    label="MQTT",
    help="Connects to a broker, and may send a message that must come back.",
    settings=Settings,
    probe=probe,
    address=lambda settings: settings.host,
    facts={
        "connected": "true once the broker has accepted us",
        "message": "the message that came, with a topic",
        "address": "the address that answered",
    },
    condition="connected == true",
    secrets=("password",),
    check=_check,
)
