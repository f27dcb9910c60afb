"""Mail by SMTP: connections are kept and used again, one message at a time on each."""

import asyncio
import re
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary

from troth.notify.carriers import mailing
from troth.notify.carriers.limits import DownError, Limits
from troth.notify.carriers.wire import ClosedError, Reply, Wire
from troth.notify.channel import Mail
from troth.notify.rules.results import Answer, Fate

_IDLE: Final = 20.0  # seconds for which a connection is kept without use
_MOST: Final = 1_000  # messages on one connection
_AFTER_DATA: Final = 120.0  # seconds: many servers look at a message before they take it
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
_GONE: Final = re.compile(r"^5\.(1\.(1|2|3|6|10)|2\.1)\b")
_UNKNOWN_USER: Final = re.compile(
    r"(user|mailbox|recipient|address).*(unknown|not exist|not found|no such|invalid|disabled)"
    r"|(unknown|no such|invalid).*(user|mailbox|recipient|address)", re.IGNORECASE
)  # fmt: skip


@dataclass(slots=True)
class _Connection:
    wire: Wire
    pipelines: bool
    speaks_utf8: bool
    used: int = 0
    since: float = 0.0


class Pool:
    """The connections to one server, of one event loop."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._idle: list[_Connection] = []

    async def taken(self, seconds: float) -> _Connection:
        """Return a connection, kept or new. Raises DownError."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            found = self._idle.pop()
            if found.wire.is_open and found.used < _MOST and now - found.since < _IDLE:
                return found
            found.wire.close()
        return await _connected(self._server, seconds)

    def give_back(self, connection: _Connection) -> None:
        if connection.wire.is_open:
            connection.used += 1
            connection.since = asyncio.get_running_loop().time()
            self._idle.append(connection)

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().wire.close()


_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Pool]] = WeakKeyDictionary()


def pool_of(server: str) -> Pool:
    """Return this loop's connections to a server, smtp[s]://[user:password@]host[:port]."""
    mine = _pools.setdefault(asyncio.get_running_loop(), {})
    found = mine.get(server)
    if found is None:
        found = mine[server] = Pool(server)
    return found


def close_idle() -> None:
    """Close this loop's idle connections."""
    for pool in _pools.get(asyncio.get_running_loop(), {}).values():
        pool.close()


async def carry(mail: Mail, *, limits: Limits) -> Answer:
    """Hand a mail to its server. Raises DownError where the server cannot be reached."""
    try:
        message = mailing.message_of(mail.letter, to=mail.to, sender=mail.sender)
    except ValueError as error:
        return Answer(fate=Fate.REFUSED, said=str(error))
    pool = pool_of(mail.server)
    for _ in range(2):
        connection = await pool.taken(limits.timeout)
        was_used = connection.used > 0
        try:
            return await _sent(connection, mail, message, limits)
        except (ClosedError, TimeoutError) as error:
            connection.wire.close()
            if not was_used:  # a kept connection may have been closed meanwhile; a new one not
                raise DownError(f"the mail server: {_words(error)}") from error
        finally:
            pool.give_back(connection)
    raise DownError("the mail server closes its connections")


async def _sent(connection: _Connection, mail: Mail, message: bytes, limits: Limits) -> Answer:
    """Return the server's answer. Raises ClosedError or TimeoutError while nothing has left."""
    if not mail.to.isascii() and not connection.speaks_utf8:
        return Answer(fate=Fate.REFUSED, said="the mail server takes no such address (SMTPUTF8)")
    replies = await _introduced(connection, mail, 3 * limits.timeout)
    sender, *before, data = replies
    bad = next((reply for reply in (sender, *before) if not reply.is_good), None)
    if bad is None and data.code == 354:  # noqa: PLR2004 - go ahead
        return await _finished(connection.wire, message)
    if data.code == 354:  # noqa: PLR2004 - it waits for a message to nobody
        await connection.wire.ask(b".\r\n", 1, seconds=3 * limits.timeout)
    elif connection.wire.is_open:
        await connection.wire.ask(b"RSET\r\n", 1, seconds=3 * limits.timeout)
    if not sender.is_good:  # it takes nothing of ours: no message is to blame
        raise DownError(f"{sender.code} {sender.text}")
    return _read(bad or data)


