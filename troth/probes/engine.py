"""Starts each check at its instant and hands over what was found. Touches no database.

Instants stand on an even grid, so nothing drifts. Each check is a task of its own: one that hangs
holds up no other, since only so many run against one target and each ends at its timeout. What
could not run is told as skipped. The clock may jump: forward leaves a gap that is told, backward
starts anew from where it is.
"""

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from troth.probes.catalogue import SettingsError
from troth.probes.checking import Prepared, check, prepared
from troth.probes.rules import timetable
from troth.probes.rules.timetable import Gap, Grid
from troth.probes.wire import Report, Skip, Task

_LONGEST_SLEEP: Final = 1_000  # milliseconds: a jump of the clock is noticed within it
_SHORTEST_SLEEP: Final = 4  # milliseconds: checks that are due together start together
_FLUSH: Final = 0.5  # seconds between two hand-overs
_MOST_AT_ONCE: Final = 4_000  # checks under way
_MOST_AT_A_TARGET: Final = 100
_MOST_WAITING: Final = 100_000  # reports that were not taken yet
_IN_ONE: Final = 5_000  # reports of one hand-over
_LONGEST_PATIENCE: Final = 30.0

Sink = Callable[[list[Report], list[Skip]], Awaitable[None]]
Clock = Callable[[], int]  # microseconds since 1970
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Entry:
    """A task as it is followed. `due` is the instant in the heap that counts; others are stale."""

    job: Prepared
    grid: Grid
    due: int
    asked: int
    running: bool = False


@dataclass(slots=True)
class _Basket:
    """What waits to be handed over."""

    reports: list[Report] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    lost: int = 0
    told: int = 0  # the number of the newest report

    def take(self) -> tuple[list[Report], list[Skip]]:
        taken = self.reports[:_IN_ONE], self.skips[:_IN_ONE]
        del self.reports[:_IN_ONE], self.skips[:_IN_ONE]
        return taken

    def put_back(self, reports: list[Report], skips: list[Skip]) -> None:
        """Keep what was not taken; beyond the bound the oldest is lost: no data."""
        self.reports[:0], self.skips[:0] = reports, skips
        for waiting in (self.reports, self.skips):
            excess = len(waiting) - _MOST_WAITING
            if excess > 0:
                del waiting[:excess]
                self.lost += excess
                log.warning("results of checks are lost: they could not be handed over")


