"""The tables of an SQLite file, read row by row: however large it is, memory stays small."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from troth.incidents.importing.told import Unreadable

_BEGINS = b"SQLite format 3\0"


def is_database(path: Path) -> bool:
    """Return whether a file is an SQLite database. Raises Unreadable."""
    if path.is_dir():
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(_BEGINS)) == _BEGINS
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror or error}.") from error


@dataclass(frozen=True, slots=True)
class Tables:
    """An SQLite file that is only read. Every question opens it anew; it may be asked twice."""

    path: Path

    def rows(self, table: str, *, order: str = "") -> Iterator[dict[str, Any]]:
        """Yield the rows of a table as mappings; none where there is no such table. Unreadable."""
        try:
            with closing(self._open()) as database:
                if table not in _names(database):
                    return
                by = f" ORDER BY {order}" if order else ""
                asked = database.execute(f'SELECT * FROM "{table}"{by}')  # noqa: S608 - our words
                names = [one[0] for one in asked.description]
                for row in asked:
                    yield dict(zip(names, row, strict=True))
        except sqlite3.Error as error:
            raise Unreadable(f"{self.path}, table {table}: {error}.") from error

    def _open(self) -> sqlite3.Connection:
        """Open it for reading; where no journal can be made beside it, as it stands."""
        address = self.path.resolve().as_uri()
        for how in ("mode=ro", "mode=ro&immutable=1"):
            database = sqlite3.connect(f"{address}?{how}", uri=True)
            database.text_factory = _text
            try:
                _names(database)
            except sqlite3.Error:
                database.close()
            else:
                return database
        raise Unreadable(f"{self.path} is an SQLite database that is damaged or locked.")


def _names(database: sqlite3.Connection) -> set[str]:
    asked = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {str(name) for (name,) in asked}


def _text(raw: bytes) -> str:
    """Return a text as it is shown: what is not UTF-8, and NUL, as U+FFFD."""
    return raw.decode("utf-8", "replace").replace("\0", "\ufffd")
