"""One HTTP exchange by aiohttp: through the guard, bounded, with the time of each phase."""

import asyncio
import codecs
import contextlib
import ssl
import zlib
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urljoin, urlsplit
from weakref import WeakKeyDictionary

import aiohttp
from yarl import URL

from troth.probes.connecting import Journey, connected
from troth.probes.kind import Limits, ProbeError

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_SHOWN: Final = 2_000
_HIDDEN: Final = frozenset({"set-cookie", "authorization", "www-authenticate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`secret` headers go to the first origin only; `most` bytes of the body are read."""

    method: str
    url: str
    headers: dict[str, str]
    secret: dict[str, str]
    body: bytes
    redirects: int
    most: int
    family: str
    tls: ssl.SSLContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    cut: bool
    url: str
    redirects: int
    connection: ssl.SSLObject | None = field(repr=False)

    def plain_body(self) -> bytes:
        """Return the body unpacked, never more than ten times what was read."""
        encoding = self.headers.get("content-encoding", "").lower()
        if encoding not in ("gzip", "x-gzip", "deflate"):
            return self.body
        try:
            return zlib.decompressobj(wbits=47).decompress(self.body, 10 * len(self.body) + 1_000)
        except zlib.error as error:
            raise ProbeError("the answer cannot be unpacked") from error

    def text(self) -> str:
        _, _, name = self.headers.get("content-type", "").partition("charset=")
        try:
            charset = codecs.lookup(name.split(";")[0].strip(" \"'") or "utf-8").name
        except LookupError:
            charset = "utf-8"
        try:
            return self.plain_body().decode(charset, "replace")
        except (LookupError, UnicodeError):  # codecs that are no text, such as hex
            return self.plain_body().decode("utf-8", "replace")

    def shown(self) -> str:
        """Return the beginning of the answer, fit to be kept as evidence."""
        lines = [f"{n}: {v}" for n, v in self.headers.items() if n.lower() not in _HIDDEN]
        return f"{self.status}\n{chr(10).join(lines)}\n\n{self.text()}"[:_SHOWN]


@dataclass(slots=True)
class _Way:
    """What the connector must know of the exchange that it connects for."""

    asked: Asked
    limits: Limits
    journey: Journey
    connection: ssl.SSLObject | None = None


_way: ContextVar[_Way] = ContextVar("way")


class _Connector(aiohttp.BaseConnector):
    """Opens each connection anew, to a checked address, and notes how long it took."""

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],  # noqa: ARG002 - aiohttp's own
        timeout: aiohttp.ClientTimeout,  # noqa: ARG002, ASYNC109 - the engine has the time
    ) -> Any:  # noqa: ANN401 - aiohttp's protocol is not public
        way = _way.get()
        host, port = req.url.raw_host or "", req.url.port or 0
        sock = await connected(
            host, port, limits=way.limits, journey=way.journey, family=way.asked.family
        )
        tls = way.asked.tls if req.is_ssl() else None
        try:
            transport, protocol = await self._loop.create_connection(
                self._factory, sock=sock, ssl=tls, server_hostname=host if tls else None
            )
        except BaseException:
            sock.close()
            raise
        if tls:
            way.journey.reached("tls")
            way.connection = transport.get_extra_info("ssl_object")
        return protocol


_sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.ClientSession] = WeakKeyDictionary()


def _session() -> aiohttp.ClientSession:
    loop = asyncio.get_running_loop()
    session = _sessions.get(loop)
    if session is None or session.closed:
        session = _sessions[loop] = aiohttp.ClientSession(
            connector=_Connector(limit=0, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(),
            auto_decompress=False,
            requote_redirect_url=False,
        )
    return session


async def close() -> None:
    """Close the session of this event loop, at its end."""
    session = _sessions.pop(asyncio.get_running_loop(), None)
    if session is not None:
        await session.close()


async def fetch(asked: Asked, limits: Limits, journey: Journey) -> Answer:
    """Return the answer, redirects followed. Raises ProbeError, OSError, TimeoutError."""
    try:
        return await _followed(asked, limits, journey)
    except aiohttp.ClientConnectionError as error:
        raise _cause(error) from error
    except aiohttp.InvalidURL as error:
        raise ProbeError("it redirects to an address that is not valid") from error
    except (aiohttp.ClientError, ValueError) as error:
        raise ProbeError("the answer is no valid HTTP") from error


def _cause(error: BaseException) -> Exception:
    """Return what the operating system or TLS said, which aiohttp has wrapped."""
    cause = error.__cause__
    return cause if isinstance(cause, OSError) else ConnectionError()


async def _followed(asked: Asked, limits: Limits, journey: Journey) -> Answer:
    url, method = asked.url, asked.method
    for followed in range(asked.redirects + 1):
        is_first = url is asked.url or _origin(url) == _origin(asked.url)
        headers = {**asked.headers, **asked.secret} if is_first else asked.headers
        answer = await _once(_Way(asked, limits, journey), method, url, headers, followed)
        target = answer.headers.get("location")
        if answer.status not in _REDIRECTS or not target or not asked.redirects:
            return answer
        if followed == asked.redirects:
            break
        url = _next(url, target)
        if answer.status in (301, 302, 303) and method not in ("GET", "HEAD"):
            method = "GET"
    raise ProbeError(f"it redirects more than {asked.redirects} times")


def _next(url: str, target: str) -> str:
    found = urljoin(url, target)
    parts = urlsplit(found)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ProbeError("it redirects to something that is no web address")
    return found


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


@lru_cache(maxsize=4_096)
def _parsed(url: str) -> URL:
    return URL(url, encoded=True)


async def _once(way: _Way, method: str, url: str, headers: dict[str, str], followed: int) -> Answer:
    _way.set(way)
    body = way.asked.body if way.asked.body and method == way.asked.method else None
    async with _session().request(
        method, _parsed(url), headers=headers, data=body, allow_redirects=False
    ) as answer:
        way.journey.reached("first_byte")
        found, cut = await _read(answer, way.asked.most)
        way.journey.reached("transfer")
        if cut:
            answer.close()
        return Answer(
            status=answer.status,
            headers={name.lower(): value for name, value in answer.headers.items()},
            body=found,
            cut=cut,
            url=url,
            redirects=followed,
            connection=way.connection,
        )


async def _read(answer: aiohttp.ClientResponse, most: int) -> tuple[bytes, bool]:
    """Return the body up to `most` bytes, and whether there is more of it."""
    length = answer.content_length
    if length is not None and length <= most:
        with contextlib.suppress(aiohttp.ClientPayloadError):
            return await answer.read(), False
        raise EOFError
    found = bytearray()
    async for part in answer.content.iter_any():
        found += part
        if len(found) > most:
            return bytes(found[:most]), True
    return bytes(found), False


__all__ = ["Answer", "Asked", "close", "fetch"]
