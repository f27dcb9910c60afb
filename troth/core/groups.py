"""One durable write for all threads that wait: a sync of the disk is shared."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")
_PATIENCE = 0.005  # seconds for which a write waits for others to share it


class _Ticket(Generic[T]):
    """One caller's things, and what came of them. Its turn comes once: written, or to lead."""

    def __init__(self, things: Sequence[T]) -> None:
        self.things = things
        self.done = False
        self.error: BaseException | None = None
        self.turn = threading.Lock()
        self.turn.acquire()


class Group(Generic[T]):
    """Whoever comes first writes what has gathered; the others wait for that write or lead next.

    The leader waits for those who are packing their things already, a few thousandths of a second
    at most; nobody waits when nobody is on the way. Each who waits is woken once and by itself,
    and the next leader first: its write begins while the others go home.
    """

    def __init__(self, write: Callable[[list[T]], None]) -> None:
        self._write = write
        self._queue: list[_Ticket[T]] = []
        self._packing = 0
        self._is_led, self._packed = False, threading.Condition()

    @contextmanager
    def packing(self) -> Iterator[None]:
        """Say, around the making of things, that `put` follows: one write then takes several."""
        with self._packed:
            self._packing += 1
        try:
            yield
        finally:
            with self._packed:
                self._packing -= 1
                if not self._packing:
                    self._packed.notify()

    def put(self, things: Sequence[T]) -> None:
        """Return when `things` are written. Raises what the write raised."""
        ticket = _Ticket(things)
        with self._packed:
            self._queue.append(ticket)
            waits, self._is_led = self._is_led, True
        if waits:
            ticket.turn.acquire()
        if not ticket.done:
            self._lead()
        if ticket.error is not None:
            raise type(ticket.error)(*ticket.error.args) from ticket.error

    def _lead(self) -> None:
        tickets = list[_Ticket[T]]()
        try:
            tickets = self._gathered()
            self._write([thing for ticket in tickets for thing in ticket.things])
        except BaseException as error:  # noqa: BLE001 - each of those who wait must hear it
            for ticket in tickets:
                ticket.error = error
        finally:
            self._hand_over(tickets)

    def _gathered(self) -> list[_Ticket[T]]:
        with self._packed:
            self._packed.wait_for(lambda: not self._packing, timeout=_PATIENCE)
            tickets, self._queue = self._queue, []
        return tickets

    def _hand_over(self, tickets: list[_Ticket[T]]) -> None:
        """Wake whoever leads next, then those whose things are written."""
        with self._packed:
            following = self._queue[0] if self._queue else None
            self._is_led = following is not None
        if following is not None:
            following.turn.release()
        for ticket in tickets:
            ticket.done = True
            ticket.turn.release()
