"""Reading one R data file (.rda, XDR): as much of it as data frames of numbers and text use.

The format is described in R's own manual, "R Internals", section 1.8.
"""

import gzip
import struct
from pathlib import Path

_NULL, _MISSING_TEXT = 254, -1


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body, self._place = body, 0
        self._seen: list[object] = []

    def _take(self, size: int) -> bytes:
        self._place += size
        return self._body[self._place - size : self._place]

    def whole(self) -> int:
        return int(struct.unpack(">i", self._take(4))[0])

    def item(self) -> object:  # noqa: PLR0911 - one for each sort of item
        flags = self.whole()
        kind, has_attributes, has_tag = flags & 255, bool(flags & 512), bool(flags & 1024)
        if kind == 255:  # something seen before
            return self._seen[(flags >> 8) - 1]
        if kind == 1:
            self._seen.append(self.item())
            return self._seen[-1]
        if kind == 2:
            return self._pairs(has_attributes=has_attributes, has_tag=has_tag)
        if kind == 9:
            size = self.whole()
            return None if size == _MISSING_TEXT else self._take(size).decode()
        if kind == _NULL:
            return None
        value = self._vector(kind)
        attributes = self.item() if has_attributes else {}
        return (value, attributes) if attributes else value

    def _pairs(self, *, has_attributes: bool, has_tag: bool) -> dict[str, object]:
        if has_attributes:
            self.item()
        name = str(self.item()) if has_tag else ""
        found = {name: self.item()}
        rest = self.item()
        return {**found, **(rest if isinstance(rest, dict) else {})}

    def _vector(self, kind: int) -> list[object]:
        size = self.whole()
        if kind in (10, 13):
            return list(struct.unpack(f">{size}i", self._take(4 * size)))
        if kind == 14:
            return list(struct.unpack(f">{size}d", self._take(8 * size)))
        if kind in (16, 19):
            return [self.item() for _ in range(size)]
        raise ValueError(f"R type {kind} is not read here")


def columns(path: Path) -> dict[str, list[object]]:
    """Return the columns of the one data frame in a file; factors as their labels."""
    body = gzip.decompress(path.read_bytes())
    reader = _Reader(body[5 + 2 + 12 :])
    (frame,) = reader.item().values()  # type: ignore[attr-defined]
    values, attributes = frame
    return dict(zip(attributes["names"], map(_labelled, values), strict=True))


def _labelled(column: object) -> list[object]:
    if not isinstance(column, tuple):
        return column  # type: ignore[return-value]
    values, attributes = column
    levels = attributes.get("levels")
    return [levels[value - 1] for value in values] if levels else values
