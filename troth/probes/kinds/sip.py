"""A hotline: whether its number is well-formed, and whether the SIP server behind it answers."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from secrets import token_hex
from typing import Annotated, Any, Final, Literal

import msgspec

from troth.probes.connecting import Journey, check_authority, reach, stream, tls_context
from troth.probes.guard import Place
from troth.probes.kind import Finding, Kind, Limits, ProbeError, named
from troth.probes.rules import sip as rules
from troth.probes.rules.facts import Missing
from troth.probes.rules.numbers import e164

_MOST: Final = 65_535  # bytes of an answer
_MOST_OTHERS: Final = 20  # answers that are not ours, or preliminary
_PATIENCE: Final = (0.5, 1.0, 2.0, 4.0)  # seconds until a datagram is sent again
_PORTS: Final = {"udp": 5060, "tcp": 5060, "tls": 5061}
_BUSY: Final = (486, 600)
_SAID: Final = {
    401: ": it asks who we are",
    404: ": there is no such user",
    405: ": it does not take OPTIONS",
    407: ": it asks who we are",
    408: ": it did not reach whom we asked for",
    480: ": whom we asked for cannot be reached at present",
    503: ": it is overloaded or being maintained",
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    number: Annotated[
        str, named("Number", "+49 30 1234567; only its form is checked.", max_length=40)
    ] = ""
    address: Annotated[
        str, named("SIP address", "sip:hotline@sip.example; it does not ring.", max_length=400)
    ] = ""
    transport: Annotated[Literal["udp", "tcp", "tls"], named("Transport")] = "udp"
    host: Annotated[
        str, named("Server", "If it is another than the address says.", max_length=253)
    ] = ""
    port: Annotated[int, named("Port", "0: the address's, or 5060 and 5061.", ge=0, le=65_535)] = 0
    ca: Annotated[
        str, named("Own authority", "PEM of a certificate that may sign.", max_length=20_000)
    ] = ""


async def probe(settings: Settings, limits: Limits) -> Finding:
    number = e164(settings.number) if settings.number else Missing("there is no number")
    if not settings.address:
        return Finding(facts={"number": number, "sip": Missing("there is no address to ask")})
    journey = Journey()
    found = await _asked(settings, limits, journey)
    facts = {"number": number, "address": journey.address, "sip": _facts(found)}
    error = "" if limits.wants("sip") else _wrong(found.code)
    return Finding(
        facts=facts,
        phases=journey.phases,
        error=error,
        degraded="it is busy" if found.code in _BUSY else "",
        excerpt="\n".join((f"{found.code} {found.reason}", *_lines(found))),
    )


async def _asked(settings: Settings, limits: Limits, journey: Journey) -> rules.Answer:
    to = rules.uri(settings.address)
    host = settings.host or to.host
    port = settings.port or to.port or _PORTS[settings.transport]
    if settings.transport == "udp":
        found = await reach(
            host,
            port,
            lambda place: _by_datagrams(place, to),
            limits=limits,
            journey=journey,
            kind=socket.SOCK_DGRAM,
        )
        journey.phases["answer"] = journey.phases.pop("connect")  # nothing connects
        return found
    tls = tls_context(ca=settings.ca) if settings.transport == "tls" else None
    async with stream(host, port, limits=limits, journey=journey, tls=tls) as (reader, writer):
        request = _Request(to, settings.transport, writer.get_extra_info("sockname"))
        writer.write(request.raw)
        for _ in range(_MOST_OTHERS):
            if answer := request.answered(await _message(reader)):
                journey.reached("answer")
                return answer
    raise ProbeError("it does not answer what we asked")


async def _message(reader: asyncio.StreamReader) -> bytes:
    """Return the head of the next message of a stream; its body is passed over."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise ProbeError("what it says is no SIP") from error
    with contextlib.suppress(ValueError):
        length = int(rules.answer(head).headers.get("content-length", "0"))
        if 0 <= length <= _MOST:
            await reader.readexactly(length)
    return head


async def _by_datagrams(place: Place, to: rules.Uri) -> rules.Answer:
    """Ask until there is an answer; datagrams may be lost, and the engine ends it in time."""
    with _datagrams(place) as sock:
        request = _Request(to, "udp", sock.getsockname())
        loop = asyncio.get_running_loop()
        waits = iter(_PATIENCE)
        patience = next(waits)
        await loop.sock_sendall(sock, request.raw)
        for _ in range(_MOST_OTHERS):
            try:
                raw = await asyncio.wait_for(loop.sock_recv(sock, _MOST), patience)
            except TimeoutError:
                patience = next(waits, _PATIENCE[-1])
                await loop.sock_sendall(sock, request.raw)
                continue
            if found := request.answered(raw):
                return found
    raise ProbeError("it does not answer what we asked")


@contextlib.contextmanager
def _datagrams(place: Place) -> Iterator[socket.socket]:
    with socket.socket(place.family, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.connect((place.host, place.port))
        yield sock


class _Request:
    """A request and the knowledge of which answer is its own."""

    def __init__(self, to: rules.Uri, transport: str, own: tuple[Any, ...]) -> None:
        self._number = f"{token_hex(12)}@troth-probe.invalid"
        host = f"[{own[0]}]" if ":" in own[0] else own[0]
        self.raw = rules.options(
            to=to,
            transport=transport,
            here=f"{host}:{own[1]}",
            number=self._number,
            branch=token_hex(8),
        )

    def answered(self, raw: bytes) -> rules.Answer | None:
        """Return the final answer, None for a preliminary one or another's. Raises ProbeError."""
        try:
            found = rules.answer(raw)
        except ValueError as error:
            raise ProbeError(str(error)) from error
        is_final = found.code >= 200 and found.answers(self._number)  # noqa: PLR2004
        return found if is_final else None


def _wrong(code: int) -> str:
    if 200 <= code < 300 or code in _BUSY:  # noqa: PLR2004
        return ""
    return f"it answers with {code}{_SAID.get(code, '')}"


def _facts(found: rules.Answer) -> dict[str, Any]:
    said = found.headers
    return {
        "code": found.code,
        "reason": found.reason,
        "server": said.get("server") or said.get("user-agent") or Missing("it does not say"),
        "allow": [one.strip() for one in said.get("allow", "").split(",") if one.strip()],
    }


def _lines(found: rules.Answer) -> list[str]:
    return [f"{name}: {value}" for name, value in found.headers.items()]


def _check(settings: Settings) -> None:
    if not settings.number and not settings.address:
        raise ValueError("number: name a number, an address or both")
    for field, read in (("number", e164), ("address", rules.uri)):
        given = getattr(settings, field)
        try:
            if given:
                read(given)
        except ValueError as error:
            raise ValueError(f"{field}: {error}") from error
    check_authority(settings.ca)


def _host(settings: Settings) -> str:
    to = rules.uri(settings.address).host if settings.address else ""
    return settings.host or to or settings.number


sip = Kind(
    label="Hotline (SIP)",
    help="Checks that a number is well-formed, and asks the SIP server behind it; it never rings.",
    settings=Settings,
    probe=probe,
    address=_host,
    facts={
        "number": "the number without blanks, as +49301234567",
        "sip.code": "the answer, for example sip.code == 200; takes the place of 200",
        "sip.reason": "the words of the answer",
        "sip.server": "what it says it is",
        "sip.allow": 'what it takes, for example "INVITE" in sip.allow',
        "address": "the network address that answered",
    },
    check=_check,
)
