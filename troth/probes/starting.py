"""What the runner here and the agents elsewhere need around the engine."""

import asyncio
import contextlib
import os
import resource
import secrets
import socket
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from troth.core.rubbish import keep_what_is_loaded

_RESOLVERS: Final = 64  # threads that look names up
_FILES: Final = 16_384


def with_fast_loop(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine function on the faster event loop, where there is one."""
    try:
        import uvloop
    except ImportError:  # not on every system
        asyncio.run(main())
        return
    uvloop.run(main())


def roomy() -> None:
    """Allow as many connections as this machine does, and threads to look names up."""
    keep_what_is_loaded()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    executor = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="names")
    asyncio.get_running_loop().set_default_executor(executor)


def new_holder() -> str:
    """Return a name for this process: host, number and a token."""
    return f"{socket.gethostname()[:100]}:{os.getpid()}:{secrets.token_hex(3)}"