async def _introduced(connection: _Connection, mail: Mail, seconds: float) -> list[Reply]:
    option = b"" if mail.to.isascii() else b" SMTPUTF8"
    commands = [
        b"MAIL FROM:<%s>%s\r\n" % (_envelope(mail.sender), option),
        b"RCPT TO:<%s>\r\n" % mail.to.encode(),
        b"DATA\r\n",
    ]
    if connection.pipelines:
        return await connection.wire.ask(b"".join(commands), 3, seconds=seconds)
    replies: list[Reply] = []
    for command in commands:
        replies += await connection.wire.ask(command, 1, seconds=seconds)
        if not replies[-1].is_good:
            break
    return replies if len(replies) > 1 else [*replies, replies[-1]]  # the sender was refused


async def _finished(wire: Wire, message: bytes) -> Answer:
    """Send the message itself: from here on a silence is no refusal."""
    try:
        [reply] = await wire.ask(message + b".\r\n", 1, seconds=_AFTER_DATA)
    except (ClosedError, TimeoutError) as error:
        wire.close()
        return Answer(
            fate=Fate.UNKNOWN, said=f"the message left, and no answer came: {_words(error)}"
        )
    if reply.code == 250:  # noqa: PLR2004 - taken
        return Answer(fate=Fate.ACCEPTED, said=f"250 {reply.text}", receipt=reply.text)
    return _read(reply)


def _read(reply: Reply) -> Answer:
    """Return what a refusal means. Raises DownError where the server takes no mail now."""
    said = f"{reply.code} {reply.text}"
    if reply.code == 421:  # noqa: PLR2004 - RFC 5321: the service is not available
        raise DownError(said)
    if reply.code < 500:  # noqa: PLR2004
        return Answer(fate=Fate.LATER, said=said)
    known = re.match(r"\d\.\d{1,3}\.\d{1,3}", reply.text)
    is_gone = _GONE.match(reply.text) if known else _UNKNOWN_USER.search(reply.text)
    return Answer(fate=Fate.GONE if is_gone else Fate.REFUSED, said=said)


async def _connected(server: str, seconds: float) -> _Connection:
    import aiosmtplib  # when there is something to send

    url = urlsplit(server)
    client = aiosmtplib.SMTP(
        hostname=url.hostname or "localhost",
        port=url.port or (465 if url.scheme == "smtps" else 587),
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        use_tls=url.scheme == "smtps",
        start_tls=url.scheme == "smtp"
        and url.hostname not in _LOCAL
        and "tls=none" not in url.query,
        timeout=seconds,
    )
    try:
        await client.connect()
        if client.is_ehlo_or_helo_needed:  # it greets by itself only where it logs in
            await _greeted(client)
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise DownError(f"the mail server {url.hostname}: {_words(error)}") from error
    return _taken_over(client)


async def _greeted(client: Any) -> None:  # noqa: ANN401 - aiosmtplib is imported late
    import aiosmtplib

    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:  # a server from before 1995
        await client.helo()


def _taken_over(client: Any) -> _Connection:  # noqa: ANN401 - aiosmtplib is imported late
    transport = cast("asyncio.Transport", client.transport)
    wire = Wire(transport)
    transport.set_protocol(wire)
    return _Connection(
        wire, client.supports_extension("pipelining"), client.supports_extension("smtputf8")
    )


@lru_cache(maxsize=64)
def _envelope(sender: str) -> bytes:
    return parseaddr(sender)[1].encode()


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return (str(error) or type(error).__name__).splitlines()[0][:200]
