"""Run a courier: as a process of its own, or in a thread of the worker."""

import asyncio
import contextlib
import logging
import signal
import sys
import threading
from typing import Final

from troth.notify.courier.office import Office

_SWITCH: Final = 0.001  # seconds
_LOOK: Final = 0.5  # seconds between two looks at whether to end
log = logging.getLogger(__name__)


def run(*, once: bool = False) -> None:
    """Deliver until SIGTERM or SIGINT, or, `once`, until nothing is due."""
    sys.setswitchinterval(_SWITCH)  # the loop does not wait long for the threads of the database
    _with_fast_loop(_main(once=once))


def attend(stop: threading.Event) -> None:
    """Deliver in this thread until `stop` is set; start again after a mistake of ours."""
    while not stop.is_set():
        try:
            asyncio.run(_beside(stop))
        except Exception:
            log.exception("the courier ended")
            stop.wait(5.0)


async def _main(*, once: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await Office().run(stop, once=once)


async def _beside(stop: threading.Event) -> None:
    ended = asyncio.Event()
    task = asyncio.create_task(Office().run(ended))
    while not stop.is_set() and not task.done():  # noqa: ASYNC110 - a thread's event wakes no loop
        await asyncio.sleep(_LOOK)
    ended.set()
    await task


def _with_fast_loop(main: object) -> None:
    with contextlib.suppress(ImportError):  # not on every system
        import uvloop

        uvloop.run(main)  # type: ignore[arg-type]
        return
    asyncio.run(main)  # type: ignore[arg-type]
