"""Rows by their keys, in raw SQL: many at once, and looked up one by one on either database."""

from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

# One message to the server holds these and the question, and is a transaction by itself.
_BY_KEY: Final = (
    "SET LOCAL jit = off; SET LOCAL random_page_cost = 1; SET LOCAL enable_seqscan = off;"
    " SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; "
)


def among(values: Sequence[int]) -> tuple[str, list[Any]]:
    """Return “is one of these numbers” and its parameters: for PostgreSQL one list."""
    if connection.vendor == "postgresql":
        return "= ANY(%s::bigint[])", [list(values)]
    return f"IN ({', '.join(['%s'] * len(values))})", list(values)


def by_key(text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Ask for rows by their keys, or change them; return what comes back.

    PostgreSQL looks each row up, whatever it last counted: of a table that is written all the time
    it knows what was true some time ago, and reads all of it where that seems to be little.
    """
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute(text, values)
            return list(cursor.fetchall())
        cursor.execute(_BY_KEY + text, values)
        while cursor.nextset():  # of each statement before
            pass
        return list(cursor.fetchall()) if cursor.description else []
