"""A SOCKS5 door on this machine for one browser: whatever it asks for goes through the guard."""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncIterator
from typing import Final

from troth.probes.connecting import Journey, connected
from troth.probes.kind import Limits, ProbeError

_PIECE: Final = 65_536
_OK, _FAILED, _REFUSED, _UNKNOWN = 0, 1, 2, 7
_CONNECT: Final = 1
_V4, _NAME, _V6 = 1, 3, 4


@contextlib.asynccontextmanager
async def door(limits: Limits) -> AsyncIterator[tuple[int, list[str]]]:
    """Yield the port to ask, and the reasons for which connections were refused."""
    refused: list[str] = []
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            serving.add(task)
            task.add_done_callback(serving.discard)
        with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
            await _served(reader, writer, limits, refused)
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], refused
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


async def _served(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    limits: Limits,
    refused: list[str],
) -> None:
    _, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(b"\x05\x00")
    _, command, _, kind = await reader.readexactly(4)
    host = await _host(reader, kind)
    port = int.from_bytes(await reader.readexactly(2), "big")
    if command != _CONNECT:
        writer.write(_answer(_UNKNOWN))
        return
    try:
        sock = await connected(host, port, limits=limits, journey=Journey())
    except (ProbeError, OSError, TimeoutError) as error:
        if isinstance(error, ProbeError):
            refused.append(str(error))
        writer.write(_answer(_REFUSED if isinstance(error, ProbeError) else _FAILED))
        return
    there, out = await asyncio.open_connection(sock=sock)
    try:
        writer.write(_answer(_OK))
        await asyncio.gather(_carried(reader, out), _carried(there, writer))
    finally:
        out.transport.abort()


async def _host(reader: asyncio.StreamReader, kind: int) -> str:
    if kind == _NAME:
        (length,) = await reader.readexactly(1)
        return (await reader.readexactly(length)).decode("ascii", "replace")
    if kind not in (_V4, _V6):
        raise EOFError
    return str(ipaddress.ip_address(await reader.readexactly(4 if kind == _V4 else 16)))


def _answer(code: int) -> bytes:
    return bytes([5, code, 0, _V4]) + bytes(6)


async def _carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await reader.read(_PIECE):
        writer.write(part)
        await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()
