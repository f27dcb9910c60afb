"""A TCP port: it accepts a connection, and perhaps says what it should."""

import asyncio
from typing import Annotated

import msgspec

from troth.probes.connecting import Journey, stream
from troth.probes.kind import Finding, Kind, Limits, named

_LONGEST = 4_096  # bytes of what is read


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    host: Annotated[str, named("Host", "A name or an address.", min_length=1, max_length=253)]
    port: Annotated[int, named("Port", ge=1, le=65_535)]
    send: Annotated[
        str, named("Send", "Text to send first; \\r\\n are written so.", max_length=1_000)
    ] = ""


async def probe(settings: Settings, limits: Limits) -> Finding:
    journey = Journey()
    said = ""
    async with stream(settings.host, settings.port, limits=limits, journey=journey) as (
        reader,
        writer,
    ):
        if settings.send:
            writer.write(settings.send.replace("\\r", "\r").replace("\\n", "\n").encode())
            await writer.drain()
        if limits.wants("banner"):
            said = await _said(reader)
            journey.reached("first_byte")
    facts = {"connected": True, "address": journey.address, "banner": said}
    return Finding(facts=facts, phases=journey.phases, excerpt=said)


async def _said(reader: asyncio.StreamReader) -> str:
    """Return the first line, or what comes before the other side stops."""
    found = bytearray()
    while len(found) < _LONGEST and b"\n" not in found:
        part = await reader.read(_LONGEST - len(found))
        if not part:
            break
        found += part
    return found.decode("utf-8", "replace")


tcp = Kind(
    label="TCP port",
    help="Connects, and may look at the first line that comes.",
    settings=Settings,
    probe=probe,
    address=lambda settings: settings.host,
    facts={
        "connected": "true once the connection stands",
        "address": "the address that answered",
        "banner": "the first line that the other side says",
    },
    condition="connected == true",
)
