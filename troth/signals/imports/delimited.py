"""CSV and TSV: quoted line breaks, byte order marks, ragged rows, and bytes that are no text."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO, cast

from troth.signals.imports.problems import ImportProblem
from troth.signals.imports.rows import Line, Opening

if TYPE_CHECKING:
    from _csv import Reader

_LONGEST_FIELD = 8 * 1024 * 1024
_WIDE = ("utf-16", "utf-32", "utf16", "utf32", "u16", "u32", "utf_16", "utf_32")
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_LOOK = 64 * 1024


def delimited(opening: Opening) -> tuple[list[str], Iterator[Line]]:
    """Return the header and the rows below it. Raises ImportProblem."""
    csv.field_size_limit(_LONGEST_FIELD)
    lines = _Lines(opening)
    delimiter = opening.terms.delimiter or ("\t" if opening.kind == "tsv" else ",")
    reader = csv.reader(lines, delimiter=delimiter)
    columns = _header(reader, lines, opening)
    if len(columns) == 1 and not opening.terms.delimiter:
        _ask_for_delimiter(columns[0], opening)
    return columns, _rows(reader, lines, len(columns))


def unusable(columns: Sequence[str]) -> list[str]:
    """Return the names that more than one column bears."""
    return [name for name, count in Counter(columns).items() if count > 1]


class _Lines:
    """The file's lines as text; remembers where bytes were not text, by line."""

    def __init__(self, opening: Opening) -> None:
        self.encoding = opening.terms.encoding or "utf-8"
        self.is_declared = bool(opening.terms.encoding)
        self.faults: dict[int, str] = {}
        self._lines = self._text(opening.inside)

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def _text(self, inside: BinaryIO) -> Iterator[str]:
        reader = io.BufferedReader(_Raw(inside), _LOOK)
        start = reader.peek(_LOOK)[:_LOOK]
        buffered = cast("BinaryIO", reader)
        if not self.is_declared and start[:2] in _MARKS:
            raise ImportProblem("The file is UTF-16; say so with `file: {encoding: utf-16}`.")
        wide = self.encoding.casefold().startswith(_WIDE)
        if wide or (b"\r" in start and b"\n" not in start):
            return self._wrapped(buffered)
        return self._by_line(buffered)

    def _wrapped(self, buffered: BinaryIO) -> Iterator[str]:
        # Newlines that are not the byte \n: wide encodings, and files of the old Macintosh.
        with io.TextIOWrapper(buffered, encoding=self.encoding, newline="") as text:
            try:
                yield from text
            except UnicodeError as error:
                raise ImportProblem(f"The file is not {self.encoding}: {error}.") from error

    def _by_line(self, buffered: BinaryIO) -> Iterator[str]:
        offset = 0
        for number, raw in enumerate(buffered, 1):
            try:
                text = raw.decode(self.encoding)
            except UnicodeDecodeError as error:
                self.faults[number] = self._fault(offset + error.start, raw[error.start])
                text = raw.decode(self.encoding, "surrogateescape")
            offset += len(raw)
            yield text.removeprefix("\ufeff") if number == 1 else text

    def _fault(self, position: int, byte: int) -> str:
        hint = "" if self.is_declared else "; declare the file's `encoding`"
        return f"is not {self.encoding} at byte {position} of the file (0x{byte:02x}){hint}"


class _Raw(io.RawIOBase):
    """Any readable thing as a raw stream, so that one kind of buffer reads them all."""

    def __init__(self, inside: BinaryIO) -> None:
        self._inside = inside

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        found = self._inside.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


def _header(reader: Iterator[list[str]], lines: _Lines, opening: Opening) -> list[str]:
    try:
        columns = next((row for row in reader if row), None)
    except csv.Error as error:
        raise ImportProblem(f"{opening.path.name}: the header cannot be read: {error}.") from error
    if columns is None:
        raise ImportProblem(f"{opening.path.name} is empty: it has not even a header.")
    if lines.faults:
        raise ImportProblem(f"The header {next(iter(lines.faults.values()))}.")
    return columns


def _ask_for_delimiter(header: str, opening: Opening) -> None:
    found = [mark for mark in (";", "\t", "|", ",") if mark in header]
    if found:
        mark = "tab" if found[0] == "\t" else found[0]
        raise ImportProblem(
            f"{opening.path.name}: the header is a single column “{header}”. If “{mark}” stands "
            f'between columns, say so with `file: {{delimiter: "{mark}"}}`.'
        )


def _rows(reader: "Reader", lines: _Lines, width: int) -> Iterator[Line]:
    while True:
        start = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ImportProblem(
                f"From line {start} on the file cannot be read: {error}. "
                "Most often a quotation mark is opened there and not closed."
            ) from error
        if row:
            yield Line(start, row, _row_fault(row, range(start, reader.line_num + 1), lines, width))


def _row_fault(
    row: Sequence[str], span: range, lines: _Lines, width: int
) -> tuple[str, str] | None:
    if lines.faults:
        faults = [lines.faults[number] for number in span if number in lines.faults]
        if faults:
            return "", faults[0]
    if len(row) != width:
        return "", f"has {len(row)} columns where the header has {width}"
    return None
