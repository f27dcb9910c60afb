"""The file that a backup is: a tar packed with zstd whose last entry lists all others.

The list has the size and SHA-256 of each, so that a cut or damaged backup is refused as a whole.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from troth.core.durable import sync
from troth.core.packing import zstd

LIST = "backup.json"
FORMAT = 1
_LEVEL = 3
_CHUNK = 1 << 20


class BackupError(Exception):
    """The backup cannot be made or used; says why."""

    exit_code = 1


@dataclass(slots=True)
class Contents:
    """`engine` is the database's: "sqlite" or "postgresql"."""

    made_at: str
    version: str
    engine: str
    format: int = FORMAT
    files: dict[str, tuple[int, str]] = field(default_factory=dict)  # name → bytes, SHA-256


class Writer:
    def __init__(self, tar: tarfile.TarFile, contents: Contents) -> None:
        self._tar = tar
        self._contents = contents

    def add(self, name: str, file: Path) -> None:
        """Put a file in. Raises BackupError when it changes or vanishes meanwhile."""
        try:
            with file.open("rb") as source:
                info = tarfile.TarInfo(name)
                info.size = os.fstat(source.fileno()).st_size
                info.mtime = int(os.fstat(source.fileno()).st_mtime)
                seen = _Seen(source)
                self._tar.addfile(info, seen)
        except OSError as problem:
            raise BackupError(f"{file} cannot be read: {problem}") from problem
        self._contents.files[name] = (info.size, seen.digest.hexdigest())

    def finish(self) -> None:
        body = json.dumps(asdict(self._contents), indent=1).encode()
        info = tarfile.TarInfo(LIST)
        info.size = len(body)
        self._tar.addfile(info, io.BytesIO(body))


class _Seen(io.RawIOBase):
    """A file that is hashed while it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self._source.read(size)
        self.digest.update(part)
        return part


@contextmanager
def written(path: Path, contents: Contents) -> Iterator[Writer]:
    """Open a new backup. It appears under its name when it is whole and on the disk."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        with draft.open("xb") as raw:
            os.fchmod(raw.fileno(), 0o600)
            with (
                zstd.open(raw, "wb", level=_LEVEL) as packed,
                tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
            ):
                writer = Writer(tar, contents)
                yield writer
                writer.finish()
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(path)
        sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def unpack(path: Path, folder: Path) -> Contents:
    """Unpack a backup into the empty `folder` and return what it held, all of it checked.

    Raises BackupError when it is no backup, cut, damaged, or of a later format.
    """
    found: dict[str, tuple[int, str]] = {}
    try:
        with zstd.open(path, "rb") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            for entry in tar:
                found[entry.name] = _unpack_one(tar, entry, folder)
        listed = folder / LIST
        contents = Contents(**json.loads(listed.read_text(encoding="utf-8")))
        listed.unlink()
    except (OSError, EOFError, zstd.ZstdError, tarfile.TarError, ValueError, TypeError) as problem:
        raise BackupError(f"{path} is no whole backup: {problem}") from problem
    _compare(path, contents, {name: held for name, held in found.items() if name != LIST})
    for place, _, _ in os.walk(folder):
        sync(Path(place))
    return contents


def _unpack_one(tar: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path) -> tuple[int, str]:
    name = PurePosixPath(entry.name)
    if not entry.isreg() or name.is_absolute() or ".." in name.parts:
        raise ValueError(f"it holds {entry.name!r}, which no backup of ours does")
    source = tar.extractfile(entry)
    if source is None:
        raise ValueError(f"{entry.name!r} cannot be read")
    target = folder.joinpath(*name.parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("xb") as file:
        while part := source.read(_CHUNK):
            digest.update(part)
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    return entry.size, digest.hexdigest()


def _compare(path: Path, contents: Contents, found: dict[str, tuple[int, str]]) -> None:
    if contents.format > FORMAT:
        raise BackupError(f"{path} was made by Troth {contents.version}: restore it with that one")
    wrong = [name for name, held in contents.files.items() if found.get(name) != tuple(held)]
    wrong += [name for name in found if name not in contents.files]
    if wrong:
        raise BackupError(f"{path} is damaged: {wrong[0]} is not what was put in")
