"""A Redis server: logs in, says PING, and reads what INFO tells. The protocol is a few lines."""

import asyncio
from typing import Annotated, Any, Final

import msgspec

from troth.probes.connecting import Journey, check_authority, stream, tls_context
from troth.probes.kind import Finding, Kind, Limits, ProbeError, named
from troth.probes.lines import line

_MOST: Final = 200_000  # bytes of what INFO tells
_SHOWN: Final = 2_000


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    host: Annotated[str, named("Host", "A name or an address.", min_length=1, max_length=253)]
    port: Annotated[int, named("Port", ge=1, le=65_535)] = 6379
    user: Annotated[str, named("User", "Where it has users.", max_length=200)] = ""
    password: Annotated[str, named("Password", max_length=500)] = ""
    tls: Annotated[bool, named("TLS")] = False
    ca: Annotated[
        str, named("Own authority", "PEM of a certificate that may sign.", max_length=20_000)
    ] = ""


async def probe(settings: Settings, limits: Limits) -> Finding:
    journey = Journey()
    tls = tls_context(ca=settings.ca) if settings.tls else None
    told = ""
    async with stream(settings.host, settings.port, limits=limits, journey=journey, tls=tls) as (
        reader,
        writer,
    ):
        await _logged_in(reader, writer, settings)
        pong = await _asked(reader, writer, "PING") == "PONG"
        journey.reached("first_byte")
        if limits.wants("info", "role"):
            told = await _asked(reader, writer, "INFO")
            journey.reached("transfer")
    info = _read(told)
    facts = {"pong": pong, "info": info, "role": info.get("role"), "address": journey.address}
    return Finding(facts=facts, phases=journey.phases, excerpt=told[:_SHOWN])


async def _logged_in(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, settings: Settings
) -> None:
    if settings.password:
        user = [settings.user] if settings.user else []
        await _asked(reader, writer, "AUTH", *user, settings.password)


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *words: str) -> str:
    """Send a command as an array of texts and return its answer. Raises ProbeError."""
    parts = [word.encode() for word in words]
    head = f"*{len(parts)}\r\n".encode()
    writer.write(head + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts))
    await writer.drain()
    mark, text = _marked(await line(reader))
    if mark == "-":
        raise ProbeError(_REFUSALS.get(text.partition(" ")[0], f"it refuses {words[0]}"))
    return text if mark == "+" else await _bulk(reader, text)


_REFUSALS: Final = {
    "NOAUTH": "it asks for a password",
    "WRONGPASS": "it does not take this password",
    "NOPERM": "this user may not ask that",
    "LOADING": "it is loading its data",
    "MASTERDOWN": "its master is down",
    "DENIED": "it is in protected mode",
}


def _marked(raw: bytes) -> tuple[str, str]:
    text = raw.decode("utf-8", "replace")
    mark, rest = text[:1], text[1:]
    if mark not in ("+", "-") and not (mark == "$" and rest.isdecimal()):
        raise ProbeError("what it says is no Redis")
    return mark, rest


async def _bulk(reader: asyncio.StreamReader, text: str) -> str:
    length = int(text[:12])
    if length > _MOST:
        raise ProbeError(f"its answer is longer than {_MOST:,} bytes")
    found = await reader.readexactly(length + 2)
    return found[:length].decode("utf-8", "replace")


def _read(told: str) -> dict[str, Any]:
    """Return what INFO tells, numbers as numbers: used_memory, role and more."""
    pairs = (one.partition(":") for one in told.splitlines() if not one.startswith("#"))
    return {name: _number(value) for name, colon, value in pairs if colon}


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _check(settings: Settings) -> None:
    if settings.user and not settings.password:
        raise ValueError("password: a user has one")
    check_authority(settings.ca)


redis = Kind(
    label="Redis",
    help="Logs in, says PING, and may judge what INFO tells; also Valkey and KeyDB.",
    settings=Settings,
    probe=probe,
    address=lambda settings: settings.host,
    facts={
        "pong": "true if it answers PING",
        "role": "master or slave",
        "info": "what INFO tells, for example info.used_memory < 2gb",
        "address": "the address that answered",
    },
    condition="pong == true",
    secrets=("password",),
    check=_check,
)
