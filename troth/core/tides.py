"""Whether anything at all was committed to the database since: one question of microseconds."""

from typing import Any

from django.db import connection


def tide() -> object | None:
    """Return a value that differs once anybody has committed anything; None where nobody can tell.

    Compare values of one thread only: each is about what its connection can see. Inside a
    transaction nobody can tell.
    """
    if connection.in_atomic_block:
        return None
    reading = {"sqlite": _of_sqlite, "postgresql": _of_postgresql}.get(connection.vendor)
    return reading() if reading else None


def _of_sqlite() -> object:
    """Return what others committed, what this connection wrote, and which connection it is."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        (version,) = cursor.fetchone()
    own: Any = connection.connection
    return _Same(own), version, own.total_changes


def _of_postgresql() -> object:
    """Return which transactions can be seen: the same ones, the same data."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return str(cursor.fetchone()[0])


class _Same:
    """Holds a connection, so that another one is never taken for it."""

    def __init__(self, held: object) -> None:
        self._held = held

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._held is other._held

    __hash__ = None  # type: ignore[assignment]
