"""A gRPC server's health service: what it says of itself, or of one of its services."""

from typing import Annotated, Any, Final

import msgspec

from troth.probes import guard
from troth.probes.connecting import Journey, check_authority
from troth.probes.kind import Finding, Kind, Limits, ProbeError, named

_METHOD: Final = "/grpc.health.v1.Health/Check"
_STATES: Final = {0: "UNKNOWN", 1: "SERVING", 2: "NOT_SERVING", 3: "SERVICE_UNKNOWN"}
_MOST: Final = 10_000  # bytes of the answer
_SHARE: Final = 0.95  # of the time limit; the rest is for telling why
_LACKING: Final = "gRPC needs a library that is not installed: pip install troth[probes-grpc]"
_SAID: Final = {
    "UNAVAILABLE": "the connection failed, or what it says is no gRPC",
    "UNIMPLEMENTED": "the server has no health service",
    "NOT_FOUND": "the server knows no such service",
    "UNAUTHENTICATED": "the server asks who we are",
    "PERMISSION_DENIED": "we may not ask the health service",
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    host: Annotated[str, named("Host", "A name or an address.", min_length=1, max_length=253)]
    port: Annotated[int, named("Port", ge=1, le=65_535)] = 443
    service: Annotated[
        str, named("Service", "shop.v1.Checkout; empty: the server itself.", max_length=300)
    ] = ""
    token: Annotated[str, named("Bearer token", max_length=4_000)] = ""
    tls: Annotated[bool, named("TLS")] = True
    ca: Annotated[
        str, named("Own authority", "PEM of who may sign, instead of the usual.", max_length=20_000)
    ] = ""


async def probe(settings: Settings, limits: Limits) -> Finding:
    try:
        import grpc
    except ImportError as error:
        raise ProbeError(_LACKING) from error
    journey = Journey()
    found = await guard.places(settings.host, settings.port, private=limits.private)
    journey.reached("dns")
    try:
        raw = await _asked(settings, found[0], limits.timeout * _SHARE - journey.phases["dns"])
    except grpc.aio.AioRpcError as error:
        raise _failure(error.code().name) from error
    journey.reached("answer")
    facts = {"health": _state(raw), "address": found[0].host}
    return Finding(facts=facts, phases=journey.phases, excerpt=facts["health"])


def _failure(code: str) -> Exception:
    if code == "DEADLINE_EXCEEDED":
        return TimeoutError()
    return ProbeError(_SAID.get(code, f"the server answers with {code}"))


async def _asked(settings: Settings, place: guard.Place, seconds: float) -> bytes:
    """Return the answer as bytes: two fields need no generated code."""
    async with _channel(settings, place) as channel:
        check = channel.unary_unary(_METHOD)
        token = settings.token
        answer: bytes = await check(
            _request(settings.service),
            timeout=max(seconds, 0.0),
            metadata=(("authorization", f"Bearer {token}"),) if token else (),
        )
    return answer


def _channel(settings: Settings, place: guard.Place) -> Any:  # noqa: ANN401 - grpc.aio.Channel
    import grpc

    address = f"ipv6:[{place.host}]" if ":" in place.host else f"ipv4:{place.host}"
    target = f"{address}:{place.port}"  # a checked address: nothing is resolved any more
    options = [
        ("grpc.default_authority", settings.host),
        ("grpc.enable_http_proxy", 0),
        ("grpc.max_receive_message_length", _MOST),
        ("grpc.use_local_subchannel_pool", 1),
    ]
    if not settings.tls:
        return grpc.aio.insecure_channel(target, options)
    options.append(("grpc.ssl_target_name_override", settings.host))
    credentials = grpc.ssl_channel_credentials(settings.ca.encode() or None)
    return grpc.aio.secure_channel(target, credentials, options)


def _request(service: str) -> bytes:
    """Return a HealthCheckRequest: field 1 is the service."""
    text = service.encode()
    if not text:
        return b""
    length, left = bytearray(), len(text)
    while left > 0x7F:  # noqa: PLR2004 - seven bits a byte
        length.append(left & 0x7F | 0x80)
        left >>= 7
    return b"\x0a" + bytes(length) + bytes([left]) + text


def _state(raw: bytes) -> str:
    """Return the status in a HealthCheckResponse: field 1; none is UNKNOWN."""
    if not raw:
        return _STATES[0]
    if len(raw) != 2 or raw[0] != 0x08:  # noqa: PLR2004 - its mark and its value
        raise ProbeError("the answer is none of a health service")
    return _STATES.get(raw[1], f"STATUS_{raw[1]}")


def _check(settings: Settings) -> None:
    if not settings.token.isprintable() or not settings.token.isascii():
        raise ValueError("token: it is plain printable text")
    check_authority(settings.ca)


grpc = Kind(
    label="gRPC health",
    help="Asks the standard health service of a gRPC server.",
    settings=Settings,
    probe=probe,
    address=lambda settings: settings.host,
    facts={
        "health": "SERVING, NOT_SERVING, SERVICE_UNKNOWN or UNKNOWN",
        "address": "the address that was asked",
    },
    condition='health == "SERVING"',
    secrets=("token",),
    check=_check,
)
