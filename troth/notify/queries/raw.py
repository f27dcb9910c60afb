"""Instants and lists in raw SQL, as each database wants them."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection


def moment(at: datetime) -> Any:  # noqa: ANN401 - SQLite wants text
    """Return an aware instant as a parameter of raw SQL."""
    return connection.ops.adapt_datetimefield_value(at)


def instant(value: Any) -> datetime | None:  # noqa: ANN401 - SQLite gives text
    """Return what raw SQL gave as an aware instant."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if value is None:
        return None
    found: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
    return found


def places(count: int) -> str:
    """Return `%s, %s, …` for so many parameters."""
    return ", ".join(["%s"] * count)


def without_compiler() -> None:
    """Let PostgreSQL compile nothing until the transaction ends: it takes longer than it saves."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")


def changed(cursor: Any) -> int:  # noqa: ANN401 - of either database
    """Return how many rows the last statement changed."""
    return max(int(cursor.rowcount), 0)
