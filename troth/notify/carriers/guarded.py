"""Libraries that connect by themselves, held to what we may reach.

Such a library resolves names and follows redirects on its own. So its thread is watched where it
cannot be evaded: Python tells an audit hook of every connection, file and program before it is
made, and the hook refuses what is not for this thread. Other threads are not touched.
"""

import asyncio
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from troth.core import egress
from troth.core.egress import ForbiddenError

T = TypeVar("T")

# How a refusal begins in the words of a library that wrapped it.
SIGN: Final = "it is not allowed here"

_AT_ONCE: Final = 8
_PROGRAMS: Final = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pty.spawn")
_CHANGES: Final = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink",
                   "shutil.", "os.truncate", "os.chmod", "os.chown")  # fmt: skip
_SYSTEM: Final = ("/etc/ssl/", "/etc/resolv.conf", "/etc/hosts", "/usr/share/", "/usr/lib/",
                  "/etc/mime.types", "/etc/apache2/mime.types", "/dev/null")  # fmt: skip
_watched: Final = threading.local()


class RefusedError(ForbiddenError, OSError):
    """What a library is told in place of a connection or a file: it cleans up as after any."""


async def run(work: Callable[[], T], *, private: bool, seconds: float) -> T:
    """Return what `work` gives, run in a watched thread. Raises TimeoutError after `seconds`.

    The thread itself cannot be ended: it goes on until its own time-outs, and nobody listens.
    """
    loop = asyncio.get_running_loop()
    return await asyncio.wait_for(
        loop.run_in_executor(_threads(), _work_watched, work, private), seconds
    )


@cache
def _threads() -> ThreadPoolExecutor:
    sys.addaudithook(_hook)
    return ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="guarded")


def _work_watched(work: Callable[[], T], private: bool) -> T:  # noqa: FBT001 - for the executor
    _watched.private = private
    try:
        return work()
    finally:
        del _watched.private


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    private = getattr(_watched, "private", None)
    if private is None:
        return
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        _check_place(arguments[1], private=private)
    elif event == "open":
        _check_file(arguments)
    elif event.startswith((*_PROGRAMS, *_CHANGES)):
        raise RefusedError(f"{SIGN}: {event}")


def _check_place(place: object, *, private: bool) -> None:
    if not isinstance(place, tuple):
        raise RefusedError(f"{SIGN}: a message does not talk to programs of this machine")
    try:
        egress.check(str(place[0]), private=private)
    except (ValueError, ForbiddenError) as error:
        raise RefusedError(f"{SIGN}: {error}") from None


def _check_file(arguments: tuple[Any, ...]) -> None:
    """Let a library read its own files and the system's about networks, and no others."""
    path, mode, flags = (*arguments, None, None)[:3]
    if isinstance(path, int):
        return
    name = str(Path(path.decode() if isinstance(path, bytes) else str(path)).absolute())
    writes = any(sign in (mode or "") for sign in "wax+") or bool((flags or 0) & 3)
    if writes or not name.startswith((*_own(), *_SYSTEM)):
        raise RefusedError(f"{SIGN}: a message does not open {name[:100]}")


@cache
def _own() -> tuple[str, ...]:
    import certifi
    import requests

    here = Path(__file__).parents[2]  # our own modules, and nothing beside them
    libraries = (Path(certifi.__file__).parents[1], Path(requests.__file__).parents[1])
    folders = (Path(sys.prefix), Path(sys.base_prefix), here, *libraries)
    return tuple(f"{one.absolute()}/" for one in folders)
