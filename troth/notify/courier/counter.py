"""The counter of one outlet: what is due comes in, is written down as leaving, and goes out.

Where no limit of the other side is known, a slow one steps aside and holds up nobody.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from django.conf import settings

from troth.core import clock
from troth.core.steps import reached
from troth.notify.actions.receipting import Sent
from troth.notify.carriers.limits import Limits
from troth.notify.channel import Shape
from troth.notify.courier.handing import hand_over
from troth.notify.courier.ledger import Ledger
from troth.notify.courier.parcel import Outlet, Parcel
from troth.notify.rules.results import Answer, Fate

_AHEAD: Final = 32  # messages made ready for each that may be under way
_LEAST_AHEAD: Final = 64
_MOST_AHEAD: Final = 1_000
# Messages written down as leaving for each under way, when all goes well: as few as keep hands
# busy while the next ones are written down, since nobody knows of them after a crash.
_LAID_OUT: Final = 3
_MOST_LAID_OUT: Final = 12
_GROWTH: Final = 16  # messages without trouble for one more of them
_SLOW_AFTER: Final = 0.5  # seconds
_MOST_ASIDE: Final = 1_000
_FIRST_WAIT: Final = 1.0  # seconds, while the outlet cannot be reached; twice as long each time
_LONGEST_WAIT: Final = 60.0

Fetch = Callable[[Outlet, int], Awaitable[tuple[int, list[Parcel]]]]  # claimed, and ready of them
Trouble = Callable[[Outlet, str], None]  # told when an outlet fails, and with "" when it works


class Counter:
    """One outlet's messages, from due to receipted."""

    def __init__(self, outlet: Outlet, *, fetch: Fetch, ledger: Ledger, trouble: Trouble) -> None:
        self.at_once = 1  # this courier's share
        self._fetch, self._ledger, self._trouble = fetch, ledger, trouble
        self._ready: deque[Parcel] = deque()
        self._leaving: asyncio.Queue[Parcel] = asyncio.Queue()
        self._hands: set[asyncio.Task[None]] = set()
        self._idle = self._aside = 0
        self._smooth = 0  # messages without trouble: with them grows how many are laid out
        self._depth = _LAID_OUT
        self._down_until = self._wait = 0.0
        self._news = asyncio.Event()
        self._fetching: asyncio.Task[tuple[int, list[Parcel]]] | None = None
        self._more = self._has_sent = False
        self.outlet, self._is_failing = outlet, outlet.is_failing
        self.open(outlet)

    def open(self, outlet: Outlet) -> None:
        """Use an outlet as it is set up now."""
        if outlet is not self.outlet:
            self._is_failing = outlet.is_failing
        self.outlet = outlet
        shape = outlet.channel.shape
        self._may_step_aside = outlet.lane.outlet is None and shape is not Shape.MAIL
        self.limits = Limits(
            private=settings.TROTH.probe_private,
            at_once=outlet.at_once,
            is_idempotent=outlet.channel.is_idempotent,
            reads=outlet.channel.reads,
        )

    def look(self) -> None:
        """Say that there may be more to do."""
        self._more = True
        self._news.set()

    @property
    def is_down(self) -> bool:
        return asyncio.get_running_loop().time() < self._down_until

    async def serve(self, stop: asyncio.Event) -> list[int]:
        """Send what is due until nothing is; return what was claimed and has not left."""
        while not stop.is_set() and not self.is_down:
            self._news.clear()
            self._fetch_more()
            if await self._let_leave():
                continue
            if not self._is_busy:
                if not self._has_sent:
                    break
                await self._after_all()
            else:
                await self._news.wait()
        await self._come_home()
        unsent = [parcel.id for parcel in self._ready]
        self._ready.clear()
        return unsent

    def rest(self) -> None:
        """Do nothing for a while, after a mistake of ours."""
        self._rest(_LONGEST_WAIT)

    def _rest(self, seconds: float) -> None:
        self._down_until = asyncio.get_running_loop().time() + seconds
        self._smooth = 0

    def _fetch_more(self) -> None:
        """Take what was fetched, and fetch more before the counter is empty."""
        if self._fetching and self._fetching.done():
            claimed, parcels = self._fetching.result()
            self._fetching, self._more = None, claimed > 0
            self._ready.extend(parcels)
        if self._more and self._fetching is None and 2 * len(self._ready) < self._ahead:
            self._fetching = asyncio.create_task(self._fetched())

    async def _after_all(self) -> None:
        """Look again when all receipts are written: a reader's next message waited for them."""
        self._has_sent = False
        await self._ledger.written()
        self._more = True

    @property
    def _ahead(self) -> int:
        return min(max(self.at_once * _AHEAD, _LEAST_AHEAD), _MOST_AHEAD)

    @property
    def _is_busy(self) -> bool:
        return bool(self._fetching or self._more or self._ready or self._is_carrying)

    @property
    def _is_carrying(self) -> bool:
        return bool(self._leaving.qsize()) or self._idle < len(self._hands)

    async def _fetched(self) -> tuple[int, list[Parcel]]:
        try:
            return await self._fetch(self.outlet, self._ahead - len(self._ready))
        finally:
            self._news.set()

    async def _let_leave(self) -> bool:
        """Write as many down as leaving as there is room for; return whether there were any."""
        while self._ready and len(self._hands) - self._aside < self.at_once:
            self._hire()
        laid_out = min(1 + self._smooth // _GROWTH, self._depth * self.at_once)
        room = self._idle + laid_out - self._leaving.qsize()
        some = [self._ready.popleft() for _ in range(min(room, len(self._ready)))]
        if not some:
            return False
        mine = await self._ledger.leave([parcel.id for parcel in some])
        self._depth = depth(self._depth, left=self._leaving.qsize(), at_once=self.at_once)
        for parcel in some:
            if parcel.id in mine:
                self._leaving.put_nowait(parcel)
        return True

    def _hire(self) -> None:
        self._idle += 1
        hand = asyncio.create_task(self._hand())
        self._hands.add(hand)
        hand.add_done_callback(self._gone)

    def _gone(self, hand: asyncio.Task[None]) -> None:
        self._hands.discard(hand)
        self._news.set()

    async def _hand(self) -> None:
        """Carry one message after the other, until a slow one has made another hand take over."""
        while True:
            parcel = await self._leaving.get()
            self._idle -= 1
            if await self._carried(parcel):
                self._aside -= 1
                return
            self._idle += 1
            self._news.set()

    async def _carried(self, parcel: Parcel) -> bool:
        """Carry a message and keep what was said; return whether it stepped aside."""
        loop = asyncio.get_running_loop()
        began, at = loop.time(), clock.now()
        if self._may_step_aside and self._aside < _MOST_ASIDE:
            aside = Aside(self._step_aside)
            answer, is_down = await self._answered(parcel)
            stepped = aside.over()
        else:
            answer, is_down = await self._answered(parcel)
            stepped = False
        reached("notify.handed-over")
        took = int((loop.time() - began) * 1000)
        self._ledger.receipt(Sent(parcel, answer, at, took, is_down))
        self._has_sent = True
        return stepped

    def _step_aside(self) -> None:
        self._aside += 1
        self._hire()
        self._news.set()

    async def _answered(self, parcel: Parcel) -> tuple[Answer, bool]:
        if self.is_down:  # it was laid out before that was known
            return Answer(fate=Fate.LATER, said="the outlet cannot be reached now"), True
        answer, is_down = await hand_over(parcel.handed, limits=self.limits)
        if is_down:
            self._went_down(answer.said)
        elif self._wait or self._is_failing:  # found here, or by one that is gone
            self._wait, self._is_failing = 0.0, False
            self._trouble(self.outlet, "")
        elif answer.after and self.outlet.lane.outlet is not None:
            self._rest(min(answer.after, _LONGEST_WAIT))  # it asks all of us to wait
        else:
            self._smooth += 1
        return answer, is_down

    def _went_down(self, said: str) -> None:
        if self.is_down:
            return
        self._wait = min(max(2 * self._wait, _FIRST_WAIT), _LONGEST_WAIT)
        self._rest(self._wait)
        self._trouble(self.outlet, said)

    async def _come_home(self) -> None:
        """Let what is under way come to its end, then let all hands go."""
        while self._is_carrying:
            self._news.clear()
            await self._news.wait()
        if self._fetching:
            fetching, self._fetching = self._fetching, None
            self._ready.extend((await fetching)[1])
        for hand in self._hands:
            hand.cancel()
        await asyncio.gather(*self._hands, return_exceptions=True)
        self._idle = 0


def depth(before: int, *, left: int, at_once: int) -> int:
    """Return how many to lay out for each under way, by how many were left after a write."""
    if not left:
        return min(2 * before, _MOST_LAID_OUT)
    return max(before - 1, _LAID_OUT) if 2 * left > before * at_once else before


class Aside:
    """Calls `step` once when something takes too long."""

    def __init__(self, step: Callable[[], None]) -> None:
        self._step, self._happened = step, False
        self._timer = asyncio.get_running_loop().call_later(_SLOW_AFTER, self._now)

    def _now(self) -> None:
        self._happened = True
        self._step()

    def over(self) -> bool:
        """Return whether it took too long."""
        self._timer.cancel()
        return self._happened
