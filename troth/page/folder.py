"""The published folder: revisions beside each other, and one pointer that is swapped by rename.

    page/revisions/20261121T211500Z-1f2e3d4c/index.html, index.html.br, …
    page/current -> revisions/20261121T211500Z-1f2e3d4c

A revision is whole and on the disk before the pointer names it. Whoever reads through `current`
sees the old page or the new one, never half of each, whatever dies in between.
"""

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from troth.core.steps import reached
from troth.page.disk import sync, sync_folder
from troth.page.draft import Draft, Stop, waste_of
from troth.page.manifest import MANIFEST, Entry, Manifest, Pulse, decoded
from troth.page.sheets import Sheet

__all__ = ["Entry", "Manifest", "Pulse", "alone", "copy", "current", "point", "prune", "write"]

KEPT = 5  # revisions, the current one included
_REMEMBERED = 12  # manifests
_NAME = re.compile(r"(\d{8}T\d{6}Z)-([0-9a-f]{5})[0-9a-f]{3}")
_TRIES = 3  # at a copy, while the page is written


def current(folder: Path) -> Manifest | None:
    """Return the manifest of the published revision, or None where nothing readable is there."""
    try:
        return _manifest((folder / "current").resolve(strict=True))
    except (OSError, ValueError):
        return None


_held: dict[Path, Manifest] = {}  # the last ones: what a revision holds never changes


def _manifest(revision: Path) -> Manifest:
    return _held.get(revision) or _hold(revision, decoded((revision / MANIFEST).read_bytes()))


def _hold(revision: Path, manifest: Manifest) -> Manifest:
    while len(_held) >= _REMEMBERED:
        _held.pop(next(iter(_held)), None)
    _held[revision] = manifest
    return manifest


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process publishes into `folder`, and keep the others out."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(
    folder: Path, *, sheets: Iterable[Sheet], pulse: Pulse, now: datetime, stop: Stop | None = None
) -> tuple[Manifest, int]:
    """Write a revision and make it current. Returns its manifest and how many files are new.

    A file whose inputs are the same as before is linked, not made again. With `stop`, files that
    can wait are made until it says so. Call it inside `alone()`.
    """
    before = current(folder)
    name = _name(folder, now)
    target = folder / "revisions" / name
    there = _begun(folder, target)
    try:
        draft = Draft(target, before=before, there=there)
        took = draft.fill(sheets, stop=stop)
        manifest = draft.finish(pulse, took=took, written_at=now)
    except BaseException:
        for place in (target, waste_of(target)):  # a full disk must have room for the next try
            shutil.rmtree(place, ignore_errors=True)
        raise
    reached("publish.files-written")
    point(folder, name)
    reached("publish.swapped")
    _hold(target.resolve(), manifest)
    prune(folder)
    reached("publish.old-removed")
    return manifest, draft.new


def _name(folder: Path, now: datetime) -> str:
    """Return a name that sorts after all that there are, whatever the clock did since."""
    stamp, number = f"{now:%Y%m%dT%H%M%SZ}", 0
    newest = _NAME.fullmatch(max(_whole(folder), default=""))
    if newest and newest[1] >= stamp:
        stamp, number = newest[1], int(newest[2], 16) + 1
    return f"{stamp}-{number:05x}{os.urandom(2).hex()[:3]}"


def _begun(folder: Path, target: Path) -> Manifest | None:
    """Make the folder of a new revision: out of the oldest one, where enough others are kept.

    Returns what it holds. Its list goes first, so that whatever dies, half of it is never taken
    for a whole.
    """
    whole = _whole(folder)
    held = (folder / "current").resolve().name
    if len(whole) < KEPT or whole[0] == held:
        target.mkdir(parents=True)
        return None
    old = target.with_name(whole[0])
    try:
        there = _manifest(old.resolve())
    except (OSError, ValueError):
        target.mkdir(parents=True)
        return None
    _held.pop(old.resolve(), None)
    old.rename(target)
    (target / MANIFEST).unlink()
    return there


def _whole(folder: Path) -> list[str]:
    """Return the revisions that have their list, oldest first."""
    place = folder / "revisions"
    names = sorted(path.name for path in place.iterdir()) if place.is_dir() else []
    return [name for name in names if (place / name / MANIFEST).exists()]


def copy(source: Path, folder: Path) -> str:
    """Publish the current revision of `source` in another folder, byte for byte.

    Returns the revision. Raises FileNotFoundError where nothing is published yet. Call it inside
    `alone(folder)`.
    """
    for left in range(_TRIES, 0, -1):
        with alone(source) if left == 1 else contextlib.nullcontext():
            try:
                return _copied(source, folder)
            except (OSError, shutil.Error):  # it was written anew meanwhile
                if left == 1:
                    raise
    raise AssertionError


def _copied(source: Path, folder: Path) -> str:
    revision = (source / "current").resolve(strict=True)
    target = folder / "revisions" / revision.name
    if not target.is_dir():
        half = folder / "revisions" / f".half-{revision.name}"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(revision, half)
        sync(half, [str(path) for path in half.rglob("*") if path.is_file()], ())
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
    kept = {held, *_whole(folder)[-KEPT:]}
    for path in list((folder / "revisions").iterdir()):
        if path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)
