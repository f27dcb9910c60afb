"""Tables of every shape as rows: the columns, then each row with its line and what is wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from troth.signals.imports import packed
from troth.signals.imports.delimited import delimited
from troth.signals.imports.jsonlines import json_lines
from troth.signals.imports.parquet import parquet
from troth.signals.imports.plan import FileTerms
from troth.signals.imports.problems import ImportProblem
from troth.signals.imports.rows import Line, Opening
from troth.signals.imports.sheets import spreadsheet

_OPENERS: dict[str, Callable[[Opening], tuple[list[str], Iterator[Line]]]] = {
    "csv": delimited,
    "tsv": delimited,
    "ndjson": json_lines,
    "parquet": parquet,
    "xlsx": spreadsheet,
}
_SUFFIXES = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".json": "ndjson",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}


@dataclass(frozen=True, slots=True)
class Table:
    """`read_bytes()` is how much of the `size` bytes on disk has been read."""

    kind: str
    columns: list[str]
    rows: Iterator[Line]
    size: int
    read_bytes: Callable[[], int]


def kind_of(path: Path, terms: FileTerms) -> str:
    """Return csv, tsv, ndjson, parquet or xlsx. Raises ImportProblem."""
    kind = terms.format or _SUFFIXES.get(packed.inner_suffix(path), "")
    if kind not in _OPENERS:
        raise ImportProblem(
            f"{path.name}: files are CSV, TSV, NDJSON, Parquet or XLSX, plain or as .gz, .zst or "
            f".zip; say which with `file: {{format: csv}}` where the name does not."
        )
    return kind


@contextmanager
def table(path: Path, terms: FileTerms) -> Iterator[Table]:
    """Open a file as a table. Raises ImportProblem, also later, where the file is damaged."""
    if not path.is_file():
        raise ImportProblem(f"There is no file {path}.")
    kind = kind_of(path, terms)
    with packed.opened(path) as (inside, raw):
        try:
            columns, rows = _OPENERS[kind](Opening(path, inside, kind, terms))
            yield Table(kind, columns, _undamaged(rows, path), path.stat().st_size, raw.tell)
        except packed.DAMAGE as error:
            raise _damage(path, error) from error


def _undamaged(rows: Iterator[Line], path: Path) -> Iterator[Line]:
    try:
        yield from rows
    except packed.DAMAGE as error:
        raise _damage(path, error) from error


def _damage(path: Path, error: Exception) -> ImportProblem:
    return ImportProblem(f"{path.name} is damaged or cut short: {error}.")
