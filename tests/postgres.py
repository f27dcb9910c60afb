"""A throw-away PostgreSQL cluster for tests: made, started, stopped and removed again."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

_PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def programs() -> Path | None:
    """Return the folder that holds initdb and pg_ctl, or None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    return Path(found).parent if found else next(iter(_PLACES), None)


@contextmanager
def cluster() -> Iterator[str]:
    """Yield the address of a fresh database; the server listens on a Unix socket only."""
    bin_folder = programs()
    if bin_folder is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    home = Path(tempfile.mkdtemp(prefix="troth-postgres-"))
    data = home / "data"
    if os.geteuid() == 0:
        shutil.chown(home, "postgres", "postgres")
    # Its own words are kept from our output; what fails is told by the exit code and this log.
    options = f"-k {home} -c listen_addresses='' -c fsync=off -c max_connections=100"
    try:
        _run(bin_folder / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8")
        _run(bin_folder / "pg_ctl", "-D", data, "-w", "-l", home / "log", "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={quote(str(home), safe='')}"
        finally:
            _run(bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def database(server: str, *, like: str = "") -> Iterator[str]:
    """Yield the address of a database of its own on the cluster, a copy of the one at `like`."""
    name = f"troth_{os.urandom(4).hex()}"
    template = urlsplit(like).path.lstrip("/") or "template1"
    make = SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(make)
        try:
            yield server.replace("/postgres?", f"/{name}?")
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _run(*command: str | Path) -> None:
    """Run a program as the user postgres, whom the server insists on in place of root."""
    first = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run(
        [*first, *map(str, command)],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )


def restart(url: str) -> None:
    """Stop the server of a cluster as a crash would, and start it again."""
    home = Path(parse_qs(urlsplit(url).query)["host"][0])
    bin_folder = programs()
    assert bin_folder is not None
    _run(bin_folder / "pg_ctl", "-D", home / "data", "-m", "immediate", "-w", "-l", home / "log",
         "restart")  # fmt: skip
