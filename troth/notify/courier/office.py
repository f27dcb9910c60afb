"""A courier from its first sign of life to its last: it looks, and keeps a counter per outlet.

The event loop never waits for the database: that has a thread of its own.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from troth.core import clock, leases
from troth.notify.actions import claiming, recovering, troubles
from troth.notify.courier import opening, preparing
from troth.notify.courier.counter import Counter
from troth.notify.courier.ledger import Ledger, patiently
from troth.notify.courier.parcel import Outlet, Parcel
from troth.notify.courier.watch import Watch
from troth.notify.courier.words import Voice
from troth.notify.queries import outbox
from troth.notify.rules import rates
from troth.notify.rules.lanes import Lane

_LOOK: Final = 0.25  # seconds between two looks at what is due
_BEAT: Final = 3.0  # seconds between two signs of life
T = TypeVar("T")
Key = tuple[str, int | None]
log = logging.getLogger(__name__)


class Office:
    """One courier. Any number may run, in one process or many."""

    def __init__(self) -> None:
        self.name = leases.worker_name()
        self._database = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._holding: set[int] = set()  # claimed, as far as we heard of it, and has not left
        self._in_doubt = False  # a claim was written, or was not: its answer did not come
        self._ledger = Ledger(self.name, self._ask_writer, self._holding)
        self._voice = Voice()
        self._watch = Watch(self.name)
        self._outlets: dict[Key, Outlet] = {}
        self._counters: dict[Key, Counter] = {}
        self._serving: dict[Key, asyncio.Task[None]] = {}
        self._place, self._couriers = 0, 1
        self._beat_at = 0.0
        self._taken = 0  # messages in all
        self._lost: list[int] = []  # claimed, and not made ready for a mistake or a dead database

    async def run(self, stop: asyncio.Event, *, once: bool = False) -> None:
        """Deliver until `stop`, or, `once`, until nothing is due."""
        keeper = asyncio.create_task(self._ledger.keep())
        try:
            while not stop.is_set():
                before = self._taken
                await self._turn(stop)
                if once:
                    await asyncio.gather(*self._serving.values())
                    if self._taken == before:
                        break
                    continue
                await _pause(stop, _LOOK)
        finally:
            await self._close(keeper)

    async def _turn(self, stop: asyncio.Event) -> None:
        """Look once, and serve what is due."""
        try:
            if asyncio.get_running_loop().time() >= self._beat_at:
                await self._ask(self._beat)
                self._beat_at = asyncio.get_running_loop().time() + _BEAT
            lanes = [one.lane for one in self._outlets.values()]
            due = await self._ask(partial(outbox.due_lanes, lanes, now=clock.now()))
        except (DatabaseError, InterfaceError) as error:
            log.warning("the outbox cannot be read", extra={"error": str(error)[:200]})
            await self._ask(close_old_connections)
            return
        for lane in due:
            self._serve(lane, stop)

    def _beat(self) -> None:
        """Leave a sign of life, see who lives, and what there is to send through."""
        now = clock.now()
        recovering.arrive(name=self.name, now=now)
        living = self._watch.living(now=now)
        self._place, self._couriers = sorted(living).index(self.name), len(living)
        self._outlets = {_key(one.lane): one for one in opening.outlets()}
        self._voice.refresh()

    def _serve(self, lane: Lane, stop: asyncio.Event) -> None:
        key = _key(lane)
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = Counter(
                self._outlets[key], fetch=self._fetch, ledger=self._ledger, trouble=self._trouble
            )
        counter.open(self._outlets[key])
        counter.at_once = rates.share(
            counter.outlet.at_once, place=self._place, workers=self._couriers
        )
        if counter.is_down or not counter.at_once:
            return
        counter.look()
        if key not in self._serving:
            self._serving[key] = asyncio.create_task(self._served(key, counter, stop))

    async def _served(self, key: Key, counter: Counter, stop: asyncio.Event) -> None:
        try:
            unsent = await counter.serve(stop)
            give_back = partial(claiming.give_back, ids=unsent, courier=self.name)
            await patiently(give_back, self._ask)
            self._holding.difference_update(unsent)
        except Exception:
            log.exception("an outlet rests", extra={"outlet": key})
            counter.rest()
        finally:
            del self._serving[key]

    async def _fetch(self, outlet: Outlet, most: int) -> tuple[int, list[Parcel]]:
        ids = await patiently(partial(self._claimed, outlet, most), self._ask_writer)
        if not ids:
            return 0, []
        self._taken += len(ids)
        prepare = partial(
            preparing.prepare, ids=ids, outlet=outlet, courier=self.name, voice=self._voice,
            now=clock.now(),
        )  # fmt: skip
        try:
            parcels = await patiently(prepare, self._ask)
        except Exception:  # a mistake of ours: another time
            self._lost += ids
            raise
        self._holding.difference_update({*ids}.difference(one.id for one in parcels))
        return len(ids), parcels

    def _claimed(self, outlet: Outlet, most: int) -> list[int]:
        lost = list(self._lost)
        if self._in_doubt:
            lost += recovering.claimed_by(name=self.name) - self._holding
        claiming.give_back(ids=lost, courier=self.name)
        self._holding.difference_update(lost)
        self._lost = [one for one in self._lost if one not in lost]
        self._in_doubt = True
        ids = claiming.claim(lane=outlet.lane, most=most, courier=self.name, now=clock.now())
        self._holding.update(ids)
        self._in_doubt = False
        return ids

    def _trouble(self, outlet: Outlet, said: str) -> None:
        """Show on the outlet that it cannot be reached, or that it can again."""
        if said:
            log.warning("an outlet cannot be reached", extra={"outlet": outlet.lane, "said": said})
        step = partial(troubles.note_trouble, channel=outlet.lane.channel, pk=outlet.lane.outlet,
                       said=said, now=clock.now())  # fmt: skip
        self._later = asyncio.ensure_future(patiently(step, self._ask))

    async def _ask(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._database, question)

    async def _ask_writer(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, question)

    async def _close(self, keeper: asyncio.Task[None]) -> None:
        """Let what is under way end, write it down, and leave the list."""
        for counter in self._counters.values():
            counter.look()
        await asyncio.gather(*self._serving.values(), return_exceptions=True)
        await self._ledger.written()
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        await _carriers_closed()
        await self._ask(self._depart)
        await self._ask_writer(_close_connection)
        self._database.shutdown()
        self._writer.shutdown()

    def _depart(self) -> None:
        try:
            recovering.depart(name=self.name, now=clock.now(), idempotent=opening.idempotent())
        except (DatabaseError, InterfaceError):  # the next courier does it
            log.warning("the courier could not say good-bye")
        connection.close()


def _key(lane: Lane) -> Key:
    return lane.channel, lane.outlet


def _close_connection() -> None:
    """Close the database's connection of the thread that this runs in."""
    connection.close()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, or until `stop`."""
    waiting = asyncio.ensure_future(stop.wait())
    await asyncio.wait({waiting}, timeout=seconds)
    waiting.cancel()


async def _carriers_closed() -> None:
    """Close connections, of those carriers that were loaded."""
    import sys

    if smtp := sys.modules.get("troth.notify.carriers.smtp"):
        smtp.close_idle()
    if http := sys.modules.get("troth.notify.carriers.http"):
        await http.close()
