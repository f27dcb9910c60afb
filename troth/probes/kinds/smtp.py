"""A mail server: its banner, what it can do, and TLS by STARTTLS or from the start."""

import asyncio
import re
import ssl
from typing import Annotated, Any, Final, Literal

import msgspec

from troth.probes import certificates
from troth.probes.connecting import Journey, check_authority, stream, tls_context
from troth.probes.kind import Finding, Kind, Limits, ProbeError, named
from troth.probes.lines import line

_MOST_LINES: Final = 50
_REPLY = re.compile(rb"(?P<code>[2-5]\d\d)(?P<more>[ -]?)(?P<text>.*)", re.DOTALL)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    host: Annotated[str, named("Host", "A name or an address.", min_length=1, max_length=253)]
    port: Annotated[int, named("Port", "25, 587 or 465.", ge=1, le=65_535)] = 25
    security: Annotated[
        Literal["starttls", "tls", "none"],
        named("Encryption", "starttls asks for it, tls begins with it (port 465)."),
    ] = "starttls"
    helo: Annotated[
        str,
        named("Own name", "What we say who we are.", pattern=r"^[A-Za-z0-9.:\[\]-]{1,253}$"),
    ] = "troth-probe.invalid"
    verify: Annotated[bool, named("Check the certificate")] = True
    ca: Annotated[
        str, named("Own authority", "PEM of a certificate that may sign.", max_length=20_000)
    ] = ""


async def probe(settings: Settings, limits: Limits) -> Finding:
    journey = Journey()
    tls = tls_context(verify=settings.verify, ca=settings.ca)
    direct = tls if settings.security == "tls" else None
    async with stream(settings.host, settings.port, limits=limits, journey=journey, tls=direct) as (
        reader,
        writer,
    ):
        talk = _Talk(reader, writer)
        seen = await _greeted(talk, settings.helo)
        journey.reached("first_byte")
        if settings.security == "starttls":
            await _upgraded(talk, tls, settings)
            journey.reached("tls")
        connection = writer.get_extra_info("ssl_object")
        seen["tls"] = certificates.facts(connection) if connection else {}
        writer.write(b"QUIT\r\n")
    facts = {**seen, "address": journey.address}
    return Finding(facts=facts, phases=journey.phases, excerpt="\n".join(talk.heard))


class _Talk:
    """Commands and replies; what was heard is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.heard: list[str] = []

    async def says(self, command: str, *, expected: int) -> list[str]:
        self.writer.write(f"{command}\r\n".encode("ascii"))
        return await self.reply(expected=expected)

    async def reply(self, *, expected: int) -> list[str]:
        """Return the lines of a reply without the code. Raises ProbeError for another code."""
        texts = []
        for _ in range(_MOST_LINES):
            match = _REPLY.fullmatch(await line(self.reader))
            if match is None:
                raise ProbeError("what it says is no SMTP")
            texts.append(match["text"].decode("utf-8", "replace"))
            self.heard.append(f"{match['code'].decode()} {texts[-1]}")
            if match["more"] != b"-":
                return _expected(int(match["code"]), expected, texts)
        raise ProbeError(f"its reply has more than {_MOST_LINES} lines")


def _expected(code: int, expected: int, texts: list[str]) -> list[str]:
    if code != expected:
        raise ProbeError(f"it replies {code}, not {expected}")
    return texts


async def _greeted(talk: _Talk, helo: str) -> dict[str, Any]:
    banner = await talk.reply(expected=220)
    _, *offered = await talk.says(f"EHLO {helo}", expected=250)
    return {
        "banner": "\n".join(banner),
        "extensions": [one.upper() for one in offered],
        "starttls": "STARTTLS" in {one.strip().upper() for one in offered},
    }


async def _upgraded(talk: _Talk, tls: ssl.SSLContext, settings: Settings) -> None:
    await talk.says("STARTTLS", expected=220)
    await talk.writer.start_tls(tls, server_hostname=settings.host)
    await talk.says(f"EHLO {settings.helo}", expected=250)


def _check(settings: Settings) -> None:
    check_authority(settings.ca)


smtp = Kind(
    label="SMTP",
    help="Greets a mail server, asks for STARTTLS and reads the certificate; sends no mail.",
    settings=Settings,
    probe=probe,
    address=lambda settings: settings.host,
    facts={
        "banner": 'how it greets, for example banner contains "ESMTP"',
        "extensions": 'what it offers, for example "SMTPUTF8" in extensions',
        "starttls": "true if STARTTLS is offered",
        "tls.days_left": "days until the certificate ends",
        "tls.version": "for example TLSv1.3",
        "tls.issuer": "who signed the certificate",
        "address": "the address that answered",
    },
    check=_check,
)
