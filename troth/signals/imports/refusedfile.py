"""The file of refused lines: as they came, with why, to be mended and imported again."""

import csv
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from troth.signals.imports.packed import PACKINGS
from troth.signals.imports.templates import text_of

WHY = ("refused_line", "refused_field", "refused_reason")


def beside(path: Path, kind: str) -> Path:
    """Return data.refused.csv for data.csv.gz, in the same folder."""
    stem = Path(path.stem) if path.suffix.lower() in PACKINGS else path
    suffix = ".ndjson" if kind == "ndjson" else ".csv"
    return path.with_name(f"{stem.stem}.refused{suffix}")


class RefusedFile:
    """Written only when something is refused; it takes the place of an earlier one."""

    def __init__(self, path: Path, columns: Sequence[str], delimiter: str = ",") -> None:
        self.path = path
        self._columns = columns
        self._delimiter = delimiter
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    @property
    def is_written(self) -> bool:
        return self._file is not None

    def row(self, cells: Sequence[object], why: tuple[int, str, str]) -> None:
        """Add a row of a table. Ragged rows keep their cells; the reason stands at the end."""
        if self._file is None:
            self._open([*self._columns, *WHY])
        wide = [*map(_cell, cells), *([""] * (len(self._columns) - len(cells)))]
        self._write([*wide, *why])

    def line(self, raw: bytes, why: tuple[int, str, str]) -> None:
        """Add a line of NDJSON, with the reason as a member that is passed over when read."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8")
        self._file.write(msgspec.json.encode(marked(raw, why)).decode() + "\n")

    def _open(self, header: Sequence[str]) -> None:
        # Bytes that were no text come out as they went in.
        self._file = self.path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
        self._write(header)

    def _write(self, cells: Sequence[object]) -> None:
        csv.writer(self._file, delimiter=self._delimiter).writerow(cells)  # type: ignore[arg-type]


def marked(raw: bytes, why: tuple[int, str, str]) -> dict[str, object]:
    """Return the object in a line with `_refused`, which says why; or the raw line in it."""
    told = dict(zip(("line", "field", "reason"), why, strict=True))
    with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        found = msgspec.json.decode(raw)
        if isinstance(found, dict):
            return {**found, "_refused": told}
    return {"_refused": {**told, "raw": raw.decode("utf-8", "backslashreplace")}}


def _cell(cell: object) -> str:
    if cell is None:
        return ""
    return repr(cell) if isinstance(cell, bytes) else text_of(cell)
