"""The listener for heartbeats' mail: SMTP, for known recipients only. It relays nothing."""

import asyncio
import logging
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import DatabaseError

from troth.core import clock
from troth.probes import actions, mailroom

_TIMEOUT: Final = 60.0  # seconds for which a sender may be silent
_AT_ONCE: Final = 100  # connections
_RECIPIENTS: Final = 100  # of one message
_UNKNOWN: Final = "550 5.1.1 There is no such address here"
_LATER: Final = "451 4.3.0 It could not be kept. Send it again"
_MANY: Final = b"421 4.7.0 Too many connections. Come again\r\n"
T = TypeVar("T")
log = logging.getLogger(__name__)


class Listener:
    """Takes mail on one port. The event loop never waits for the database: threads do."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="database")
        self._open: set[asyncio.BaseTransport] = set()

    async def run(self, *, host: str, port: int | None, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._connection, host, port)
        async with server:
            await stop.wait()
        for transport in list(self._open):
            transport.close()
        self._threads.shutdown()

    def _connection(self) -> SMTP:
        return _Connection(
            self, open_=self._open, data_size_limit=mailroom.LARGEST, hostname=_domain(),
            ident="Troth", timeout=_TIMEOUT, command_call_limit={"RCPT": _RECIPIENTS, "*": 50},
        )  # fmt: skip

    async def _ask(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, question)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str,
        _options: list[str],
    ) -> str:  # fmt: skip
        try:
            known = await self._ask(partial(mailroom.is_ours, address))
        except DatabaseError:
            log.warning("a recipient could not be looked up", exc_info=True)
            return _LATER
        if not known:
            return _UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            kept = await self._ask(partial(
                mailroom.deliver, raw=raw, recipients=envelope.rcpt_tos, now=clock.now()
            ))  # fmt: skip
        except (DatabaseError, actions.OutdatedError):
            log.warning("a message to a heartbeat could not be kept", exc_info=True)
            return _LATER
        return "250 OK" if kept else _UNKNOWN


class _Connection(SMTP):
    """One sender's connection, among a bounded number."""

    def __init__(self, *args: object, open_: set[asyncio.BaseTransport], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as aiosmtpd takes them
        self._others = open_

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if len(self._others) >= _AT_ONCE and isinstance(transport, asyncio.Transport):
            transport.write(_MANY)
            transport.close()
        self._others.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._others.discard(self.transport)
        super().connection_lost(error)


def _domain() -> str:
    return str(settings.TROTH.mail_domain)


def run() -> None:
    """Take mail until SIGTERM or SIGINT."""

    async def main() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        troth = settings.TROTH
        await Listener().run(host=troth.mail_host, port=troth.mail_port, stop=stop)

    asyncio.run(main())
