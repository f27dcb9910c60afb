"""Slow senders wait for each other, not everyone for them.

A thread that reads a body is held for as long as the sender likes to take, and there are few
threads. So only some of them may read at a time: the others stay free for requests that have no
body, which the public page lives of. A sender that finds no place within a quarter of a second is
turned away, to come again.
"""

import threading
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

_PATIENCE: Final = 0.25  # seconds; a body that is there already takes a thousandth


class CrowdedError(OSError):
    """Too many bodies are being read: answer 503 and ask to come again."""


class Intake:
    """Hands out `places` for reading bodies."""

    def __init__(self, places: int) -> None:
        self._free = threading.BoundedSemaphore(places)

    def guarded(self, environ: dict[str, Any]) -> "Guarded | None":
        """Put a guard before a request's body, if it has one. The caller releases it at the end."""
        length = environ.get("CONTENT_LENGTH") or "0"
        if length == "0" and "HTTP_TRANSFER_ENCODING" not in environ:
            return None
        guard = Guarded(environ["wsgi.input"], self._free, int(length) if length.isdecimal() else 0)
        environ["wsgi.input"] = guard
        return guard


class Guarded:
    """A body that takes a place when it is first read and gives it back when it has been."""

    def __init__(self, body: BinaryIO, free: threading.BoundedSemaphore, length: int) -> None:
        self._body = body
        self._free = free
        self._left = length
        self._holds = False

    def read(self, size: int = -1) -> bytes:
        self._enter()
        found = self._body.read() if size < 0 else self._body.read(size)
        return self._count(found, ended=size < 0)

    def readline(self, size: int = -1) -> bytes:
        self._enter()
        return self._count(self._body.readline(size), ended=False)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def release(self) -> None:
        """Give the place back; again is harmless."""
        if self._holds:
            self._holds = False
            self._free.release()

    def _enter(self) -> None:
        if not self._holds and self._left >= 0:
            if not self._free.acquire(timeout=_PATIENCE):
                raise CrowdedError("too many bodies are being read")
            self._holds = True

    def _count(self, found: bytes, *, ended: bool) -> bytes:
        self._left -= len(found)
        if ended or not found or self._left == 0:
            self._left = -1  # what follows is empty and needs no place
            self.release()
        return found
