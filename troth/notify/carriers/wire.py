"""The wire of SMTP after the greeting: envelope and DATA in one write where the server allows it.

aiosmtplib connects, encrypts and signs in; then this protocol takes the connection over. It asks
for PIPELINING (RFC 2920), so that a message costs two round trips in place of four.
"""

import asyncio
from dataclasses import dataclass
from typing import Final, cast

_LONGEST_REPLY: Final = 32_768


@dataclass(frozen=True, slots=True)
class Reply:
    code: int
    text: str

    @property
    def is_good(self) -> bool:
        return 200 <= self.code < 400  # noqa: PLR2004 - RFC 5321, 4.2.1


class ClosedError(ConnectionError):
    """The server closed the connection, or spoke no SMTP."""


class Wire(asyncio.Protocol):
    """Writes commands, and gives their replies in order."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._buffer = b""
        self._lines: list[bytes] = []
        self._replies: list[Reply] = []
        self._wanted = 0
        self._waiter: asyncio.Future[list[Reply]] | None = None
        self.is_open = True

    async def ask(self, data: bytes, replies: int, *, seconds: float) -> list[Reply]:
        """Write commands and return as many replies. Raises ClosedError, TimeoutError."""
        if not self.is_open:
            raise ClosedError("the connection is closed")
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        self._wanted = replies
        late = asyncio.get_running_loop().call_later(seconds, self._too_late)
        self._transport.write(data)
        try:
            return cast("list[Reply]", await waiter)
        finally:
            late.cancel()
            self._waiter = None

    def close(self) -> None:
        self.is_open = False
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > _LONGEST_REPLY:
            self._fail(ClosedError("the server's answer is too long"))
            return
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            self._read(line)
        if self._waiter and not self._waiter.done() and len(self._replies) >= self._wanted:
            found, self._replies = self._replies, []
            self._waiter.set_result(found)

    def _read(self, line: bytes) -> None:
        self._lines.append(line[4:].strip())
        if line[3:4] == b"-":
            return
        text = b" ".join(self._lines).decode("utf-8", "replace")
        self._lines = []
        code = int(line[:3]) if line[:3].isdigit() else 0
        self._replies.append(Reply(code, text))

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(ClosedError("the server closed the connection" if exc is None else str(exc)))

    def _too_late(self) -> None:
        self._fail(TimeoutError())

    def _fail(self, error: Exception) -> None:
        self.is_open = False
        if self._waiter and not self._waiter.done():
            self._waiter.set_exception(error)
        self._transport.abort()
