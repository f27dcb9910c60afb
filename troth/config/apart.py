"""Jobs with a process of their own beside a worker: started again when they die, ended with it.

Threads of one process take turns at the interpreter: while others count and judge, a page that
takes half a second to write would take two (docs/decisions/004-worker.md).
"""

import logging
import sys
import threading
from collections.abc import Sequence
from typing import Final

from troth.config import supervisor
from troth.config.attendance import Runner
from troth.core import work
from troth.core.parentage import end_with_parent
from troth.core.schedule import Entry

COMMAND = (sys.executable, "-m", "troth.config", "work", "--alone")
_LOOK: Final = 0.2  # seconds
_LATER: Final = 5.0  # seconds until a process is tried again that could not be started
log = logging.getLogger(__name__)


def attend(entries: Sequence[Entry], stop: threading.Event) -> None:
    """Keep a process alive for each of these jobs; end them with `stop`."""
    children = [Runner(entry.name, [*COMMAND, entry.name]) for entry in entries]
    while not stop.is_set():
        try:
            for child in children:
                child.tend(log.warning)
        except OSError as problem:  # no memory, or too many processes
            log.warning("a job cannot be started", extra={"error": str(problem)})
            stop.wait(_LATER)
        stop.wait(_LOOK)
    supervisor.end(children, log.info)


def work_alone(entry: Entry, *, child_of: int | None, stop: threading.Event) -> None:
    """Do one job until `stop` is set, or the parent dies."""
    if child_of:
        end_with_parent(child_of)
    work.alone(entry, stop=stop)
