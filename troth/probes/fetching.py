"""One HTTP exchange: through the guard, bounded, with the time of each phase.

aiohttp's protocol reads the answer. Its session is not used: a check needs no pool, no cookies and
no tracing, opens each connection anew, and must cost little, since there are many.
"""

import asyncio
import codecs
import ssl
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, cast
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import EofStream, StreamReader
from yarl import URL

from troth.probes import http2
from troth.probes.connecting import Journey, connected, reach, stream
from troth.probes.kind import Limits, ProbeError

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_SHOWN: Final = 2_000
_MOST_HEADS: Final = 5  # preliminary answers before the real one
_HIDDEN: Final = frozenset({"set-cookie", "authorization", "www-authenticate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`secret` headers go to the first origin only; `most` bytes of the body are read.

    With version 2 `tls` offers h2 and http/1.1; what the server chooses is spoken.
    """

    method: str
    url: str
    headers: dict[str, str]
    secret: dict[str, str]
    body: bytes
    redirects: int
    most: int
    family: str
    tls: ssl.SSLContext
    version: str = "1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    cut: bool
    url: str
    redirects: int
    version: str
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


@dataclass(frozen=True, slots=True)
class _Place:
    """What an address means: whom to connect to, and what to ask there."""

    host: str
    port: int
    is_secure: bool
    named: str  # the value of Host
    target: str


@lru_cache(maxsize=4_096)
def _place(url: str) -> _Place:
    """Read an address. Raises ProbeError."""
    try:
        found = URL(url)
        host, port = found.raw_host, found.port
    except (ValueError, TypeError) as error:
        raise ProbeError("the address is not valid") from error
    if not host or not port:
        raise ProbeError("the address is not valid")
    bracketed = f"[{host}]" if ":" in host else host
    named = bracketed if found.is_default_port() else f"{bracketed}:{port}"
    return _Place(host, port, found.scheme == "https", named, found.raw_path_qs or "/")


async def fetch(asked: Asked, limits: Limits, journey: Journey) -> Answer:
    """Return the answer, redirects followed. Raises ProbeError, OSError, TimeoutError."""
    try:
        return await _followed(asked, limits, journey)
    except ssl.SSLError:  # some of them are ValueErrors, too
        raise
    except aiohttp.ClientConnectionError as error:
        raise _cause(error) from error
    except (aiohttp.ClientPayloadError, EofStream) as error:
        raise EOFError from error
    except (aiohttp.ClientError, HttpProcessingError, ValueError) as error:
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
        way = _Way(asked, limits, journey, _place(url), method, headers)
        heard = await _once(way)
        target = heard.headers.get("location")
        if heard.status not in _REDIRECTS or not target or not asked.redirects:
            return Answer(
                status=heard.status,
                headers=heard.headers,
                body=heard.body,
                cut=heard.cut,
                url=url,
                redirects=followed,
                version=heard.version,
                connection=heard.connection,
            )
        if followed == asked.redirects:
            break
        url = _next(url, target)
        if heard.status in (301, 302, 303) and method not in ("GET", "HEAD"):
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


class _Protocol(ResponseHandler):
    """aiohttp's reader of answers, without the socket options that the event loop has set."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)


@dataclass(slots=True)
class _Way:
    """One request on its way: what all requests of an exchange share, and where this one goes."""

    asked: Asked
    limits: Limits
    journey: Journey
    place: _Place
    method: str
    headers: dict[str, str]

    @property
    def body(self) -> bytes:
        """Return what is sent; a redirect that made a GET of it sends nothing."""
        return self.asked.body if self.method == self.asked.method else b""


@dataclass(frozen=True, slots=True)
class _Heard:
    status: int
    headers: dict[str, str]
    body: bytes
    cut: bool
    version: str
    connection: ssl.SSLObject | None


async def _once(way: _Way) -> _Heard:
    if way.place.is_secure and way.asked.version == "2":
        return await _agreed(way)
    protocol = _Protocol(asyncio.get_running_loop())
    try:
        return await _talked(way, protocol, await _opened(way, protocol))
    finally:
        protocol.abort()


async def _agreed(way: _Way) -> _Heard:
    """Connect, and speak the version that the server chooses of those that are offered."""
    place, family = way.place, way.asked.family
    async with stream(
        place.host,
        place.port,
        limits=way.limits,
        journey=way.journey,
        tls=way.asked.tls,
        family=family,
    ) as (reader, writer):
        connection: ssl.SSLObject = writer.get_extra_info("ssl_object")
        if connection.selected_alpn_protocol() != "h2":
            protocol = _Protocol(asyncio.get_running_loop())
            writer.transport.set_protocol(protocol)  # it says nothing before it is asked
            protocol.connection_made(writer.transport)
            return await _talked(way, protocol, connection)
        request = http2.Request(
            method=way.method,
            named=place.named,
            target=place.target,
            headers=way.headers,
            body=way.body,
            most=way.asked.most,
        )
        heard = await http2.exchange(reader, writer, request, way.journey)
        return _Heard(heard.status, heard.headers, bytes(heard.body), heard.cut, "2", connection)


async def _talked(way: _Way, protocol: _Protocol, connection: ssl.SSLObject | None) -> _Heard:
    """Ask by HTTP/1.1 over a connection, and read the answer."""
    protocol.set_response_params(
        skip_payload=way.method == "HEAD", read_until_eof=True, auto_decompress=False
    )
    assert protocol.transport is not None  # noqa: S101 - it has just been opened
    protocol.transport.write(_request(way))
    head, payload = await _headed(protocol)
    way.journey.reached("first_byte")
    found, cut = await _read(payload, way.asked.most)
    way.journey.reached("transfer")
    return _Heard(
        status=head.code,
        headers={name.lower(): value for name, value in head.headers.items()},
        body=found,
        cut=cut,
        version=f"{head.version.major}.{head.version.minor}",
        connection=connection,
    )


async def _opened(way: _Way, protocol: ResponseHandler) -> ssl.SSLObject | None:
    """Connect to a checked address; return what tells of the TLS connection, if it is one."""
    loop, place = asyncio.get_running_loop(), way.place
    if not place.is_secure:
        # No socket of our own: half as dear, and an address needs no look-up any more.
        await reach(
            place.host,
            place.port,
            lambda at: loop.create_connection(lambda: protocol, at.host, at.port, family=at.family),
            limits=way.limits,
            journey=way.journey,
            family=way.asked.family,
        )
        return None
    sock = await connected(
        place.host, place.port, limits=way.limits, journey=way.journey, family=way.asked.family
    )
    try:
        transport, _ = await loop.create_connection(
            lambda: protocol, sock=sock, ssl=way.asked.tls, server_hostname=place.host
        )
    except BaseException:
        sock.close()
        raise
    way.journey.reached("tls")
    found: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
    return found


def _request(way: _Way) -> bytes:
    lines = [f"{way.method} {way.place.target} HTTP/1.1", f"Host: {way.place.named}"]
    lines += ["Connection: close", *(f"{name}: {value}" for name, value in way.headers.items())]
    if way.body or way.method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(way.body)}")
    return "\r\n".join([*lines, "", ""]).encode() + way.body


async def _headed(protocol: ResponseHandler) -> tuple[RawResponseMessage, StreamReader]:
    """Return the answer's head and body; a preliminary answer is passed over."""
    for _ in range(_MOST_HEADS):
        head, payload = await protocol.read()
        if head.code >= 200 or head.code == 101:  # noqa: PLR2004
            return head, payload
    raise ProbeError("the answer is no valid HTTP")


async def _read(payload: StreamReader, most: int) -> tuple[bytes, bool]:
    """Return the body up to `most` bytes, and whether there is more of it."""
    found = bytearray()
    while part := await payload.readany():
        found += part
        if len(found) > most:
            return bytes(found[:most]), True
    return bytes(found), False
