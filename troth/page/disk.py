"""Bytes on their way to the disk: packed beside themselves, and really there when we say so."""

import gzip
import os
from pathlib import Path

import brotli

from troth.core.packing import zstd

_WORTH_CODING = 512  # bytes; smaller files only grow, or fit in one packet all the same
_CODED = (
    ".html", ".css", ".js", ".json", ".jsonld", ".xml", ".svg", ".txt", ".atom", ".rss", ".ics",
)  # fmt: skip
_MANY = 96  # new files and folders; beyond this one sync of everything is quicker than one for each


def packed(name: str, body: bytes) -> dict[str, bytes]:
    """Return coding → bytes for text worth packing. The same input gives the same bytes."""
    if len(body) < _WORTH_CODING or not name.endswith(_CODED):
        return {}
    return {
        "br": brotli.compress(body, quality=9),
        "zstd": zstd.compress(body, 12),
        "gzip": gzip.compress(body, compresslevel=9, mtime=0),
    }


def sync(target: Path, new: list[Path], *, files: int = 0) -> None:
    """Bring the files, their folders and the name of the revision itself to the disk.

    `files` is how many there are with those that are linked alone.
    """
    if max(files, len(new)) > _MANY:
        os.sync()
    else:
        for path in new:
            _sync_file(path)
        for place, _inside, _names in os.walk(target):  # those with links alone, too
            sync_folder(Path(place))
    sync_folder(target.parent)


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
