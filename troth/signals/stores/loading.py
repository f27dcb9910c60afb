"""From the lines of a batch to a table `incoming` in DuckDB: the same for every adapter."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import numpy as np
from django.conf import settings

from troth.signals.store import Batch

COLUMNS = {
    "source": "VARCHAR", "key": "VARCHAR", "id": "VARCHAR", "version": "BIGINT",
    "kind": "VARCHAR", "happened_at": "TIMESTAMP", "due_at": "TIMESTAMP",
    "resolved_at": "TIMESTAMP", "touchpoint": "VARCHAR", "subject": "VARCHAR",
    "value": "DOUBLE", "unit": "VARCHAR", "outcome": "VARCHAR", "expected": "DOUBLE",
    "weight": "BIGINT", "evidence": "VARCHAR", "supersedes": "VARCHAR",
}  # fmt: skip
_INSTANTS = tuple(name for name, kind in COLUMNS.items() if kind == "TIMESTAMP")
_CONTENT = (
    "kind", "version", "epoch_us(happened_at)", "epoch_us(due_at)", "epoch_us(resolved_at)",
    "touchpoint", "subject", "value", "unit", "outcome", "expected", "weight", "evidence",
    "supersedes",
)  # fmt: skip
_FUTURE = "INTERVAL 5 MINUTES"
# Where nobody has a subject the numbers tell no type, and a file is to have one.
SUBJECT = "CAST(hidden AS VARCHAR) AS subject"


def subject_hash(subject: str) -> str:
    """Return the keyed hash that stands for a subject wherever signals are kept."""
    key = settings.TROTH.subject_key
    return hashlib.blake2b(subject.encode(), key=key, digest_size=16).hexdigest()


def load(con: duckdb.DuckDBPyConnection, batch: Batch, erased: dict[str, int]) -> None:
    """Make the temporary table `incoming`: all columns of a stored row but `replaced_at`.

    Segment attributes become columns `segment_<name>`. `delivery` is the hash of the id where that
    is not the key as well; `hash` stands for the case within this process only.
    `erased`: subjects' hashes that rows recorded up to an instant (µs) may no longer show.
    """
    with _in_memory(batch.lines) as path:
        # Read as instants: as a plain TIMESTAMP an offset would be dropped, 11:00+01:00 be 11:00.
        utc = ", ".join(f"make_timestamp(epoch_us({name})) AS {name}" for name in _INSTANTS)
        reader = _reader(path, batch.attributes)
        con.execute(f"CREATE TEMP TABLE raw AS SELECT * REPLACE ({utc}) FROM {reader}")
    found = con.sql("SELECT count(*) FROM raw").fetchall()[0][0]
    if found != len(batch.seq):
        raise RuntimeError(f"{len(batch.seq)} lines were accepted, but {found} were read")
    numbers: dict[str, object] = {"seq": batch.seq, "recorded": batch.recorded_at}
    numbers["hidden"] = _subjects(con, batch, erased)
    con.execute("CREATE TEMP TABLE numbers AS SELECT * FROM numbers")
    con.execute(_incoming(batch.attributes))
    con.execute("DROP TABLE raw; DROP TABLE numbers")


@contextmanager
def _in_memory(lines: bytes) -> Iterator[str]:
    """Yield the path of a file that exists in memory only: clear subjects never reach a disk."""
    descriptor = os.memfd_create("signals")
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(lines)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _reader(path: str, attributes: Sequence[str]) -> str:
    kinds = COLUMNS | dict.fromkeys(_INSTANTS, "TIMESTAMPTZ")
    columns = [f"{name}: '{kind}'" for name, kind in kinds.items()]
    fields = ", ".join(f'"{name}" VARCHAR' for name in attributes)
    if fields:
        columns.append(f"segment: 'STRUCT({fields})'")
    return (
        f"read_json('{path}', format = 'newline_delimited', columns = {{{', '.join(columns)}}}, "
        "maximum_object_size = 67108864)"
    )


def _subjects(con: duckdb.DuckDBPyConnection, batch: Batch, erased: dict[str, int]) -> object:
    """Return the hash of each row's subject, None where it has none or was forgotten since."""
    [(some,)] = con.sql("SELECT count(subject) FROM raw").fetchall()
    if not some:
        return np.full(len(batch.seq), None, dtype=object)
    # A masked array's tolist() gives None where a subject is null.
    clear = con.sql("SELECT subject FROM raw").fetchnumpy()["subject"].tolist()
    known = {text: subject_hash(text) for text in set(clear) if text is not None}
    hashes = [known.get(text) for text in clear]
    if erased:
        moments = zip(hashes, batch.recorded_at.tolist(), strict=True)
        hashes = [None if h and at <= erased.get(h, -(2**62)) else h for h, at in moments]
    column = np.empty(len(hashes), dtype=object)
    column[:] = hashes
    return column


def content(attributes: Sequence[str]) -> str:
    """Return SQL for all that a row says, as one text: equal for equal rows, whenever stored."""
    told = [f"coalesce(CAST({column} AS VARCHAR), chr(30))" for column in _CONTENT]
    told += [
        f"coalesce(chr(31) || '{name}=' || \"segment_{name}\", '')" for name in sorted(attributes)
    ]
    return " || chr(31) || ".join(told[: len(_CONTENT)]) + "".join(
        f" || {text}" for text in told[len(_CONTENT) :]
    )


def delivery(attributes: Sequence[str]) -> str:
    """Return SQL for the number by which a repeat is known: of the id, or of the content.

    An id that is also the key is not stored twice, and a content is read back from its columns.
    """
    told = f"CASE WHEN has_id THEN 'i' || key ELSE 'c' || {content(attributes)} END"
    return f"coalesce(delivery, CAST(md5_number_lower({told}) AS UBIGINT))"


def _incoming(attributes: Sequence[str]) -> str:
    segments = [f'segment."{name}" AS "segment_{name}"' for name in attributes]
    columns = ", ".join(
        ["source", "key", "id", "coalesce(version, 0) AS version", "kind", "happened_at",
         "due_at", "resolved_at", "touchpoint", SUBJECT, "value", "unit", "outcome",
         "expected", "coalesce(weight, 1) AS weight", "evidence", "supersedes", *segments,
         "make_timestamp(recorded) AS recorded_at", "seq"]
    )  # fmt: skip
    made = f"md5(source || chr(31) || {content(attributes)})"
    return f"""
        CREATE TEMP TABLE incoming AS
        WITH read AS (SELECT {columns} FROM raw POSITIONAL JOIN numbers),
        keyed AS (
            SELECT * REPLACE (
                coalesce(key, id, CASE WHEN key IS NULL AND id IS NULL THEN {made} END) AS key)
            FROM read
        )
        SELECT * EXCLUDE (id), id IS NOT NULL AS has_id,
            CASE WHEN id <> key THEN CAST(md5_number_lower('i' || id) AS UBIGINT) END AS delivery,
            hash(source, key) AS hash,
            CAST((coalesce(resolved_at < happened_at, false))::INT
                + 2 * (happened_at > recorded_at + {_FUTURE})::INT AS UTINYINT) AS flags
        FROM keyed
    """
