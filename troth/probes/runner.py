"""The checks of this installation itself: a process beside the worker, on the state database.

It holds the lease of the location “local”, follows the roster, and records what the engine finds.
The event loop never waits for the database: that has a thread of its own.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from troth.core import clock, leases
from troth.probes import actions, queries
from troth.probes.engine import Engine
from troth.probes.instants import micros
from troth.probes.rules.documents import LOCAL
from troth.probes.starting import roomy, with_fast_loop
from troth.probes.wire import Report, Skip

_RENEW: Final = 3.0  # seconds between two renewals of the lease
_LOOK: Final = 0.5  # seconds between two looks at the roster
T = TypeVar("T")
log = logging.getLogger(__name__)


def run() -> None:
    """Check what this installation watches until SIGTERM or SIGINT."""
    with_fast_loop(_main)


async def _main() -> None:
    stop = asyncio.Event()
    runner = Runner()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, lambda: runner.end(stop))
    await runner.run(stop)


class Runner:
    """The engine with the database behind it."""

    def __init__(self) -> None:
        self._database = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._holder = leases.worker_name()
        self._revision = -1
        self.engine = Engine(
            sink=self._record,
            clock=lambda: micros(clock.now()),
            private=settings.TROTH.probe_private,
        )

    def end(self, stop: asyncio.Event) -> None:
        stop.set()
        self.engine.wake()

    async def run(self, stop: asyncio.Event) -> None:
        roomy()
        keeper = asyncio.create_task(self._keep())
        try:
            await self.engine.run(stop)
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            await self._ask(self._leave)
            self._database.shutdown()

    async def _record(self, reports: list[Report], skips: list[Skip]) -> None:
        await self._ask(
            lambda: actions.record(location=LOCAL, reports=reports, skips=skips, now=clock.now())
        )

    async def _ask(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._database, question)

    async def _keep(self) -> None:
        """Hold the lease and follow the roster; without the lease nothing is checked."""
        renew_at = 0.0
        loop = asyncio.get_running_loop()
        holds = False
        while True:
            try:
                if loop.time() >= renew_at:
                    holds = await self._ask(self._take)
                    renew_at = loop.time() + _RENEW
                await self._follow(holds=holds)
            except DatabaseError as problem:
                log.warning("the database does not answer", extra={"error": str(problem)[:200]})
                await self._ask(close_old_connections)
            await asyncio.sleep(_LOOK)

    def _take(self) -> bool:
        return actions.take_lease(location=LOCAL, holder=self._holder, now=clock.now())

    async def _follow(self, *, holds: bool) -> None:
        if not holds:
            if self._revision >= 0:
                self._revision = -1
                self.engine.assign([])
            return
        revision = await self._ask(queries.revision)
        if revision != self._revision:
            self.engine.assign(await self._ask(lambda: queries.tasks(LOCAL)))
            self._revision = revision

    def _leave(self) -> None:
        with contextlib.suppress(DatabaseError):
            actions.give_lease_back(location=LOCAL, holder=self._holder)
        connection.close()
