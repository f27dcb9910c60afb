"""The engine: punctual, fair, and honest about what did not run."""

import asyncio
import itertools
import time

import pytest

from tests import loop
from tests.probes.conftest import reply
from troth.probes.engine import Engine
from troth.probes.instants import micros
from troth.probes.wire import Task


class World:
    """An engine with a clock that can be set, and what it handed over."""

    def __init__(self, *, fails=0) -> None:
        self.offset = 0  # milliseconds
        self.reports, self.skips = [], []
        self.fails = fails
        self.engine = Engine(sink=self.sink, clock=self.clock, private=True)

    def clock(self):
        from troth.core import clock

        return micros(clock.now()) + self.offset * 1000

    async def sink(self, reports, skips):
        if self.fails:
            self.fails -= 1
            raise ConnectionError
        self.reports += reports
        self.skips += skips

    def run(self, seconds, *steps):
        async def main():
            stop = asyncio.Event()
            running = asyncio.create_task(self.engine.run(stop))
            begun = time.monotonic()
            for at, step in steps:
                await asyncio.sleep(max(0, begun + at - time.monotonic()))
                step()
            await asyncio.sleep(max(0, begun + seconds - time.monotonic()))
            stop.set()
            self.engine.wake()
            await running

        loop.run(main())


def task(slug, port, **more):
    values = {"every": 200, "timeout": 200, **more}
    return Task(slug=slug, kind="http", settings={"url": f"http://127.0.0.1:{port}/"}, **values)


@pytest.fixture
def hanging(listening):
    async def hang(reader, writer):
        await asyncio.sleep(30)

    return listening(hang)


@pytest.mark.mission("S2.5")
def test_checks_start_evenly_and_do_not_drift_with_their_length(listening):
    async def slow(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.1)
        writer.write(reply())

    port = listening(slow)
    world = World()
    world.run(2.5, (0, lambda: world.engine.assign([task("shop", port)])))
    ran = [one.due for one in world.reports]
    # On a machine that is busy with other things one may not run; then that is told.
    skipped = [at for one in world.skips for at in range(one.first, one.last + 1, 200)]
    assert len(ran) >= 2
    dues = sorted([*ran, *skipped])
    assert len(dues) >= 9
    assert {later - earlier for earlier, later in itertools.pairwise(dues)} == {200}
    late = sorted(one.began / 1000 - one.due for one in world.reports)
    assert late[0] >= 0
    assert late[len(late) // 2] < 50


@pytest.mark.mission("S2.5")
def test_a_hundred_targets_that_hang_starve_no_other(hanging, web):
    port = web(reply())
    slow = [task(f"slow-{n}", hanging, every=1_000, timeout=1_000) for n in range(100)]
    world = World()
    world.run(2.5, (0, lambda: world.engine.assign([*slow, task("quick", port)])))
    quick = [one for one in world.reports if one.slug == "quick"]
    assert len(quick) >= 9
    assert {one.outcome for one in quick} == {"up"}
    late = sorted(one.began / 1000 - one.due for one in quick)
    assert late[len(late) // 2] < 100
    assert {one.reason for one in world.reports if one.slug != "quick"} == {"no answer within 1 s"}


def test_a_check_that_is_still_under_way_is_told_as_skipped(hanging):
    world = World()
    world.run(2.6, (0, lambda: world.engine.assign([task("shop", hanging, timeout=500)])))
    assert len(world.reports) >= 3
    assert {one.reason for one in world.skips} == {"the check before it was still under way"}
    last = world.reports[-1].due  # the one after it was under way at the end
    told = sorted([one.due for one in world.reports] + [one.first for one in world.skips])
    told = [due for due in told if due <= last]
    assert {b - a for a, b in itertools.pairwise(told)} == {200}


def test_a_clock_set_forward_leaves_a_gap_and_no_burst(web):
    port = web(reply())
    world = World()

    def jump():
        world.offset = 3_600_000

    world.run(2.5, (0, lambda: world.engine.assign([task("shop", port)])), (1, jump))
    # A machine that is busy with other things may stand still for a moment; that is told as well.
    gaps = sorted(one.count for one in world.skips if "clock" in one.reason)
    assert 17_000 < gaps.pop() <= 18_001
    assert sum(gaps) < 20
    assert len(world.reports) <= 14
    assert world.reports[-1].due > world.reports[0].due + 3_500_000


def test_a_clock_set_back_brings_no_silence(web):
    port = web(reply())
    world = World()

    def jump():
        world.offset = -3_600_000

    world.run(3.5, (0, lambda: world.engine.assign([task("shop", port)])), (1, jump))
    after = [one for one in world.reports if one.due < world.reports[0].due - 3_000_000]
    assert len(after) >= 5


def test_what_nothing_ran_for_is_told_at_the_start(web):
    world = World()
    last = world.clock() // 1000 - 60_000
    port = web(reply())
    world.run(0.7, (0, lambda: world.engine.assign([task("shop", port, last=last)])))
    [skip] = [one for one in world.skips if one.reason == "nothing ran here"]
    assert 299 <= skip.count <= 301
    assert skip.first > last


def test_someone_may_ask_for_a_check_at_once(web):
    port = web(reply())
    world = World()
    usual = task("shop", port, every=60_000)
    asked = task("shop", port, every=60_000, asked=world.clock() // 1000)
    world.run(
        0.6,
        (0, lambda: world.engine.assign([usual])),
        (0.1, lambda: world.engine.assign([asked])),
        (0.2, lambda: world.engine.assign([asked])),
    )
    assert 1 <= len(world.reports) <= 2


def test_what_is_not_taken_is_kept_and_handed_over_later(web):
    port = web(reply())
    world = World(fails=2)
    world.run(4, (0, lambda: world.engine.assign([task("shop", port)])))
    dues = [one.due for one in world.reports]
    assert len(dues) >= 14
    assert {later - earlier for earlier, later in itertools.pairwise(dues)} == {200}


def test_what_waits_is_bounded():
    world = World()
    basket = world.engine.basket
    basket.put_back(list(range(150_000)), [])
    assert len(basket.reports) == 100_000
    assert basket.reports[0] == 50_000
    assert basket.lost == 50_000


def test_a_task_that_cannot_be_read_holds_up_no_other(web):
    port = web(reply())
    broken = Task(slug="odd", kind="nothing", settings={}, every=200, timeout=200)
    world = World()
    world.run(0.8, (0, lambda: world.engine.assign([broken, task("shop", port)])))
    assert {one.slug for one in world.reports} == {"shop"}


def test_what_is_no_longer_assigned_is_checked_no_more(web):
    port = web(reply())
    world = World()
    world.run(
        1.6,
        (0, lambda: world.engine.assign([task("shop", port), task("blog", port)])),
        (0.8, lambda: world.engine.assign([task("blog", port)])),
    )
    shop = [one for one in world.reports if one.slug == "shop"]
    blog = [one for one in world.reports if one.slug == "blog"]
    assert len(shop) <= 5
    assert len(blog) >= 6
    assert world.skips == []
