"""A location elsewhere: pulls its work from the server, checks, and reports over HTTPS.

It needs no database and no Django. The server's clock counts: the difference is taken from each
answer. While the server cannot be reached the last work goes on and what was found is kept, up to
a bound; then the oldest is lost, which is no data.
"""

import asyncio
import logging
import signal
from dataclasses import dataclass
from time import monotonic
from typing import Final

import aiohttp
import msgspec

from troth import __version__
from troth.core import clock
from troth.probes.engine import Engine
from troth.probes.instants import micros
from troth.probes.starting import new_holder, roomy, with_fast_loop
from troth.probes.wire import Delivery, Report, Skip, Work

_LOOK: Final = 5.0  # seconds between two looks for work
_TIMEOUT: Final = aiohttp.ClientTimeout(total=20)
_MOST: Final = 50_000_000  # bytes of an answer with work
_REFUSED: Final = (401, 403)
_TAKEN: Final = 409
_NOTHING_KNOWN: Final = 10**15  # microseconds
log = logging.getLogger(__name__)


class RefusedError(Exception):
    """The server does not take this key."""

    exit_code = 1


class BusyError(Exception):
    """Another process checks for this location."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Where an agent reports: the server's address, its own location, its key."""

    server: str
    location: str
    key: str
    private: bool = False


class Agent:
    """The engine with a server behind it."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._holder = new_holder()
        self._revision = -1
        self._offset = 0  # microseconds by which the server's clock is ahead
        self._doubt = _NOTHING_KNOWN  # microseconds by which that may be wrong
        self._session: aiohttp.ClientSession | None = None
        self.refused = ""
        self.engine = Engine(sink=self._deliver, clock=self._clock, private=post.private)

    def _clock(self) -> int:
        return micros(clock.now()) + self._offset

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set. Raises RefusedError where the key is not taken."""
        roomy()
        async with aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {self._post.key}"}, timeout=_TIMEOUT
        ) as self._session:
            follower = asyncio.create_task(self._follow(stop))
            try:
                await self.engine.run(stop)
            finally:
                follower.cancel()
                await asyncio.gather(follower, return_exceptions=True)
        if self.refused:
            raise RefusedError(self.refused)

    async def _follow(self, stop: asyncio.Event) -> None:
        while True:
            try:
                await self._look()
            except RefusedError as error:
                self.refused = str(error)
                stop.set()
                self.engine.wake()
                return
            except BusyError:
                self._stand_aside()
            except (aiohttp.ClientError, TimeoutError, OSError, msgspec.DecodeError) as error:
                log.warning("the server does not answer", extra={"error": type(error).__name__})
            await asyncio.sleep(_LOOK)

    def _stand_aside(self) -> None:
        """Check nothing while another process does; it ends, or is forgotten, in a while."""
        log.warning("another process checks for this location; this one waits for its end")
        self.engine.assign([])
        self._revision = -1

    async def _look(self) -> None:
        begun = monotonic()
        asked = {"revision": str(self._revision), "holder": self._holder, "version": __version__}
        async with self._http.get(self._address("work"), params=asked) as answer:
            body = await self._body(answer)
        work = msgspec.json.decode(body, type=Work)
        half = round((monotonic() - begun) * 500_000)  # of the way there and back
        self._set_clock(work.now * 1000 + half - micros(clock.now()), doubt=half)
        if work.revision != self._revision:
            self.engine.assign(work.tasks)
            self._revision = work.revision

    def _set_clock(self, offset: int, *, doubt: int) -> None:
        """Take an offset that is surer than the one in use, or that shows that a clock was set.

        An answer that took long tells the server's clock badly: a server that starts would make
        the instants jump by seconds.
        """
        if doubt <= self._doubt or abs(offset - self._offset) > doubt + self._doubt:
            self._offset, self._doubt = offset, doubt

    async def _deliver(self, reports: list[Report], skips: list[Skip]) -> None:
        told = Delivery(holder=self._holder, version=__version__, reports=reports, skips=skips)
        async with self._http.post(
            self._address("results"),
            data=msgspec.json.encode(told),
            headers={"Content-Type": "application/json"},
        ) as answer:
            await self._body(answer)

    @property
    def _http(self) -> aiohttp.ClientSession:
        assert self._session is not None  # noqa: S101 - set before anything asks
        return self._session

    def _address(self, what: str) -> str:
        return f"{self._post.server.rstrip('/')}/api/v1/probes/{self._post.location}/{what}"

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        if answer.status in _REFUSED:
            raise RefusedError("the server does not take this key for this location")
        if answer.status == _TAKEN:
            raise BusyError
        answer.raise_for_status()
        body = await answer.content.read(_MOST)
        while part := await answer.content.read(_MOST):
            body += part
            if len(body) > _MOST:
                raise msgspec.DecodeError("too much")
        return body


def run(post: Post) -> None:
    """Check for a server until SIGTERM or SIGINT."""

    async def main() -> None:
        stop = asyncio.Event()
        agent = Agent(post)

        def end() -> None:
            stop.set()
            agent.engine.wake()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end)
        await agent.run(stop)

    with_fast_loop(main)
