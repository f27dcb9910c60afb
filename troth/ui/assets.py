"""Styles, scripts and pictures under names made from their content, served from memory.

A name is a path under `ui/static/ui/` ("js/when.js"), a path that Django's static finders know
("mfa/js/webauthn.js"), or a bundle: "page.css", "desk.css", "entrance.css". The published page
writes the same files beside itself and renders with `prefixed("../assets/")`.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli
from django.contrib.staticfiles import finders

ROOT = Path(__file__).parent / "static" / "ui"
BUNDLES = {
    "page.css": ("css/pages/page.css",),
    "desk.css": ("css/pages/desk.css", "css/pages/screens.css", "css/pages/pictures.css"),
    "entrance.css": ("css/pages/entrance.css",),
}
_BASE = ("css/tokens.css", "css/reset.css", "css/base.css")
_HASHED = re.compile(r"^(?P<stem>.+)\.(?P<digest>[0-9a-f]{12})(?P<suffix>\.[a-z0-9]+)$")
_prefix: ContextVar[str] = ContextVar("prefix", default="/assets/")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its plain `name`, its `path` with the content's hash, its bytes, their type."""

    name: str
    path: str
    body: bytes
    media_type: str
    brotli: bytes
    gzip: bytes


def url(name: str) -> str:
    """Return the address of an asset. Raises LookupError for a name that nobody has."""
    return _prefix.get() + find(name).path


@contextmanager
def prefixed(prefix: str) -> Iterator[None]:
    """Let `url()` and `{% asset %}` answer with `prefix` in place of "/assets/" in the block."""
    token = _prefix.set(prefix)
    try:
        yield
    finally:
        _prefix.reset(token)


@cache
def find(name: str) -> Asset:
    """Return the asset called `name`. Raises LookupError where there is none."""
    body = _bundle(name) if name in BUNDLES else _file(name)
    stem, dot, suffix = name.rpartition(".")
    digest = hashlib.blake2b(body, digest_size=6).hexdigest()
    return Asset(
        name=name,
        path=f"{stem}.{digest}{dot}{suffix}",
        body=body,
        media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        brotli=brotli.compress(body),
        gzip=gzip.compress(body, mtime=0),
    )


def at(path: str) -> tuple[Asset, bool]:
    """Return the asset served under a hashed path, and whether it is exactly that version."""
    match = _HASHED.match(path)
    if not match:
        raise LookupError(path)
    asset = find(match["stem"] + match["suffix"])
    return asset, asset.path == path


def _bundle(name: str) -> bytes:
    components = sorted(path.relative_to(ROOT) for path in (ROOT / "css/components").glob("*.css"))
    parts = [*_BASE, *map(str, components), *BUNDLES[name]]
    text = "\n".join((ROOT / part).read_text(encoding="utf-8") for part in parts)
    return _squeezed(text).encode()


def _squeezed(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", css).strip() + "\n"


def _file(name: str) -> bytes:
    steps = name.split("/")
    if ".." in steps:
        raise LookupError(name)
    own = ROOT.joinpath(*steps)
    found = own if own.is_file() else finders.find(name)
    if not found:
        raise LookupError(name)
    return Path(str(found)).read_bytes()
