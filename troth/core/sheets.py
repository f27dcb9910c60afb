"""Tables that leave the house: CSV that no spreadsheet runs as a formula, and Parquet."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

Cell = str | int | float | bool | date | datetime | None
Row = Sequence[Cell]

# Spreadsheets run a cell that begins with one of these, also in its full-width form.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_TYPES = ("VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMPTZ", "DATE")


class _Line:
    """A file that remembers only the last line written to it."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def csv_lines(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """Yield the header and then each row as one line of RFC 4180 CSV, a row at a time."""
    line = _Line()
    writer = csv.writer(line, lineterminator="\r\n")
    writer.writerow([neutral(column) for column in columns])
    yield line.text
    for row in rows:
        writer.writerow([_text(cell) for cell in row])
        yield line.text


def neutral(text: str) -> str:
    """Return the text so that a spreadsheet shows it: an apostrophe before a formula's sign."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return neutral(cell)
    return _plain(cell)


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(cell)


def write_parquet(path: Path, columns: Mapping[str, str], rows: Iterable[Row]) -> int:
    """Write rows to a Parquet file and return how many. `columns`: name → one of DuckDB's types.

    The rows pass through a file beside `path`, so that memory stays flat however many there are.
    Raises ValueError on a type that this does not write.
    """
    import duckdb  # 60 ms that only an export pays

    unknown = set(columns.values()) - set(_TYPES)
    if unknown:
        raise ValueError(f"no such column type: {min(unknown)}")
    lines = path.with_suffix(".ndjson")
    try:
        count = _write_lines(lines, list(columns), rows)
        with duckdb.connect(config={"threads": 1}) as engine:
            shape = ", ".join(f"{_quoted(name)}: '{kind}'" for name, kind in columns.items())
            source = f"read_json(?, format='newline_delimited', columns={{{shape}}})"
            target = str(path).replace("'", "''")
            query = f"COPY (FROM {source}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
            engine.execute(query, [str(lines)])
    finally:
        lines.unlink(missing_ok=True)
    return count


def _write_lines(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            cells = [_plain(cell) if isinstance(cell, date) else cell for cell in row]
            file.write(json.dumps(dict(zip(columns, cells, strict=True))) + "\n")
            count += 1
    return count


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
