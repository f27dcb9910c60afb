"""One exchange by HTTP/2 over a connection that has agreed on it. `h2` does the protocol.

Why h2: it speaks no network itself, so that the guard, the pinned address, the phases and the
bounds stay ours, as with HTTP/1.1; and it is pure Python. See docs/decisions/030-http2.md.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from troth.probes.connecting import Journey
from troth.probes.kind import ProbeError

LACKING: Final = "HTTP/2 needs a library that is not installed: pip install troth[probes-http2]"
_PIECE: Final = 65_536
_ODD: Final = "the answer is no valid HTTP/2"
# What belongs to a connection of HTTP/1.1, or is told in another way.
_NOT_SENT: Final = frozenset(
    {"connection", "host", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked. `named` is the value of Host; `most` bytes of the answer's body are read."""

    method: str
    named: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    most: int

    def fields(self) -> list[tuple[str, str]]:
        head = [
            (":method", self.method),
            (":scheme", "https"),
            (":authority", self.named),
            (":path", self.target),
        ]
        said = {name.lower(): value.strip() for name, value in self.headers.items()}
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            said["content-length"] = str(len(self.body))
        return head + [pair for pair in said.items() if pair[0] not in _NOT_SENT]


@dataclass(slots=True)
class Heard:
    """An answer as far as it has come."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    cut: bool = False
    complete: bool = False


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request, journey: Journey
) -> Heard:
    """Return the answer to a request. Raises ProbeError, OSError, EOFError."""
    try:
        from h2.exceptions import H2Error
    except ImportError as error:
        raise ProbeError(LACKING) from error

    talk = _Talk(request, journey)
    try:
        talk.begin()
        while not talk.heard.complete:
            writer.write(talk.to_send())
            await writer.drain()
            part = await reader.read(_PIECE)
            if not part:
                raise EOFError
            talk.take(part)
    except H2Error as error:
        raise ProbeError(_ODD) from error
    journey.reached("transfer")
    return talk.heard


class _Talk:
    """The one stream of a connection; touches no network."""

    def __init__(self, request: Request, journey: Journey) -> None:
        from h2 import events
        from h2.config import H2Configuration
        from h2.connection import H2Connection
        from h2.settings import SettingCodes, Settings

        self._request, self._journey = request, journey
        self._to_send = memoryview(request.body)
        self._connection = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        bounds = {SettingCodes.ENABLE_PUSH: 0, SettingCodes.MAX_HEADER_LIST_SIZE: _PIECE}
        self._connection.local_settings = Settings(client=True, initial_values=bounds)
        self._acts: dict[type, Callable[[Any], None]] = {
            events.ResponseReceived: self._headed,
            events.DataReceived: self._read,
            events.StreamEnded: self._ended,
            events.StreamReset: self._reset,
            events.ConnectionTerminated: self._terminated,
        }
        self.heard = Heard()

    def begin(self) -> None:
        self._connection.initiate_connection()
        self._stream = self._connection.get_next_available_stream_id()
        nothing = not self._request.body
        self._connection.send_headers(self._stream, self._request.fields(), end_stream=nothing)

    def to_send(self) -> bytes:
        """Return what goes out next: of the body as much as the other side has room for."""
        connection = self._connection
        while self._to_send and self._stream in connection.streams:
            room = connection.local_flow_control_window(self._stream)
            size = min(room, connection.max_outbound_frame_size, len(self._to_send))
            if size <= 0:
                break
            last = size == len(self._to_send)
            connection.send_data(self._stream, self._to_send[:size].tobytes(), end_stream=last)
            self._to_send = self._to_send[size:]
        return bytes(connection.data_to_send())

    def take(self, part: bytes) -> None:
        for event in self._connection.receive_data(part):
            act = self._acts.get(type(event))
            if act and not self.heard.complete:
                act(event)

    def _headed(self, event: Any) -> None:  # noqa: ANN401 - h2 is an extra
        told = {
            name.decode("utf-8", "replace"): value.decode("utf-8", "replace")
            for name, value in event.headers
        }
        self.heard.status = int(told.pop(":status"))
        self.heard.headers = told
        self._journey.reached("first_byte")

    def _read(self, event: Any) -> None:  # noqa: ANN401 - h2 is an extra
        self.heard.body += event.data
        if len(self.heard.body) > self._request.most:
            del self.heard.body[self._request.most :]
            self.heard.cut = self.heard.complete = True
        elif event.flow_controlled_length:
            self._connection.acknowledge_received_data(event.flow_controlled_length, self._stream)

    def _ended(self, _event: Any) -> None:  # noqa: ANN401 - h2 is an extra
        self.heard.complete = True

    def _reset(self, event: Any) -> None:  # noqa: ANN401 - h2 is an extra
        raise ProbeError(f"the server broke the request off with code {int(event.error_code)}")

    def _terminated(self, event: Any) -> None:  # noqa: ANN401 - h2 is an extra
        """Go on only where the server says that it still answers us."""
        if event.error_code or event.last_stream_id < self._stream:
            raise ProbeError(f"the server ends the connection with code {int(event.error_code)}")
