"""Files kept in memory with their headers made beforehand, so that an answer is one look-up.

A shelf holds one published revision. Bytes are read from the disk when they are first asked for.
No Django here: the page must be served when nothing else works.
"""

import hashlib
import json
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from troth.page.negotiation import IDENTITY, SUFFIXES, choose

Headers = list[tuple[str, str]]
MANIFEST = "files.json"
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


def published(folder: Path, *, headers: Callable[[str, bool], Headers]) -> dict[str, Item]:
    """Return URL path → item for the revision in `folder`, as its manifest lists it.

    `headers(content type, is it immutable)` gives what each answer carries. A directory's
    index answers at the directory. Raises OSError or ValueError where the revision is not whole.
    """
    listing = (folder / MANIFEST).read_bytes()
    manifest = json.loads(listing)
    tag = hashlib.sha256(listing).hexdigest()[:20]
    fixed = headers(content_type(MANIFEST), False)
    items = {
        f"/{MANIFEST}": Item(tag=tag, codings=(), fixed=fixed, read=_reader(folder / MANIFEST))
    }
    for name, entry in manifest["files"].items():
        item = Item(
            tag=entry["sha256"][:20],
            codings=tuple(entry["codings"]),
            fixed=headers(entry["type"], entry["immutable"]),
            read=_reader(folder / name),
        )
        items["/" + name] = item
        if name == "index.html" or name.endswith("/index.html"):
            items["/" + name.removesuffix("index.html")] = item
    return items


def _reader(path: Path) -> Callable[[str], bytes]:
    def read(coding: str) -> bytes:
        suffix = SUFFIXES.get(coding, "")
        return path.with_name(path.name + suffix).read_bytes()

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
