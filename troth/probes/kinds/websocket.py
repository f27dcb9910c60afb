"""A WebSocket: the handshake, and perhaps a message that is answered."""

from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec

from troth.probes.connecting import Journey, check_authority, tls_context
from troth.probes.getting import check_address
from troth.probes.kind import Finding, Kind, Limits, ProbeError, named
from troth.probes.rules.facts import Missing

_MOST: Final = 1_000_000  # bytes of a message
_FAREWELL: Final = 1.0  # seconds that the other side has for its own
_SHOWN: Final = 2_000


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    url: Annotated[str, named("Address", "wss://shop.example/live", max_length=2_000)]
    send: Annotated[str, named("Send", "A text to send first.", max_length=10_000)] = ""
    protocol: Annotated[
        str, named("Subprotocol", "graphql-transport-ws, for example.", max_length=100)
    ] = ""
    origin: Annotated[str, named("Origin", "If it asks for one.", max_length=300)] = ""
    token: Annotated[str, named("Bearer token", max_length=4_000)] = ""
    verify: Annotated[bool, named("Check the certificate")] = True
    ca: Annotated[
        str, named("Own authority", "PEM of a certificate that may sign.", max_length=20_000)
    ] = ""


async def probe(settings: Settings, limits: Limits) -> Finding:
    import aiohttp  # heavy, and perhaps nobody watches

    journey = Journey()
    try:
        facts = await _talked(settings, limits, journey)
    except aiohttp.WSServerHandshakeError as error:
        raise ProbeError(f"it answers with status {error.status}, not 101") from error
    except aiohttp.ClientConnectionError as error:
        raise _cause(error) from error
    except (aiohttp.ClientError, ValueError) as error:
        raise ProbeError("the answer is no valid WebSocket") from error
    excerpt = str(facts.get("message") or "")[:_SHOWN]
    return Finding(facts=facts, phases=journey.phases, excerpt=excerpt)


def _cause(error: BaseException) -> Exception:
    """Return what the operating system or TLS said, which aiohttp has wrapped."""
    cause = error.__cause__
    return cause if isinstance(cause, OSError) else ConnectionError()


async def _talked(settings: Settings, limits: Limits, journey: Journey) -> dict[str, Any]:
    import aiohttp

    from troth.probes import websockets

    tls = tls_context(verify=settings.verify, ca=settings.ca)
    async with (
        websockets.session(tls=tls, limits=limits, journey=journey) as session,
        session.ws_connect(
            settings.url,
            protocols=(settings.protocol,) if settings.protocol else (),
            origin=settings.origin or None,
            headers=_headers(settings),
            timeout=aiohttp.ClientWSTimeout(ws_close=_FAREWELL),
            max_msg_size=_MOST,
        ) as socket,
    ):
        journey.reached("first_byte")
        facts: dict[str, Any] = {
            "connected": True,
            "protocol": socket.protocol or "",
            "address": journey.address,
        }
        if settings.send:
            await socket.send_str(settings.send)
        if settings.send or limits.wants("message", "json"):
            facts |= _read(await socket.receive())
            journey.reached("transfer")
    return facts


def _headers(settings: Settings) -> dict[str, str]:
    own = {"User-Agent": "troth-probe"}
    return {**own, "Authorization": f"Bearer {settings.token}"} if settings.token else own


def _read(message: Any) -> dict[str, Any]:  # noqa: ANN401 - aiohttp's
    from aiohttp import WSMsgType

    if message.type is WSMsgType.ERROR:
        raise ProbeError("what it sends is no valid WebSocket")
    if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
        raise ProbeError("it closed before it sent a message")
    raw = message.data
    return {
        "message": raw if isinstance(raw, str) else raw.decode("utf-8", "replace"),
        "json": _json(raw),
    }


def _json(raw: str | bytes) -> object:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Missing("the message is no JSON")


def _check(settings: Settings) -> None:
    check_address(
        settings.url,
        schemes=("ws", "wss"),
        example="wss://shop.example/live",
        login="put a token into its own field",
    )
    for text in (settings.protocol, settings.origin, settings.token):
        if not text.isprintable() or not text.isascii():
            raise ValueError("protocol, origin and token are plain printable text")
    check_authority(settings.ca)


websocket = Kind(
    label="WebSocket",
    help="Opens a WebSocket, and may send a text and judge the first message that comes.",
    settings=Settings,
    probe=probe,
    address=lambda settings: urlsplit(settings.url).hostname or "",
    facts={
        "connected": "true once the handshake is done",
        "message": 'the first message, for example message contains "pong"',
        "json": 'the message as JSON, for example json.type == "ack"',
        "protocol": "the subprotocol that was agreed on",
        "address": "the network address that answered",
    },
    condition="connected == true",
    secrets=("token",),
    check=_check,
)
