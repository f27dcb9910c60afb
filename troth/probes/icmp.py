"""Echo requests by ICMP: an unprivileged socket where the kernel has one, else a raw one."""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from troth.probes.guard import Place
from troth.probes.kind import ProbeError

_HEAD: Final = struct.Struct("!BBHHH")
_REQUESTS: Final[dict[int, int]] = {socket.AF_INET: 8, socket.AF_INET6: 128}
_REPLIES: Final[dict[int, int]] = {socket.AF_INET: 0, socket.AF_INET6: 129}
_TOKEN: Final = 16  # bytes by which we know our own again
_FORBIDDEN: Final = (
    "this machine's kernel lets us send no ping: set net.ipv4.ping_group_range so that it holds "
    "our group, or give the process CAP_NET_RAW"
)


@dataclass(slots=True)
class Echoes:
    """What came back: seconds of each, by number."""

    sent: int = 0
    times: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class _Line:
    """A connected socket. `raw` ones see what is for others, and IPv4's header."""

    sock: socket.socket
    family: int
    raw: bool
    number: int  # identifies us; the kernel has its own on an unprivileged socket
    token: bytes


async def echo(place: Place, *, count: int, pause: float, seconds: float) -> Echoes:
    """Send `count` requests, `pause` seconds apart; wait no longer than `seconds` in all."""
    found = Echoes()
    with _line(place) as line:
        begun: dict[int, float] = {}
        listening = asyncio.create_task(_listen(line, begun, found, count))
        try:
            async with asyncio.timeout(seconds):
                for number in range(count):
                    if number:
                        await asyncio.sleep(pause)
                    begun[number] = perf_counter()
                    line.sock.send(_request(line, number))
                    found.sent += 1
                await listening
        except TimeoutError:
            pass  # what came until then is told
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
    return found


@contextlib.contextmanager
def _line(place: Place) -> Iterator[_Line]:
    sock, raw = _socket(place.family)
    try:
        sock.setblocking(False)
        sock.connect((place.host, 0))
        number = int.from_bytes(os.urandom(2), "big")
        yield _Line(sock, place.family, raw, number, os.urandom(_TOKEN))
    finally:
        sock.close()


def _socket(family: int) -> tuple[socket.socket, bool]:
    protocol = socket.IPPROTO_ICMP if family == socket.AF_INET else socket.IPPROTO_ICMPV6
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return socket.socket(family, kind, protocol), kind == socket.SOCK_RAW
        except PermissionError:
            continue
        except OSError as error:
            raise ProbeError("this machine has no such internet protocol") from error
    raise ProbeError(_FORBIDDEN)


async def _listen(line: _Line, begun: dict[int, float], found: Echoes, count: int) -> None:
    loop = asyncio.get_running_loop()
    while len(found.times) < count:
        packet = await loop.sock_recv(line.sock, 2_048)
        number = _number(line, packet)
        if number is not None and number in begun:
            found.times.setdefault(number, perf_counter() - begun[number])


def _request(line: _Line, number: int) -> bytes:
    kind = _REQUESTS[line.family]
    head = _HEAD.pack(kind, 0, 0, line.number, number)
    if line.family == socket.AF_INET:  # the kernel does it for IPv6
        head = _HEAD.pack(kind, 0, _checksum(head + line.token), line.number, number)
    return head + line.token


def _number(line: _Line, packet: bytes) -> int | None:
    """Return which of our requests a packet answers, if it is one that answers us."""
    if line.raw and line.family == socket.AF_INET and packet:
        packet = packet[(packet[0] & 0x0F) * 4 :]
    if len(packet) < _HEAD.size or packet[_HEAD.size :] != line.token:
        return None
    kind, _, _, _, number = _HEAD.unpack_from(packet)
    return int(number) if kind == _REPLIES[line.family] else None


def _checksum(packet: bytes) -> int:
    """Return the internet's checksum (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