class Engine:
    """Follows tasks until it is stopped. `sink` takes results; where it raises, they are kept."""

    def __init__(self, *, sink: Sink, clock: Clock, private: bool) -> None:
        self._sink, self._clock, self._private = sink, clock, private
        self._entries: dict[str, _Entry] = {}
        self._heap: list[tuple[int, str]] = []
        self._targets: dict[str, asyncio.Semaphore] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self.basket = _Basket()

    @property
    def watched(self) -> int:
        return len(self._entries)

    def assign(self, tasks: Sequence[Task]) -> None:
        """Follow these tasks from now on, and no others; an unchanged one goes on as it was."""
        now = self._now()
        wanted = {task.slug: task for task in tasks}
        for slug in set(self._entries) - set(wanted):
            del self._entries[slug]
        for task in wanted.values():
            self._follow(task, now)
        in_use = {entry.job.address for entry in self._entries.values()}
        self._targets = {name: sem for name, sem in self._targets.items() if name in in_use}
        self._changed.set()

    def _follow(self, task: Task, now: int) -> None:
        entry = self._entries.get(task.slug)
        if entry is not None and _same(entry.job.task, task):
            if task.asked > entry.asked:
                entry.asked = task.asked
                self._start(entry, now)
            return
        try:
            job = prepared(task, private=self._private)
        except SettingsError as error:
            log.warning("a monitor cannot be checked", extra={"slug": task.slug, "error": error})
            self._entries.pop(task.slug, None)
            return
        grid = timetable.grid(task.slug, task.every)
        missed = timetable.gap(grid, after=task.last, until=now) if task.last else None
        if entry is None and missed is not None:
            self._skip(task.slug, missed, "nothing ran here")
        fresh = _Entry(job, grid, grid.after(now), max(task.asked, entry.asked if entry else 0))
        fresh.running = entry is not None and entry.running
        self._entries[task.slug] = fresh
        heapq.heappush(self._heap, (fresh.due, task.slug))
        if (entry is not None and task.asked > entry.asked) or task.asked > task.last:
            self._start(fresh, now)

    async def run(self, stop: asyncio.Event) -> None:
        """Follow the tasks until `stop` is set; what is under way then is given up, untold."""
        flusher = asyncio.create_task(self._flush_often())
        try:
            await self._loop(stop)
        finally:
            for task in self._running:
                task.cancel()
            flusher.cancel()
            await asyncio.gather(flusher, *self._running, return_exceptions=True)
            await self.flush()

    async def _loop(self, stop: asyncio.Event) -> None:
        before = self._now()
        while not stop.is_set():
            now = self._now()
            if now < before - _LONGEST_SLEEP:
                self._plan_anew(now)
            before = now
            self._start_due(now)
            await self._sleep(self._next_due() - self._now(), stop)

    def _now(self) -> int:
        return self._clock() // 1000

    def _next_due(self) -> int:
        return self._heap[0][0] if self._heap else self._now() + _LONGEST_SLEEP

    async def _sleep(self, milliseconds: int, stop: asyncio.Event) -> None:
        seconds = max(_SHORTEST_SLEEP, min(milliseconds, _LONGEST_SLEEP)) / 1000
        self._changed.clear()
        if stop.is_set():
            return
        handle = asyncio.get_running_loop().call_later(seconds, self._changed.set)
        try:
            await self._changed.wait()
        finally:
            handle.cancel()

    def wake(self) -> None:
        """Look again at once, for example because it is to stop."""
        self._changed.set()

    def _plan_anew(self, now: int) -> None:
        """Begin where the clock is, which was set back."""
        self._heap = []
        for slug, entry in self._entries.items():
            entry.due = entry.grid.after(now)
            self._heap.append((entry.due, slug))
        heapq.heapify(self._heap)

    def _start_due(self, now: int) -> None:
        while self._heap and self._heap[0][0] <= now:
            due, slug = heapq.heappop(self._heap)
            entry = self._entries.get(slug)
            if entry is None or entry.due != due:
                continue
            latest, missed = timetable.next_due(entry.grid, last=due - entry.grid.every, now=now)
            if missed is not None:
                self._skip(slug, missed, "the clock jumped, or this machine stood still")
            entry.due = latest + entry.grid.every
            heapq.heappush(self._heap, (entry.due, slug))
            self._start(entry, latest)

    def _start(self, entry: _Entry, due: int) -> None:
        slug = entry.job.task.slug
        if entry.running:
            self._skip(slug, Gap(due, due, 1), "the check before it was still under way")
        elif len(self._running) >= _MOST_AT_ONCE:
            self._skip(slug, Gap(due, due, 1), "too many checks were under way")
        else:
            entry.running = True
            task = asyncio.create_task(self._do(entry, due))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    def _skip(self, slug: str, gap: Gap, reason: str) -> None:
        self.basket.skips.append(
            Skip(slug=slug, first=gap.first, last=gap.last, count=gap.count, reason=reason)
        )

    async def _do(self, entry: _Entry, due: int) -> None:
        try:
            await self._checked(entry.job, due)
        finally:
            entry.running = False
            followed = self._entries.get(entry.job.task.slug)
            if followed is not None:
                followed.running = False

    async def _checked(self, job: Prepared, due: int) -> None:
        place = self._targets.get(job.address)
        if place is None:
            place = self._targets[job.address] = asyncio.Semaphore(_MOST_AT_A_TARGET)
        try:
            if place.locked():
                await asyncio.wait_for(place.acquire(), job.task.every / 1000)
            else:
                await place.acquire()
        except TimeoutError:
            self._skip(job.task.slug, Gap(due, due, 1), "its target was busy with other checks")
            return
        began = self._clock()
        try:
            found = await check(job)
        finally:
            place.release()
        self.basket.told += 1
        self.basket.reports.append(
            Report(
                number=self.basket.told,
                slug=job.task.slug,
                due=due,
                began=began,
                took=round(found.took * 1e6),
                outcome=found.outcome,
                reason=found.reason,
                phases=found.phases or {},
                excerpt=found.excerpt,
            )
        )

    async def _flush_often(self) -> None:
        patience = _FLUSH
        while True:
            begun = monotonic()
            taken = await self.flush()
            patience = _FLUSH if taken else min(patience * 2, _LONGEST_PATIENCE)
            await asyncio.sleep(max(0.0, patience - (monotonic() - begun)))

    async def flush(self) -> bool:
        """Hand over what was found; return False where it was not taken and is kept."""
        reports, skips = self.basket.take()
        if not reports and not skips:
            return True
        try:
            await self._sink(reports, skips)
        except asyncio.CancelledError:
            self.basket.put_back(reports, skips)
            raise
        except Exception as error:  # noqa: BLE001 - whatever keeps the sink from taking it may pass
            log.warning("results of checks wait", extra={"error": type(error).__name__})
            self.basket.put_back(reports, skips)
            return False
        return True


def _same(one: Task, other: Task) -> bool:
    """Return whether two tasks differ in nothing that decides how they are checked."""
    return (
        one.kind == other.kind
        and one.settings == other.settings
        and (one.every, one.timeout, one.retries) == (other.every, other.timeout, other.retries)
        and (one.condition, one.slow) == (other.condition, other.slow)
    )
