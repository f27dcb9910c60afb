"""Spreadsheets (XLSX): the values of one sheet, never a formula and never a guess at a sheet."""

import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from troth.signals.imports.problems import ImportProblem, listed, nearest
from troth.signals.imports.rows import Line, Opening
from troth.signals.imports.spooled import as_file
from troth.signals.imports.templates import text_of

_LARGEST = 2 * 1024**3


def spreadsheet(opening: Opening) -> tuple[list[str], Iterator[Line]]:
    """Return the first row that is not empty as the header, and the rows below it."""
    rows = _rows(opening)
    header = next(rows, None)
    if header is None:
        raise ImportProblem(f"{opening.path.name}: the sheet is empty.")
    cells = list(header.cells)
    while cells and cells[-1] is None:
        cells.pop()
    columns = ["" if cell is None else text_of(cell) for cell in cells]
    return columns, _as_wide(rows, len(columns))


def _rows(opening: Opening) -> Iterator[Line]:
    with as_file(opening, ".xlsx") as path:
        book = _book(path, opening.path.name)
        try:
            yield from _values(book, opening)
        finally:
            book.close()


def _book(path: Path, name: str) -> Any:  # noqa: ANN401 - openpyxl has no types
    import openpyxl  # 200 ms that only spreadsheets pay

    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles that it cannot keep
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ImportProblem(f"{name} is no XLSX file, or is locked.") from error
    if size > _LARGEST:
        book.close()
        raise ImportProblem(f"{name} unpacks to more than 2 GB.")
    return book


def _values(book: Any, opening: Opening) -> Iterator[Line]:  # noqa: ANN401 - openpyxl has no types
    for number, cells in enumerate(_sheet(book, opening).iter_rows(values_only=True), 1):
        if any(cell is not None for cell in cells):
            yield Line(number, cells)


def _sheet(book: Any, opening: Opening) -> Any:  # noqa: ANN401
    names = [sheet.title for sheet in book.worksheets]
    wanted = opening.terms.sheet
    if wanted and wanted not in names:
        raise ImportProblem(f"There is no sheet “{wanted}”.{nearest(wanted, names)}")
    if not wanted and len(names) != 1:
        raise ImportProblem(
            f"The file has the sheets {listed(names)}; say which with `file: {{sheet: …}}`."
        )
    return book[wanted or names[0]]


def _as_wide(rows: Iterator[Line], width: int) -> Iterator[Line]:
    for line in rows:
        cells = list(line.cells)
        surplus = [cell for cell in cells[width:] if cell is not None]
        fault = ("", f"has {len(cells)} columns where the header has {width}") if surplus else None
        yield Line(line.number, (cells + [None] * width)[:width], fault)
