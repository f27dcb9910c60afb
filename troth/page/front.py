"""The front: answers the published page from memory, ahead of Django and without it.

It looks at most five times a second whether a new revision is current. A dead database, worker or
Django does not take the page down; only the paths that staff and programs use are passed on.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

from troth.page.headers import for_page
from troth.page.negotiation import has_it
from troth.page.shelf import Headers, Item, Shelf, published

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_LOOK_EVERY = 0.2  # seconds


class Front:
    """A WSGI application. `behind()` returns the one that answers `passed` paths; asked once.

    `folder` holds `current`, the pointer to the published revision; `secure` says that the site is
    behind TLS; `product` is the address that the page's self-check may ask; `count` is told of
    each request that a page answered.
    """

    def __init__(  # noqa: PLR0913 - what it is put together from, all named
        self,
        *,
        folder: Path,
        behind: Callable[[], Application],
        passed: tuple[str, ...],
        secure: bool,
        product: str = "",
        count: Callable[[Environ], None] | None = None,
    ) -> None:
        self._folder = folder
        self._behind = behind
        self._django: Application | None = None
        self._passed = passed
        self._count = count
        self._headers = for_page(secure=secure, product=product)
        self._look_at = 0.0
        self._first = Lock()
        self._revision: Path | None = None
        self._shelf: Shelf | None = None
        self._items: dict[str, Item] = {}  # what was asked for already

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        if self._shelf is None:
            self._look_first()
        elif monotonic() >= self._look_at:
            self._look()
        item = self._items.get(environ["PATH_INFO"])
        if item is None and self._shelf is not None:
            item = self._shelf.find(environ["PATH_INFO"])
        if item is None:
            return self._elsewhere(environ, start)
        return self._answer(item, environ, start)

    def _look_first(self) -> None:
        """Look while nothing is in hand: requests that come together wait for the one that does."""
        with self._first:
            if self._shelf is None and monotonic() >= self._look_at:
                self._look()

    def _look(self) -> None:
        """Take up the current revision if it is another; keep the old one if it is not whole."""
        self._look_at = monotonic() + _LOOK_EVERY
        try:
            revision = (self._folder / "current").resolve(strict=True)
            if revision != self._revision:
                self._shelf = published(revision, headers=self._headers)
                self._items = self._shelf.items
                self._revision = revision
        except (OSError, ValueError, KeyError):
            return

    def _answer(self, item: Item, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            return _plain(start, "405 Method Not Allowed", "Only GET here.", ("allow", "GET, HEAD"))
        try:
            variant = item.variant(environ.get("HTTP_ACCEPT_ENCODING", ""))
        except OSError:
            return self._gone(environ, start)
        if self._count and method == "GET":
            self._count(environ)
        seen = environ.get("HTTP_IF_NONE_MATCH")
        if seen and has_it(seen, variant.etag):
            start("304 Not Modified", variant.unchanged)
            return []
        start("200 OK", variant.headers)
        return variant.body if method == "GET" else []

    def _gone(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        """Answer from the newest revision, because the one in hand vanished from the disk."""
        self._revision, self._look_at = None, 0.0
        self._look()
        item = self._shelf.find(environ["PATH_INFO"]) if self._shelf else None
        try:
            variant = item.variant("") if item else None
        except OSError:
            variant = None
        if variant is None:
            return _plain(start, "503 Service Unavailable", _UNREADABLE, ("retry-after", "2"))
        start("200 OK", variant.headers)
        return variant.body

    def _elsewhere(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        if path.startswith(self._passed):
            self._django = self._django or self._behind()
            return self._django(environ, start)
        shelf = self._shelf
        if shelf is None or shelf.is_missing(path):
            return _plain(start, "503 Service Unavailable", _FIRST, ("retry-after", "2"))
        if shelf.find(f"{path}/"):
            return _plain(start, "308 Permanent Redirect", "", ("location", _asked(environ)))
        return self._missing(shelf, path, start)

    def _missing(self, shelf: Shelf, path: str, start: StartResponse) -> Iterable[bytes]:
        language = path.split("/", 2)[1]
        item = shelf.find(f"/{language}/404.html") or shelf.find("/404.html")
        try:
            variant = item.variant("") if item else None
        except OSError:
            variant = None
        if variant is None:
            return _plain(start, "404 Not Found", "There is no page here.")
        kept = [(name, value) for name, value in variant.headers if name != "etag"]
        start("404 Not Found", kept)
        return variant.body


_FIRST = "This page is being written for the first time. It will be here in a moment."
_UNREADABLE = "The page cannot be read from its disk right now. Please try again in a moment."


def _asked(environ: Environ) -> str:
    """Return the path asked for with a slash at its end; only ever a path of our own."""
    query = environ.get("QUERY_STRING", "")
    return f"{environ['PATH_INFO']}/{f'?{query}' if query else ''}"


def _plain(start: StartResponse, status: str, text: str, *more: tuple[str, str]) -> Iterable[bytes]:
    body = f"{text}\n".encode() if text else b""
    headers: Headers = [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        *more,
    ]
    start(status, headers)
    return [body]
