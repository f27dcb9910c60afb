"""The published folder: revisions beside each other, and one pointer that is swapped by rename.

    page/revisions/20261121T211500Z-1f2e3d4c/index.html, index.html.br, …
    page/current -> revisions/20261121T211500Z-1f2e3d4c

A revision is whole and on the disk before the pointer names it. Whoever reads through `current`
sees the old page or the new one, never half of each, whatever dies in between.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from troth.core.steps import reached
from troth.page.disk import packed, sync, sync_folder
from troth.page.negotiation import SUFFIXES
from troth.page.sheets import Sheet
from troth.page.shelf import MANIFEST, content_type

KEPT = 5  # revisions, the current one included
_REMEMBERED = 4  # manifests


@dataclass(frozen=True, slots=True)
class Entry:
    """What the manifest says of one file. `inputs` tells whether it must be made anew."""

    type: str
    bytes: int
    sha256: str
    codings: tuple[str, ...]
    immutable: bool
    inputs: str


class Pulse(NamedTuple):
    """Fingerprints of what a page follows from, but for the time."""

    facts: str
    figures: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The list of files of one revision, itself published as `files.json`."""

    revision: str
    facts: str  # what the page tells that happened; a change is published at once
    figures: str  # what it counts; while signals pour in, that may wait a little
    written_at: datetime
    took: float  # seconds to make it
    files: dict[str, Entry] = field(default_factory=dict)


def current(folder: Path) -> Manifest | None:
    """Return the manifest of the published revision, or None where nothing readable is there."""
    try:
        return _manifest((folder / "current").resolve(strict=True))
    except (OSError, ValueError, KeyError, TypeError):
        return None


_held: dict[Path, Manifest] = {}  # the last ones: what a revision holds never changes


def _manifest(revision: Path) -> Manifest:
    return _held.get(revision) or _hold(revision, _read(revision))


def _hold(revision: Path, manifest: Manifest) -> Manifest:
    if len(_held) >= _REMEMBERED:
        _held.pop(next(iter(_held)), None)
    _held[revision] = manifest
    return manifest


def _read(revision: Path) -> Manifest:
    read = json.loads((revision / MANIFEST).read_bytes())
    files = {
        name: Entry(**{**entry, "codings": tuple(entry["codings"])})
        for name, entry in read["files"].items()
    }
    at = datetime.fromisoformat(read["written_at"])
    return Manifest(read["revision"], read["facts"], read["figures"], at, read["took"], files)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process publishes into `folder`, and keep the others out."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(
    folder: Path, *, sheets: Iterable[Sheet], pulse: Pulse, now: datetime
) -> tuple[Manifest, int]:
    """Write a revision and make it current. Returns its manifest and how many files are new.

    A file whose inputs are the same as before is linked, not made again. Call it inside `alone()`.
    """
    began, before = monotonic(), current(folder)
    name = f"{now:%Y%m%dT%H%M%SZ}-{os.urandom(4).hex()}"
    target = folder / "revisions" / name
    target.mkdir(parents=True)
    files: dict[str, Entry] = {}
    new: list[Path] = []
    for sheet in sheets:
        kept = _linked(sheet, folder, target, before)
        files[sheet.path] = kept or _written(sheet, target, new)
    reached("publish.rendered")
    manifest = Manifest(name, *pulse, now, round(monotonic() - began, 3), files)
    _put(target / MANIFEST, _encoded(manifest), new)
    sync(target, new, files=len(files))
    reached("publish.files-written")
    point(folder, name)
    reached("publish.swapped")
    _hold(target.resolve(), manifest)
    prune(folder)
    reached("publish.old-removed")
    return manifest, len(new)


def copy(source: Path, folder: Path) -> str:
    """Publish the current revision of `source` in another folder, byte for byte.

    Returns the revision. Raises FileNotFoundError where nothing is published yet. Call it inside
    `alone(folder)`.
    """
    revision = (source / "current").resolve(strict=True)
    target = folder / "revisions" / revision.name
    if not target.is_dir():
        half = folder / "revisions" / f".half-{revision.name}"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(revision, half)
        sync(half, [path for path in half.rglob("*") if path.is_file()])
        half.rename(target)
    point(folder, revision.name)
    prune(folder)
    return revision.name


def point(folder: Path, revision: str) -> None:
    """Make `revision` current: one rename, on the disk when this returns."""
    pointer = folder / ".next"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(Path("revisions") / revision)
    pointer.rename(folder / "current")
    sync_folder(folder)


def prune(folder: Path) -> None:
    """Remove all but the newest revisions; what a crash left half-written goes with them."""
    held = (folder / "current").resolve().name
    names = sorted(path.name for path in (folder / "revisions").iterdir())
    whole = [name for name in names if (folder / "revisions" / name / MANIFEST).exists()]
    kept = {held, *whole[-KEPT:]}
    for name in names:
        if name not in kept:
            shutil.rmtree(folder / "revisions" / name, ignore_errors=True)


def _linked(sheet: Sheet, folder: Path, target: Path, before: Manifest | None) -> Entry | None:
    entry = before.files.get(sheet.path) if before else None
    if before is None or entry is None or entry.inputs != sheet.inputs:
        return None
    old, new = f"{folder}/revisions/{before.revision}/{sheet.path}", f"{target}/{sheet.path}"
    os.makedirs(os.path.dirname(new), exist_ok=True)  # noqa: PTH103, PTH120 - thousands of them
    for suffix in ("", *(SUFFIXES[coding] for coding in entry.codings)):
        os.link(f"{old}{suffix}", f"{new}{suffix}")
    return entry


def _written(sheet: Sheet, target: Path, new: list[Path]) -> Entry:
    body = sheet.make()
    path = target / sheet.path
    path.parent.mkdir(parents=True, exist_ok=True)
    _put(path, body, new)
    codings = packed(sheet.path, body)
    for coding, coded in codings.items():
        _put(path.with_name(path.name + SUFFIXES[coding]), coded, new)
    return Entry(
        type=content_type(sheet.path),
        bytes=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        codings=tuple(codings),
        immutable=sheet.immutable,
        inputs=sheet.inputs,
    )


def _encoded(manifest: Manifest) -> bytes:
    plain = {
        "schema": 1,
        "revision": manifest.revision,
        "facts": manifest.facts,
        "figures": manifest.figures,
        "written_at": manifest.written_at.isoformat(),
        "took": manifest.took,
        "files": {name: _plain(entry) for name, entry in manifest.files.items()},
    }
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()


def _plain(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in Entry.__slots__}


def _put(path: Path, body: bytes, new: list[Path]) -> None:
    path.write_bytes(body)
    new.append(path)
