"""A query to PostgreSQL or MySQL: that it is answered, and with what. It may only read."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

import msgspec

from troth.probes.connecting import Journey
from troth.probes.kind import Finding, Kind, Limits, named
from troth.probes.rules.facts import Missing

_LONGEST: Final = 10_000  # characters of a value
_SHOWN: Final = 20  # rows kept as evidence
_PORTS: Final = {"postgresql": 5432, "mysql": 3306}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    system: Annotated[
        Literal["postgresql", "mysql"], named("System", "mysql is MariaDB as well.")
    ] = "postgresql"
    host: Annotated[str, named("Host", "A name or an address.", min_length=1, max_length=253)]
    port: Annotated[int, named("Port", "0: the usual one.", ge=0, le=65_535)] = 0
    database: Annotated[str, named("Database", max_length=200)] = ""
    user: Annotated[str, named("User", "Best one that may do nothing else.", max_length=200)]
    password: Annotated[str, named("Password", max_length=500)] = ""
    query: Annotated[
        str, named("Query", "One that only reads.", min_length=1, max_length=10_000)
    ] = "SELECT 1"
    tls: Annotated[
        Literal["if offered", "required", "verified"],
        named("TLS", "verified: certificate and name are checked, too."),
    ] = "if offered"


async def probe(settings: Settings, limits: Limits) -> Finding:
    from troth.probes import databases

    journey = Journey()
    asked = databases.Query(
        host=settings.host,
        port=settings.port or _PORTS[settings.system],
        database=settings.database,
        user=settings.user,
        password=settings.password,
        query=settings.query,
        tls=settings.tls,
    )
    ask = databases.mysql if settings.system == "mysql" else databases.postgresql
    answer = await ask(asked, limits, journey)
    rows = [[_fact(value) for value in row] for row in answer.rows]
    nothing = Missing("the query returned no row")
    facts = {
        "value": rows[0][0] if rows and rows[0] else nothing,
        "row": dict(zip(answer.names, rows[0], strict=True)) if rows else nothing,
        "rows": len(rows),
        "more": answer.more,
        "version": answer.version,
    }
    return Finding(facts=facts, phases=journey.phases, excerpt=lambda: _told(answer.names, rows))


def _fact(value: Any) -> object:  # noqa: ANN401 - whatever a column holds
    """Return a value as conditions know them."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)[:_LONGEST].hex()
    return (value.isoformat() if isinstance(value, date) else str(value))[:_LONGEST]


def _told(names: list[str], rows: list[list[Any]]) -> str:
    lines = ["\t".join(map(str, row)) for row in rows[:_SHOWN]]
    return "\n".join(["\t".join(names), *lines])


def _check(settings: Settings) -> None:
    if "\0" in settings.query + settings.user + settings.database + settings.password:
        raise ValueError("query: there is a character that no database takes")


sql = Kind(
    label="SQL query",
    help="Asks PostgreSQL or MySQL one question, read-only, and judges the answer.",
    settings=Settings,
    probe=probe,
    address=lambda settings: settings.host,
    facts={
        "value": "the first column of the first row, for example value < 100",
        "row": 'the first row by column, for example row.state == "ok"',
        "rows": "how many rows came; 1,000 at most are read",
        "more": "true if there were more",
        "version": "of the server",
    },
    condition="rows >= 0",
    secrets=("password",),
    check=_check,
)
