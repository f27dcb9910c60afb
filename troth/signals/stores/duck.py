"""DuckDB, in memory: one database a process, one connection a piece of work."""

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from django.conf import settings

_lock = threading.Lock()
_databases: dict[int, duckdb.DuckDBPyConnection] = {}


@contextmanager
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with temporary tables of its own, closed afterwards."""
    with _lock:
        database = _databases.get(os.getpid()) or _open()
        cursor = database.cursor()
    try:
        yield cursor
    finally:
        cursor.close()


def _open() -> duckdb.DuckDBPyConnection:
    """Open this process's database; a child after fork must not use its parent's."""
    folder = Path(settings.TROTH.data_dir) / "duckdb"
    folder.mkdir(parents=True, exist_ok=True)
    database = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{getattr(settings.TROTH, 'duckdb_memory_mb', 700)}MB",
            "threads": str(min(4, len(os.sched_getaffinity(0)))),
            "temp_directory": str(folder),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "true",
        },
    )
    _databases[os.getpid()] = database  # a parent's stays untouched: its threads are not here
    return database


@atexit.register
def _close() -> None:
    """Close what is open before Python ends: DuckDB's binding complains of it otherwise."""
    database = _databases.pop(os.getpid(), None)
    if database is not None:
        database.close()


def quoted(text: str) -> str:
    """Return a text as an SQL literal of DuckDB's."""
    return "'" + text.replace("'", "''") + "'"


def listed(texts: list[str]) -> str:
    """Return texts as an SQL list of DuckDB's."""
    return "[" + ", ".join(quoted(text) for text in texts) + "]"
