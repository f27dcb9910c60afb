"""The runner of checks beside a worker: there while something is watched, gone when nothing is.

A process of its own, because a check must start at its instant while the worker counts; and only
when it is needed, because it costs memory.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db import DatabaseError, close_old_connections, connection

from troth.config import supervisor
from troth.core import clock
from troth.probes import queries

_LOOK: Final = 1.0  # seconds
log = logging.getLogger(__name__)


@dataclass
class Runner(supervisor.Child):
    """`troth probe` as a child. It asks the kernel itself to be ended with its parent."""

    def start(self) -> None:
        command = [*self.command, "--child-of", str(os.getpid())]
        self.process = subprocess.Popen(command, process_group=0)  # noqa: S603 - our own verb
        self.begun()

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


def attend(stop: threading.Event, *, wanted: Callable[[bool], bool] | None = None) -> None:
    """Keep a runner alive while one is wanted; end it with `stop`."""
    runner = Runner("probe", [sys.executable, "-m", "troth.config", "probe"])
    ask = wanted or _is_wanted
    while not stop.wait(_LOOK):
        if ask(runner.is_alive):
            runner.tend(log.warning)
        elif runner.is_alive:
            supervisor.end([runner], log.info)
            runner.process = None
    supervisor.end([runner], log.info)
    connection.close()


def _is_wanted(is_alive: bool) -> bool:  # noqa: FBT001 - the one fact there is
    """Return whether a runner is to be there: not a second one beside another worker's."""
    try:
        return queries.is_runner_wanted(is_mine=is_alive, now=clock.now())
    except DatabaseError:
        close_old_connections()
        return is_alive
