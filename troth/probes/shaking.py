"""A TLS handshake and nothing after it, for a kind that reads certificates: one of many a second.

The library's own stream costs half as much again: it makes ready to carry data that never comes.
"""

import asyncio
import ssl
from typing import cast

from troth.probes import guard
from troth.probes.connecting import Journey, reach
from troth.probes.kind import Limits


async def shaken(  # noqa: PLR0913 - all but host and port are named
    host: str,
    port: int,
    *,
    context: ssl.SSLContext,
    server_name: str,
    limits: Limits,
    journey: Journey,
) -> ssl.SSLObject:
    """Shake hands, hang up, and return what tells of it. Raises OSError, SSLError, TimeoutError."""
    loop = asyncio.get_running_loop()

    async def connect(place: guard.Place) -> _Hand:
        _, hand = await loop.create_connection(
            lambda: _Hand(context, server_name, loop), place.host, place.port, family=place.family
        )
        return hand

    hand = await reach(host, port, connect, limits=limits, journey=journey)
    try:
        hand.shake()
        await hand.done
    finally:
        hand.transport.abort()
    journey.reached("tls")
    return hand.secure


class _Hand(asyncio.Protocol):
    """Passes bytes between a connection and OpenSSL until `done`."""

    __slots__ = ("_come", "_go", "done", "secure", "transport")

    def __init__(
        self, context: ssl.SSLContext, server_name: str, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._come, self._go = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.secure = context.wrap_bio(self._come, self._go, server_hostname=server_name)
        self.done: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def shake(self) -> None:
        """Go on as far as what has come allows."""
        if self.done.done():
            return
        try:
            self.secure.do_handshake()
        except ssl.SSLWantReadError:
            pass
        except Exception as error:  # noqa: BLE001 - told to whoever waits
            self.done.set_exception(error)
        else:
            self.done.set_result(None)
        if self._go.pending:  # an alert that says why, too
            self.transport.write(self._go.read())

    def data_received(self, data: bytes) -> None:
        self._come.write(data)
        self.shake()

    def eof_received(self) -> None:
        self._come.write_eof()
        self.shake()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionResetError())
