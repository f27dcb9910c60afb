"""Jobs with a process of their own beside a worker: started again when they die, ended with it.

Threads of one process take turns at the interpreter: while others count and judge, a page that
takes half a second to write would take two (docs/decisions/004-worker.md). The first process is a
fork, which shares what is loaded with its worker; one that replaces it is started anew, because by
then the worker has threads.
"""

import ctypes
import gc
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any, Final, cast

from django.db import connections

from troth.config import supervisor
from troth.config.attendance import Runner
from troth.core import work
from troth.core.parentage import end_with_parent
from troth.core.rubbish import keep_what_is_loaded
from troth.core.schedule import Entry

COMMAND = (sys.executable, "-m", "troth.config", "work", "--alone")
_LOOK: Final = 0.2  # seconds
_LATER: Final = 5.0  # seconds until a process is tried again that could not be started
_PR_SET_NAME: Final = 15
log = logging.getLogger(__name__)


def forked(entries: Sequence[Entry], stop: threading.Event) -> list[Runner]:
    """Start a process for each of these jobs: call it while there is one thread alone."""
    keep_what_is_loaded()
    connections.close_all()
    children = [Runner(entry.name, [*COMMAND, entry.name]) for entry in entries]
    for entry, child in zip(entries, children, strict=True):
        child.process = cast("subprocess.Popen[bytes]", _fork(entry, stop))
        child.begun()
    return children


def _fork(entry: Entry, stop: threading.Event) -> "_Forked":
    parent = os.getpid()
    process = os.fork()
    if process:
        return _Forked(process)
    code = 1
    try:
        os.setpgid(0, 0)  # Ctrl-C reaches the supervisor alone
        work_alone(entry, child_of=parent, stop=stop)
        code = 0
    except BaseException:
        log.exception("a job apart ended")
    finally:
        logging.shutdown()
        os._exit(code)


class _Forked:
    """A forked process, asked as one of subprocess is."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if ended else None
        return self._code

    def wait(self, timeout: float = 3600.0) -> int:
        limit = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > limit:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.05)
        return code

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def attend(children: Sequence[Runner], stop: threading.Event) -> None:
    """Start again those that die; end them with `stop`."""
    while not stop.is_set():
        try:
            for child in children:
                child.tend(log.warning)
        except OSError as problem:  # no memory, or too many processes
            log.warning("a job cannot be started", extra={"error": str(problem)})
            stop.wait(_LATER)
        stop.wait(_LOOK)
    supervisor.end(children, log.info)
    gc.unfreeze()  # what is loaded is taken down in order


def work_alone(entry: Entry, *, child_of: int | None, stop: threading.Event) -> None:
    """Do one job until `stop` is set, or the parent dies."""
    if child_of:
        end_with_parent(child_of)
    _be_named(entry.name)
    work.alone(entry, stop=stop)


def _be_named(name: str) -> None:
    """Let lists of processes tell it from its worker."""
    if sys.platform == "linux":
        library: Any = ctypes.CDLL(None)
        library.prctl(_PR_SET_NAME, name.encode())
