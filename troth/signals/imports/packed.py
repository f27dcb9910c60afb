"""Files as they lie on disk: plain, .gz, .zst, or a .zip with one file in it."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from troth.core.packing import zstd
from troth.signals.imports.problems import ImportProblem

PACKINGS = (".gz", ".zst", ".zip")
DAMAGE = (gzip.BadGzipFile, EOFError, zlib.error, zstd.ZstdError, zipfile.BadZipFile)
_IGNORED = ("__MACOSX/", ".DS_Store")


def inner_suffix(path: Path) -> str:
    """Return the suffix that says what is inside, such as “.csv” for data.csv.gz, in lower case."""
    suffix = path.suffix.lower()
    if suffix == ".zip":
        with _zip(path) as archive:
            return Path(_member(archive, path)).suffix.lower()
    return Path(path.stem).suffix.lower() if suffix in PACKINGS else suffix


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, IO[bytes]]]:
    """Yield (the bytes inside, the raw file whose `tell()` shows how far reading has come)."""
    with path.open("rb") as raw:
        suffix = path.suffix.lower()
        if suffix == ".gz":
            with gzip.GzipFile(fileobj=raw) as inside:
                yield cast("BinaryIO", inside), raw
        elif suffix == ".zst":
            with zstd.ZstdFile(raw) as frames:
                yield cast("BinaryIO", frames), raw
        elif suffix == ".zip":
            with _zip(raw) as archive, archive.open(_member(archive, path)) as member:
                yield cast("BinaryIO", member), raw
        else:
            yield raw, raw


def _zip(file: Path | IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise ImportProblem("The file is not a zip archive, or is damaged.") from error


def _member(archive: zipfile.ZipFile, path: Path) -> str:
    names = [
        info.filename
        for info in archive.infolist()
        if not info.is_dir() and not any(one in info.filename for one in _IGNORED)
    ]
    if len(names) != 1:
        raise ImportProblem(f"{path.name} holds {len(names)} files; give an archive with one.")
    return names[0]
