"""The desk's own files: served from memory, with a fingerprint in the address.

`{% static "ui/css/base.css" %}` gives `/static/ui/css/base.css?v=<hash>`. A fingerprinted address
may be kept for a year; a bare one is asked for again each time and answered by 304.
"""

import mimetypes
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import brotli
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage

_FOR_EVER = "public, max-age=31536000, immutable"
_PREFIX = "/static/"
_SMALL = 500  # bytes that are not worth packing


@cache
def _fingerprint(path: str) -> str:
    return blake2b(Path(path).read_bytes(), digest_size=6).hexdigest()


class Fingerprinted(StaticFilesStorage):
    def url(self, name: str | None) -> str:
        address = super().url(name)
        found = finders.find(name) if name else None
        return f"{address}?v={_fingerprint(found)}" if found else address


class File:
    """One file in memory: plain and packed, with its headers."""

    def __init__(self, path: str) -> None:
        self.plain = Path(path).read_bytes()
        packed = brotli.compress(self.plain) if len(self.plain) > _SMALL else self.plain
        self.packed = packed if len(packed) < len(self.plain) else None
        self.etag = f'"{_fingerprint(path)}"'
        guessed = mimetypes.guess_type(path)[0] or "application/octet-stream"
        text = guessed.startswith("text/") or guessed.endswith(("javascript", "json"))
        self.type = f"{guessed}; charset=utf-8" if text else guessed


class Statics:
    """WSGI middleware that answers `/static/…` and passes everything else on."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application
        self.files: dict[str, File] | None = None

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(_PREFIX):
            return self.application(environ, start)
        if self.files is None:
            self.files = dict(_all_files())
        file = self.files.get(path.removeprefix(_PREFIX))
        if file is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            start("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return [b""]
        return _answer(file, environ, start)


def _all_files() -> Iterable[tuple[str, File]]:
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            yield name, File(storage.path(name))


def _answer(file: File, environ: WSGIEnvironment, start: Callable[..., Any]) -> list[bytes]:
    kept = _FOR_EVER if "v=" in environ.get("QUERY_STRING", "") else "no-cache"
    headers = [
        ("ETag", file.etag),
        ("Cache-Control", kept),
        ("Vary", "Accept-Encoding"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if environ.get("HTTP_IF_NONE_MATCH") == file.etag:
        start("304 Not Modified", headers)
        return [b""]
    body = file.plain
    if file.packed is not None and "br" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        body = file.packed
        headers.append(("Content-Encoding", "br"))
    headers += [("Content-Type", file.type), ("Content-Length", str(len(body)))]
    start("200 OK", headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]
