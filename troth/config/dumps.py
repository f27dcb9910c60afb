"""A database as a file, and back: SQLite by its own backup, PostgreSQL by pg_dump."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from troth.config import database
from troth.config.archive import BackupError

NAMES = {"sqlite": "troth.sqlite3", "postgresql": "troth.pgdump"}
_LISTED = "SELECT path FROM signals_segmentfile WHERE removed_at IS NULL"


def engine(url: str) -> str:
    """Return "sqlite" or "postgresql"."""
    return "sqlite" if urlsplit(url).scheme == "sqlite" else "postgresql"


@contextmanager
def dumped(url: str, folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield the dump of the database and the paths of the segment files that it lists."""
    file = folder / NAMES[engine(url)]
    listed = _dump_sqlite(url, file) if engine(url) == "sqlite" else _dump_postgres(url, file)
    yield file, listed


def _dump_sqlite(url: str, file: Path) -> list[str]:
    source = Path(database.setting(url)["NAME"])
    if not source.is_file():
        raise BackupError(f"there is no database at {source} yet: nothing to back up")
    theirs, ours = sqlite3.connect(source, timeout=30), sqlite3.connect(file)
    try:
        theirs.backup(ours)
        ours.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        return [path for (path,) in ours.execute(_LISTED)]
    except sqlite3.Error as problem:
        raise BackupError(f"the database cannot be read: {problem}") from problem
    finally:
        theirs.close()
        ours.close()


def _dump_postgres(url: str, file: Path) -> list[str]:
    """Dump and list in one snapshot: what is listed is what the dump lists."""
    program = _program("pg_dump")
    import psycopg

    with psycopg.connect(_address(url)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        listed = [path for (path,) in connection.execute(_LISTED)]
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = row[0] if row else ""
        _run(
            program, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
            f"--file={file}", url=url,
        )  # fmt: skip
    return listed


def is_empty(url: str) -> bool:
    """Return whether nothing of ours is in the database yet."""
    if engine(url) == "sqlite":
        return not Path(database.setting(url)["NAME"]).exists()
    import psycopg

    with psycopg.connect(_address(url)) as connection:
        row = connection.execute("SELECT to_regclass('django_migrations') IS NULL").fetchone()
    return bool(row and row[0])


def restore_postgres(url: str, file: Path) -> None:
    """Put a dump back in one transaction: whole, or not at all. Our old tables are replaced."""
    _run(
        _program("pg_restore"), "--single-transaction", "--clean", "--if-exists", "--no-owner",
        "--no-privileges", "--exit-on-error", "--dbname", _database(url), str(file), url=url,
    )  # fmt: skip


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} is needed: on Debian, apt-get install postgresql-client")
    return found


def _run(*command: str, url: str) -> None:
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        command, env={**os.environ, **_environment(url)}, capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise BackupError(f"{Path(command[0]).name}: {said[-1] if said else 'failed'}")


def _environment(url: str) -> dict[str, str]:
    """Return the address for libpq's programs; a password on a command line could be seen."""
    setting = database.setting(url)
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
    found = {variable: setting[key] for key, variable in names.items() if setting[key]}
    if "sslmode" in setting["OPTIONS"]:
        found["PGSSLMODE"] = setting["OPTIONS"]["sslmode"]
    return {**found, "PGDATABASE": _database(url)}


def _database(url: str) -> str:
    name: str = database.setting(url)["NAME"]
    return name


def _address(url: str) -> str:
    return url.replace("postgres://", "postgresql://", 1)
