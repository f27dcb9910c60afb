"""`{carrier}-{flight}`: a value made from columns. Text without braces is a constant."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from troth.signals.imports.problems import ImportProblem, ValueRefused, listed, nearest

Cell = object
Row = Sequence[Cell]
Take = Callable[[Row], Cell]

_PARTS = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|([{}])")


def columns_of(template: str) -> list[str]:
    """Return the names in braces. Raises ImportProblem at a lone brace."""
    return [part[1] for part in _parts(template) if part[0] == "column"]


def taker(template: str, places: Mapping[str, int], empty: frozenset[str]) -> Take:
    """Return a function that makes the value from a row; None where a column it uses is empty.

    A template of one column only gives the cell as it is (a number stays one); otherwise text.
    """
    parts = _parts(template)
    _refuse_unknown(template, places)
    if not any(kind == "column" for kind, _ in parts):
        constant = "".join(text for _, text in parts) or None
        return lambda _: constant
    none = empty | {None}
    if len(parts) == 1:
        return _one(places[parts[0][1]], none)
    return _several(parts, places, none)


def text_of(cell: Cell) -> str:
    """Return a cell as text: whole floats without their “.0”, as spreadsheets mean them."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bytes):
        raise ValueRefused("holds bytes, not text")
    if isinstance(cell, bool | float):
        return _plain(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _plain(cell: bool | float) -> str:  # noqa: FBT001 - a cell like any other
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else str(cell)


def _parts(template: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    end = 0
    for match in _PARTS.finditer(template):
        found.append(("text", template[end : match.start()]))
        found.append(_part(match, template))
        end = match.end()
    found.append(("text", template[end:]))
    return [part for part in found if part[1]]


def _part(match: re.Match[str], template: str) -> tuple[str, str]:
    if match[0] in {"{{", "}}"}:
        return "text", match[0][0]
    if match[2] or not match[1]:
        raise ImportProblem(f"“{template}” has a brace that names no column; write {{{{ for {{.")
    return "column", match[1]


def _refuse_unknown(template: str, places: Mapping[str, int]) -> None:
    for name in columns_of(template):
        if name not in places:
            raise ImportProblem(
                f"The mapping uses the column “{name}”, which the file does not have."
                f"{nearest(name, places)} It has: {listed(list(places))}."
            )


def _one(place: int, empty: frozenset[object]) -> Take:
    def take(row: Row) -> Cell:
        cell = row[place]
        return None if cell in empty else cell

    return take


def _several(
    parts: Sequence[tuple[str, str]], places: Mapping[str, int], empty: frozenset[object]
) -> Take:
    picked = [places[text] for kind, text in parts if kind == "column"]
    pattern = "".join("%s" if kind == "column" else text.replace("%", "%%") for kind, text in parts)

    def take(row: Row) -> Cell:
        cells = [row[place] for place in picked]
        if not empty.isdisjoint(cells):
            return None
        return pattern % tuple([cell if type(cell) is str else text_of(cell) for cell in cells])

    return take
