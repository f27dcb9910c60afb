"""One writer for all that leaves and all that came of it: what gathers is one transaction."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    close_old_connections,
)

from troth.core import clock
from troth.notify.actions import heeding, receipting
from troth.notify.actions.receipting import Sent

T = TypeVar("T")
Ask = Callable[[Callable[[], Any]], Awaitable[Any]]  # runs a function where the database is
_LONGEST_WAIT: Final = 10.0
_PATIENCE: Final = 0.02  # seconds for which receipts wait for company
log = logging.getLogger(__name__)


class Ledger:
    """Nothing leaves before it is written that it does; no receipt is lost while this lives."""

    def __init__(self, courier: str, ask: Ask, holding: set[int]) -> None:
        self._courier, self._ask, self._holding = courier, ask, holding
        self._leaving: list[tuple[Sequence[int], asyncio.Future[set[int]]]] = []
        self._sent: list[Sent] = []
        self._news = asyncio.Event()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._asked = asyncio.Event()

    async def leave(self, ids: Sequence[int]) -> set[int]:
        """Return those that may leave, when that is on disk; none of them is held any more."""
        done: asyncio.Future[set[int]] = asyncio.get_running_loop().create_future()
        self._leaving.append((ids, done))
        self._asked.set()
        self._wake()
        mine = await done
        self._holding.difference_update(ids)
        return mine

    def receipt(self, sent: Sent) -> None:
        """Write soon what was said to a message."""
        self._sent.append(sent)
        self._wake()

    async def written(self) -> None:
        """Wait until all is on disk."""
        await self._quiet.wait()

    @property
    def owing(self) -> int:
        """Return how many receipts are not on disk yet."""
        return len(self._sent)

    def _wake(self) -> None:
        self._quiet.clear()
        self._news.set()

    async def keep(self) -> None:
        """Write what comes, until cancelled."""
        while True:
            await self._news.wait()
            if not self._leaving:  # receipts alone can wait for what leaves next
                await self._gathered()
            self._news.clear()
            leaving, self._leaving = self._leaving, []
            sent, self._sent = self._sent, []
            await self._write(leaving, sent)
            if not self._leaving and not self._sent:
                self._quiet.set()

    async def _gathered(self) -> None:
        """Wait a moment for something to leave: one write then holds both."""
        self._asked.clear()
        waiting = asyncio.ensure_future(self._asked.wait())
        await asyncio.wait({waiting}, timeout=_PATIENCE)
        waiting.cancel()

    async def _write(
        self,
        leaving: list[tuple[Sequence[int], asyncio.Future[set[int]]]],
        sent: list[Sent],
    ) -> None:
        ids = [pk for some, _ in leaving for pk in some]
        try:
            mine = await self._kept(ids, sent)
        except Exception:  # one that cannot be kept stops no other
            log.exception("receipts are written one by one")
            mine = await self._one_by_one(ids, sent)
        for some, done in leaving:
            if not done.done():
                done.set_result(mine.intersection(some))

    async def _kept(self, ids: Sequence[int], sent: Sequence[Sent]) -> set[int]:
        step = partial(_written, ids, sent, self._courier)
        found: set[int] = await patiently(step, self._ask)
        return found

    async def _one_by_one(self, ids: Sequence[int], sent: Sequence[Sent]) -> set[int]:
        for one in sent:
            try:
                await self._kept((), [one])
            except Exception:
                log.exception("a receipt cannot be kept whole", extra={"delivery": one.errand.id})
                await patiently(partial(_barely_written, one, self._courier), self._ask)
        return await self._kept(ids, ()) if ids else set()


def _barely_written(one: Sent, courier: str) -> None:
    receipting.write_barely(sent=one, courier=courier, now=clock.now())


def _written(ids: Sequence[int], sent: Sequence[Sent], courier: str) -> set[int]:
    now = clock.now()
    echoes = {one.errand.subscription: one.answer.echo for one in sent if one.answer.echo}
    if echoes:
        heeding.heed(echoes, now=now)
    return receipting.write(leaving=ids, sent=sent, courier=courier, now=now)


async def patiently(step: Callable[[], T], ask: Ask) -> T:
    """Do a step of the database; while it cannot (away, busy, disk full), say so and try again.

    What it will never take, whenever it is asked, is raised.
    """
    wait = 0.2
    while True:
        try:
            found: T = await ask(step)
        except (DataError, IntegrityError):
            raise
        except (DatabaseError, InterfaceError) as error:
            log.warning("the outbox cannot be written", extra={"error": str(error)[:200]})
            await asyncio.sleep(wait)
            await ask(close_old_connections)
            wait = min(wait * 2, _LONGEST_WAIT)
        else:
            return found
