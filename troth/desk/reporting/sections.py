"""What a report is read as, on a screen and on paper: sections with sentences and tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from troth.desk.reporting.pictures import Picture
from troth.ui import words

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table. `verdict` is shown as a mark, `text` is then its word."""

    text: str
    quiet: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def lines(self) -> Iterable[tuple[Cell, Sequence[tuple[str, Cell]]]]:
        """Return each row as its head and (column, cell) of the rest."""
        return [(row[0], list(zip(self.columns[1:], row[1:], strict=True))) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Section:
    """`key` is its anchor. Without a heading it stands above the others.

    Its pictures stand between its sentences and its tables.
    """

    key: str
    heading: str
    texts: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()


def table(heading: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> list[Table]:
    """Return the table in a list, and nothing where it has no rows."""
    made = tuple(tuple(row) for row in rows)
    return [Table(heading, tuple(columns), made)] if made else []


def day(text: str | None) -> str:
    """Write a day, or the day of an instant, as people say it."""
    return words.day(date.fromisoformat(text[:10])) if text else words.NOTHING


def moment(text: str, zone: str) -> str:
    return words.instant(datetime.fromisoformat(text), ZoneInfo(zone))


def signed(value: float | None, digits: int = 1) -> str:
    """Write a number with its sign."""
    if value is None:
        return words.NOTHING
    sign = "+" if value > 0 else words.MINUS if value < 0 else ""
    return f"{sign}{words.number(abs(value), digits)}"


def counted(count: int, one: str, many: str) -> str:
    """Write how many there are of something: “1 crack”, “3 cracks”."""
    return f"{words.number(count)} {one if count == 1 else many}"
