"""Files kept in memory with their headers made beforehand, so that an answer is one look-up.

A shelf holds one published revision. Bytes are read from the disk when they are first asked for.
No Django here: the page must be served when nothing else works.
"""

import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from troth.page.manifest import MANIFEST, Entry, Manifest, decoded
from troth.page.negotiation import IDENTITY, SUFFIXES, choose

Headers = list[tuple[str, str]]
_REMEMBERED = 64  # different Accept-Encoding headers remembered for each file


@dataclass(frozen=True, slots=True)
class Variant:
    """One representation: the bytes in one coding, with the headers of both answers."""

    etag: str
    headers: Headers
    body: list[bytes]
    unchanged: Headers  # the headers of a 304


class Item:
    """One path. `read` gives the bytes of a coding; `fixed` are the headers that never differ."""

    __slots__ = ("_chosen", "_read", "_variants", "codings", "fixed", "tag")

    def __init__(
        self, *, tag: str, codings: tuple[str, ...], fixed: Headers, read: Callable[[str], bytes]
    ) -> None:
        self.tag = tag
        self.codings = codings
        self.fixed = fixed
        self._read = read
        self._variants: dict[str, Variant] = {}
        self._chosen: dict[str, Variant] = {}

    def variant(self, accept: str) -> Variant:
        """Return the representation for an Accept-Encoding header. Raises OSError if it is gone."""
        found = self._chosen.get(accept)
        return found or self._choose(accept)

    def _choose(self, accept: str) -> Variant:
        coding = choose(accept, self.codings) if self.codings else IDENTITY
        made = self._variants.get(coding) or self._make(coding)
        self._variants[coding] = made
        if len(self._chosen) < _REMEMBERED:
            self._chosen[accept] = made
        return made

    def _make(self, coding: str) -> Variant:
        body = self._read(coding)
        etag = f'"{self.tag}"' if coding == IDENTITY else f'"{self.tag}-{coding}"'
        unchanged = [("etag", etag), *self.fixed]
        headers = [*unchanged, ("content-length", str(len(body)))]
        if coding != IDENTITY:
            headers.append(("content-encoding", coding))
        return Variant(etag, headers, [body], unchanged)


class Shelf:
    """One revision: URL path → item, each made when it is first asked for."""

    def __init__(
        self, folder: Path, manifest: Manifest, fixed: Callable[[str, bool], Headers]
    ) -> None:
        self._folder, self._files, self._fixed = folder, manifest.files, fixed
        self._missing = frozenset(manifest.missing)
        self.items: dict[str, Item] = {}  # those that were asked for

    def find(self, path: str) -> Item | None:
        """Return what answers at a path. A folder's index answers at the folder."""
        item = self.items.get(path)
        if item is None:
            name = _name(path)
            entry = self._files.get(name)
            if entry is not None:
                item = self.items.get(f"/{name}") or self._item(name, entry)
                self.items[f"/{name}"] = self.items[path] = item
        return item

    def is_missing(self, path: str) -> bool:
        """Say whether a path is still to be written."""
        return _name(path) in self._missing or _name(f"{path}/") in self._missing

    def _item(self, name: str, entry: Entry) -> Item:
        return Item(
            tag=entry.sha256[:20],
            codings=entry.codings,
            fixed=self._fixed(entry.type, entry.immutable),
            read=_reader(self._folder, name),
        )


def published(folder: Path, *, headers: Callable[[str, bool], Headers]) -> Shelf:
    """Return the revision in `folder`, as its manifest lists it.

    `headers(content type, is it immutable)` gives what each answer carries. Raises OSError or
    ValueError where the revision is not whole.
    """
    listing = (folder / MANIFEST).read_bytes()
    shelf = Shelf(folder, decoded(listing), headers)
    tag = hashlib.sha256(listing).hexdigest()[:20]
    kind = headers(content_type(MANIFEST), False)
    own = Item(tag=tag, codings=(), fixed=kind, read=_reader(folder, MANIFEST))
    shelf.items[f"/{MANIFEST}"] = own
    return shelf


def _name(path: str) -> str:
    """Return the file that answers at a path."""
    return f"{path[1:]}index.html" if path.endswith("/") else path[1:]


def _reader(folder: Path, name: str) -> Callable[[str], bytes]:
    def read(coding: str) -> bytes:
        return (folder / f"{name}{SUFFIXES.get(coding, '')}").read_bytes()

    return read


def content_type(name: str) -> str:
    """Return the Content-Type of a file name, with the charset where it is text."""
    kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
    kind = kind or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


# Said here, because the table of the operating system differs from host to host.
_TYPES = {
    ".atom": "application/atom+xml",
    ".ics": "text/calendar",
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".pdf": "application/pdf",
    ".pem": "application/x-pem-file",
    ".rss": "application/rss+xml",
    ".sig": "application/octet-stream",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".xml": "application/xml",
}
