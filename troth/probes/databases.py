"""One query to PostgreSQL or MySQL, at a checked address, read-only, and a bounded result."""

import asyncio
import os
import socket
import ssl
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final

from troth.probes import guard
from troth.probes.connecting import Journey, connected, tls_context
from troth.probes.kind import Limits, ProbeError

MOST: Final = 1_000  # rows that are read
_LACKING: Final = "MySQL needs a library that is not installed: pip install troth[probes-mysql]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Whom to ask what. `tls` is if offered, required or verified."""

    host: str
    port: int
    database: str
    user: str
    password: str
    query: str
    tls: str


@dataclass(frozen=True, slots=True)
class Answer:
    """At most MOST rows; `more` says that there were others."""

    names: list[str]
    rows: list[tuple[Any, ...]]
    more: bool
    version: str


async def postgresql(asked: Query, limits: Limits, journey: Journey) -> Answer:
    places = await guard.places(asked.host, asked.port, private=limits.private)
    journey.reached("dns")
    return await _left_alone(_postgresql(asked, places, limits, journey))


async def _left_alone(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Wait for the work; when our time is over, do not wait for it to tidy up after itself."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.cancel()
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        raise


async def _postgresql(
    asked: Query, places: list[guard.Place], limits: Limits, journey: Journey
) -> Answer:
    import psycopg

    try:
        connection = await psycopg.AsyncConnection.connect(**_parameters(asked, places, limits))
        async with connection:
            journey.reached("connect")
            await connection.set_read_only(True)
            found = await _rows(connection, asked.query)
            journey.reached("answer")
            version = connection.info.server_version
            await connection.rollback()
    except psycopg.Error as error:
        raise ProbeError(_postgresql_said(error)) from error
    return Answer(*found, f"{version // 10_000}.{version % 10_000}")


def _parameters(asked: Query, places: list[guard.Place], limits: Limits) -> dict[str, Any]:
    modes = {"if offered": "prefer", "required": "require", "verified": "verify-full"}
    paths = ssl.get_default_verify_paths()
    return {
        "host": ",".join(asked.host for _ in places),
        "hostaddr": ",".join(place.host for place in places),
        "port": asked.port,
        "dbname": asked.database or asked.user,
        "user": asked.user,
        "password": asked.password or None,
        "passfile": os.devnull,
        "sslmode": modes[asked.tls],
        "sslrootcert": paths.cafile or paths.openssl_cafile if asked.tls == "verified" else None,
        "gssencmode": "disable",
        "connect_timeout": max(2, round(limits.timeout)),
        "application_name": "troth-probe",
    }


async def _rows(connection: Any, query: str) -> tuple[list[str], list[tuple[Any, ...]], bool]:  # noqa: ANN401 - psycopg's
    rows: list[tuple[Any, ...]] = []
    async with connection.cursor() as cursor:
        async for row in cursor.stream(query):
            if len(rows) == MOST:
                return _names(cursor), rows, True
            rows.append(row)
        return _names(cursor), rows, False


def _names(cursor: Any) -> list[str]:  # noqa: ANN401 - of either library
    return [column[0] for column in cursor.description or ()]


def _postgresql_said(error: Any) -> str:  # noqa: ANN401 - psycopg.Error
    import psycopg

    state = error.sqlstate or ""
    known = {
        "28": "it does not take this user or password",
        "3D": "there is no such database",
        "42": "the query is not valid, or not allowed to this user",
        "53": "it has too many connections or too little room",
        "57": "it is starting, stopping, or ended the query",
        "25": "the query wants to write; probes only read",
    }
    if state[:2] in known:
        return f"{known[state[:2]]} (SQLSTATE {state})"
    if isinstance(error, psycopg.OperationalError) and not state:
        return _unreached(str(error))
    return f"the query failed (SQLSTATE {state or 'unknown'})"


def _unreached(said: str) -> str:
    known = {
        "refused": "the connection was refused",
        "password": "it does not take this user or password",
        "certificate": "the certificate is not accepted",
        "does not support SSL": "it offers no TLS",
        "does not exist": "there is no such user or database",
        "expected authentication": "what it says is no PostgreSQL",
        "timeout": "no answer in time",
    }
    return next(
        (told for sign, told in known.items() if sign in said),
        "the connection was closed, or what it says is no PostgreSQL",
    )


async def mysql(asked: Query, limits: Limits, journey: Journey) -> Answer:
    try:
        import pymysql
    except ImportError as error:
        raise ProbeError(_LACKING) from error
    sock = await connected(asked.host, asked.port, limits=limits, journey=journey)
    try:
        sock.settimeout(limits.timeout)
        return await asyncio.to_thread(_mysql, asked, sock, limits.timeout)
    except pymysql.Error as error:
        raise ProbeError(_mysql_said(error)) from error
    except (IndexError, ValueError, AttributeError, AssertionError, TypeError) as error:
        raise ProbeError("what it says is no MySQL") from error
    finally:
        _shut(sock)  # the thread ends with it
        journey.reached("answer")


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is over already
    finally:
        sock.close()


def _mysql(asked: Query, sock: socket.socket, seconds: float) -> Answer:
    import pymysql
    from pymysql.cursors import SSCursor

    connection = pymysql.connect(
        host=asked.host,
        user=asked.user,
        password=asked.password,
        database=asked.database or None,
        ssl=_context(asked.tls),
        charset="utf8mb4",
        cursorclass=SSCursor,
        read_timeout=seconds,
        write_timeout=seconds,
        local_infile=False,
        defer_connect=True,
    )
    cursor = connection.cursor()
    try:
        connection.connect(sock)
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        cursor.execute(asked.query)
        rows = list(cursor.fetchmany(MOST + 1))
        version = connection.get_server_info()
        return Answer(_names(cursor), rows[:MOST], len(rows) > MOST, version)
    finally:
        _dropped(connection)


def _dropped(connection: Any) -> None:  # noqa: ANN401 - pymysql.Connection
    """Close at once: no farewell that could hang, and what is left of a result is not read."""
    connection._force_close()  # noqa: SLF001 - the polite way waits
    left = connection._result  # noqa: SLF001 - the same
    if left is not None:
        left.unbuffered_active = False


def _context(tls: str) -> ssl.SSLContext | None:
    return None if tls == "if offered" else tls_context(verify=tls == "verified")


def _mysql_said(error: Any) -> str:  # noqa: ANN401 - pymysql.Error
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    known = {
        1040: "it has too many connections",
        1044: "this user may not use the database",
        1045: "it does not take this user or password",
        1049: "there is no such database",
        1064: "the query is not valid",
        1146: "the query asks for a table that is not there",
        1792: "the query wants to write; probes only read",
        2003: "the connection was closed",
        2006: "the connection was closed",
        2013: "the connection was closed before the answer was complete",
        2026: "TLS failed",
    }
    return known.get(code, f"the query failed (error {code})")
