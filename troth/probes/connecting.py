"""To a host by TCP, and TLS over it, through the guard; each phase timed."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import lru_cache
from time import perf_counter
from typing import Final, TypeVar

from troth.probes import guard
from troth.probes.kind import Limits

T = TypeVar("T")
_LEAST: Final = 0.25  # seconds for each further address of a host


@dataclass(slots=True)
class Journey:
    """How far a connection came: seconds of each phase, and the address that answered."""

    phases: dict[str, float] = field(default_factory=dict)
    address: str = ""
    _since: float = field(default_factory=perf_counter)

    def reached(self, phase: str) -> None:
        """Give the time since the last phase to this one; another redirect adds to it."""
        now = perf_counter()
        self.phases[phase] = self.phases.get(phase, 0.0) + now - self._since
        self._since = now


async def connected(
    host: str, port: int, *, limits: Limits, journey: Journey, family: str = "either"
) -> socket.socket:
    """Return a connected socket. Raises OSError, TimeoutError or ForbiddenError."""
    return await reach(host, port, _one, limits=limits, journey=journey, family=family)


async def reach(  # noqa: PLR0913 - all but where and how are named
    host: str,
    port: int,
    connect: Callable[[guard.Place], Awaitable[T]],
    *,
    limits: Limits,
    journey: Journey,
    family: str = "either",
    kind: int = socket.SOCK_STREAM,
) -> T:
    """Return what `connect` makes of the first checked address of a host that answers.

    The addresses are tried one after the other; the time is shared among them.
    """
    found = await guard.places(host, port, private=limits.private, family=family, kind=kind)
    journey.reached("dns")
    problem: Exception = OSError("the host has no address")
    for left, place in zip(range(len(found), 0, -1), found, strict=True):
        seconds = max(limits.timeout / left, _LEAST)
        trying = connect(place)
        try:
            made = await (asyncio.wait_for(trying, seconds) if left > 1 else trying)
        except (OSError, TimeoutError) as error:
            problem = error
            continue
        journey.address = place.host
        journey.reached("connect")
        return made
    raise problem


async def _one(place: guard.Place) -> socket.socket:
    sock = socket.socket(place.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, (place.host, place.port))
    except BaseException:
        sock.close()
        raise
    return sock


@contextlib.asynccontextmanager
async def stream(  # noqa: PLR0913 - all but host and port are named
    host: str,
    port: int,
    *,
    limits: Limits,
    journey: Journey,
    tls: ssl.SSLContext | None = None,
    server_name: str = "",
    family: str = "either",
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Yield reader and writer of a connection, closed at the end without waiting for the peer."""
    sock = await connected(host, port, limits=limits, journey=journey, family=family)
    try:
        named = (server_name or host) if tls else None
        reader, writer = await asyncio.open_connection(
            sock=sock, ssl=tls, server_hostname=named, limit=2**20
        )
    except BaseException:
        sock.close()
        raise
    if tls:
        journey.reached("tls")
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


@lru_cache(maxsize=256)
def tls_context(
    *, verify: bool = True, ca: str = "", protocols: tuple[str, ...] = ()
) -> ssl.SSLContext:
    """Return how to speak TLS: `ca` is PEM text of who may sign besides the system's own.

    `protocols` are offered by ALPN, the best first.
    """
    context = ssl.create_default_context()
    if protocols:
        context.set_alpn_protocols(list(protocols))
    if ca:
        context.load_verify_locations(cadata=ca)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def check_authority(ca: str) -> None:
    """Raise ValueError unless it is empty or certificates in PEM."""
    if ca:
        try:
            tls_context(ca=ca)
        except ssl.SSLError as error:
            raise ValueError("ca: the authority is no certificate in PEM") from error
