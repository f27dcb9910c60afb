"""Tables out of R's own files: enough of its serialisation for data frames of plain columns."""

import bz2
import gzip
import lzma
import struct
from pathlib import Path
from typing import Any

_OPENERS = (
    (b"\x1f\x8b", gzip.decompress),
    (b"BZh", bz2.decompress),
    (b"\xfd7zXZ", lzma.decompress),
)
_NIL, _SYMBOL, _PAIRS, _TEXT, _LOGICAL, _INTEGER, _REAL, _TEXTS, _LIST, _REFERENCE = (
    254, 1, 2, 9, 10, 13, 14, 16, 19, 255,
)  # fmt: skip
_MISSING = -(2**31)
_HAS_ATTRIBUTES, _HAS_TAG = 0x200, 0x400


def table(path: Path) -> dict[str, list[Any]]:
    """Return the columns of the first data frame in an .rda file: name → values, None = missing.

    Factors become their texts. Raises ValueError for what is no such file.
    """
    raw = path.read_bytes()
    for magic, opened in _OPENERS:
        if raw.startswith(magic):
            raw = opened(raw)
    if not raw.startswith((b"RDX2\nX\n", b"RDX3\nX\n")):
        raise ValueError(f"{path.name} is no table of R's in its portable form")
    reader = _Reader(raw[7:])
    values, attributes = next(iter(reader.pairs().values()))
    columns = dict(zip(attributes["names"][0], values, strict=True))
    return {name: _plain(column) for name, column in columns.items()}


def _plain(column: tuple[list[Any], dict[str, Any]]) -> list[Any]:
    values, attributes = column
    levels = attributes.get("levels")
    if levels is None:
        return values
    return [None if value is None else levels[0][value - 1] for value in values]


class _Reader:
    """Reads the items of R's XDR serialisation, each as (value, attributes)."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.at = 0
        self.symbols: list[str] = []
        version = self._whole()
        self.at += 8  # who wrote it, and for whom
        if version == 3:  # noqa: PLR2004 - the version that also names an encoding
            self.at += self._whole()

    def pairs(self) -> dict[str, Any]:
        """Return a pair list as tag → item."""
        found: dict[str, Any] = {}
        flags = self._whole()
        while flags & 0xFF == _PAIRS:
            if flags & _HAS_ATTRIBUTES:
                self._item(self._whole())
            tag = self._item(self._whole())[0] if flags & _HAS_TAG else ""
            found[tag] = self._item(self._whole())
            flags = self._whole()
        return found

    def _item(self, flags: int) -> tuple[Any, dict[str, Any]]:
        kind = flags & 0xFF
        if kind in (_SYMBOL, _REFERENCE):
            return self._symbol(flags), {}
        if kind in (_NIL, _TEXT):
            return self._text() if kind == _TEXT else None, {}
        value = self._vector(kind)
        return value, self.pairs() if flags & _HAS_ATTRIBUTES else {}

    def _symbol(self, flags: int) -> str:
        """Return a name: the next one, or one that came before by its number."""
        if flags & 0xFF == _SYMBOL:
            self.symbols.append(self._item(self._whole())[0])
            return self.symbols[-1]
        return self.symbols[(flags >> 8) - 1]

    def _vector(self, kind: int) -> list[Any]:
        length = self._whole()
        if kind in (_LOGICAL, _INTEGER):
            numbers = self._taken(f">{length}i", 4 * length)
            return [None if number == _MISSING else number for number in numbers]
        if kind == _REAL:
            return list(self._taken(f">{length}d", 8 * length))
        if kind == _TEXTS:
            return [self._item(self._whole())[0] for _ in range(length)]
        if kind == _LIST:
            return [self._item(self._whole()) for _ in range(length)]
        raise ValueError(f"an item of kind {kind} is no part of a plain table")

    def _text(self) -> str | None:
        length = self._whole()
        if length < 0:
            return None
        self.at += length
        return self.raw[self.at - length : self.at].decode("utf-8", "replace")

    def _whole(self) -> int:
        return int(self._taken(">i", 4)[0])

    def _taken(self, shape: str, size: int) -> tuple[Any, ...]:
        found = struct.unpack_from(shape, self.raw, self.at)
        self.at += size
        return found
