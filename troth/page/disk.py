"""Bytes on their way to the disk: packed beside themselves, and really there when we say so."""

import gzip
import os
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli

from troth.core.packing import zstd

_WORTH_CODING = 512  # bytes; smaller files only grow, or fit in one packet all the same
_CODED = (
    ".html", ".css", ".js", ".json", ".jsonld", ".xml", ".svg", ".txt", ".atom", ".rss", ".ics",
)  # fmt: skip
_AT_ONCE = 8  # files brought to the disk
_MANY = 256  # new files and folders; beyond this one sync of everything is quicker than many


def packed(name: str, body: bytes, *, quickly: bool = False) -> dict[str, bytes]:
    """Return coding → bytes for text worth packing. The same input gives the same bytes.

    `quickly` is for the many files that few read: a little larger, and in the two codings that
    everyone knows.
    """
    if len(body) < _WORTH_CODING or not name.endswith(_CODED):
        return {}
    if quickly:
        return {
            "br": brotli.compress(body, quality=5),
            "gzip": gzip.compress(body, compresslevel=6, mtime=0),
        }
    return {
        "br": brotli.compress(body, quality=7),
        "zstd": zstd.compress(body, 9),
        "gzip": gzip.compress(body, compresslevel=7, mtime=0),
    }


def sync(target: Path, files: Collection[str], folders: Collection[str]) -> None:
    """Bring new files, the folders that changed and the revision's own name to the disk."""
    if len(files) + len(folders) > _MANY:
        os.sync()
    else:
        with ThreadPoolExecutor(_AT_ONCE) as pool:  # the disk takes many together in one go
            for _ in (*pool.map(_sync_file, files), *pool.map(sync_folder, folders)):
                pass
    sync_folder(target.parent)


def _sync_file(path: str) -> None:
    with open(path, "rb") as file:  # noqa: PTH123 - a text, as thousands of them are
        os.fsync(file.fileno())


def sync_folder(path: Path | str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
