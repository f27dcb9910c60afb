"""Messages by HTTP: through the guard, bounded, no redirect followed."""

import asyncio
import contextlib
import email.utils
import math
import re
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from troth.core import clock, egress
from troth.notify.carriers.limits import Limits
from troth.notify.channel import Call
from troth.notify.rules.results import Answer, Fate

if TYPE_CHECKING:
    import aiohttp

_MOST: Final = 16_384  # bytes of an answer that are read
_SHOWN: Final = 200
_CONNECT: Final = 5.0  # seconds
_AGENT: Final = "Troth"
# X and Bluesky write the second at which their limit ends, Mastodon the instant.
_RESETS: Final = ("x-rate-limit-reset", "ratelimit-reset", "x-ratelimit-reset")
_INNER: Final = re.compile(r" ssl:\w+(?= \[)")  # of aiohttp's words: no sign of TLS
_YEAR: Final = 31_536_000.0  # seconds

_sessions: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[bool, aiohttp.ClientSession]]" = (
    WeakKeyDictionary()
)


async def carry(call: Call, *, limits: Limits) -> Answer:
    """Make a request and say what came of it, in words."""
    import aiohttp

    try:
        _check(call.url, limits)
        return await _asked(call, limits)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        return Answer(fate=Fate.LATER, said=_words(error))  # nothing has left
    except (egress.UnreachableError, aiohttp.InvalidURL, ValueError) as error:
        return Answer(fate=Fate.REFUSED, said=_words(error))
    except (aiohttp.ClientError, OSError, TimeoutError, ImportError) as error:
        return _uncertain(_words(error), limits)


def _check(url: str, limits: Limits) -> None:
    """Refuse a forbidden address that is written as one: a resolver is not asked for it."""
    host = urlsplit(url).hostname or ""
    with contextlib.suppress(ValueError):
        egress.check(host, private=limits.private)


async def _asked(call: Call, limits: Limits) -> Answer:
    import aiohttp

    session = _session(private=limits.private)
    timeout = aiohttp.ClientTimeout(
        total=limits.timeout, sock_connect=min(_CONNECT, limits.timeout)
    )
    async with session.request(
        call.method,
        call.url,
        headers=dict(call.headers),
        json=call.json,
        data=call.body if call.form is None else dict(call.form),
        allow_redirects=False,
        timeout=timeout,
    ) as answer:
        body = await answer.content.read(_MOST)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        text = body.decode("utf-8", "replace")
        return (limits.reads or read)(answer.status, headers, text)


def read(status: int, headers: Mapping[str, str], body: str) -> Answer:
    """Return what an HTTP answer means where the channel does not know better."""
    said = f"{status} {' '.join(body.split())}"[:_SHOWN].strip()
    if 200 <= status < 300:  # noqa: PLR2004
        return Answer(fate=Fate.ACCEPTED, said=said)
    if status == 410:  # noqa: PLR2004
        return Answer(fate=Fate.GONE, said=said)
    if status in (408, 425, 429) or status >= 500:  # noqa: PLR2004
        return Answer(fate=Fate.LATER, said=said, after=_wait_of(headers))
    return Answer(fate=Fate.REFUSED, said=said)


def _wait_of(headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds we were asked to wait, by whichever header says so."""
    if (said := _after(headers.get("retry-after", ""))) is not None:
        return said
    for name in _RESETS:
        text = headers.get(name, "").strip()
        with contextlib.suppress(ValueError, OverflowError):
            until = float(text) if text.isdigit() else datetime.fromisoformat(text).timestamp()
            if not math.isfinite(until):
                continue
            left = until - clock.now().timestamp()
            return until if left < -_YEAR else max(left, 0.0)  # some write seconds, not an instant
    return None


def _after(text: str) -> float | None:
    """Return the seconds of Retry-After, which is a number or a date."""
    if text.strip().isdigit():
        return float(text)
    with contextlib.suppress(ValueError, TypeError):
        until = email.utils.parsedate_to_datetime(text)
        return max((until.astimezone(UTC) - clock.now()).total_seconds(), 0.0)
    return None


def _uncertain(said: str, limits: Limits) -> Answer:
    if limits.is_idempotent:
        return Answer(fate=Fate.LATER, said=said)
    return Answer(fate=Fate.UNKNOWN, said=f"it left, and no answer came: {said}")


def _session(*, private: bool) -> "aiohttp.ClientSession":
    """Return this loop's session: its connections are kept and used again."""
    mine = _sessions.setdefault(asyncio.get_running_loop(), {})
    if private not in mine or mine[private].closed:
        mine[private] = _made(private=private)
    return mine[private]


def _made(*, private: bool) -> "aiohttp.ClientSession":
    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult

    class Guarded(AbstractResolver):
        """Resolves through the guard: what it gives is what is connected to."""

        async def resolve(
            self,
            host: str,
            port: int = 0,
            family: Any = socket.AF_UNSPEC,  # noqa: ANN401, ARG002
        ) -> list[ResolveResult]:
            found = await egress.places(host, port, private=private)
            return [
                ResolveResult(
                    hostname=host, host=place.host, port=port, family=place.family, proto=0,
                    flags=socket.AI_NUMERICHOST,
                )
                for place in found
            ]  # fmt: skip

        async def close(self) -> None:
            """Hold nothing."""

    connector = aiohttp.TCPConnector(
        resolver=Guarded(), use_dns_cache=False, limit=0, limit_per_host=0, keepalive_timeout=20
    )
    return aiohttp.ClientSession(
        connector=connector,
        headers={"User-Agent": _AGENT},
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=True,
        trust_env=False,
    )


async def close() -> None:
    """Close this loop's sessions."""
    for session in _sessions.pop(asyncio.get_running_loop(), {}).values():
        await session.close()


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    said = (str(error) or type(error).__name__).splitlines()[0]
    return _INNER.sub("", said)[:_SHOWN]
