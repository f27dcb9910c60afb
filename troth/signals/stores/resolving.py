"""Which rows repeat what is known, and since when each is replaced: the same for every adapter.

The rules are those of docs/decisions/010-cases.md. Both are functions of the set of rows, told in
the order of sealing; a row's `replaced_at` does not depend on what was sealed first.

* A row with an id repeats if its case already holds that id; a row without one if the row of its
  case and version that came last has the same content.
* A row is replaced by the first recorded of those rows of its case that outrank it by (version,
  recorded_at, seq), and by the first row of another case that names its case in `supersedes`,
  unless its own case has named that one in return, later and no later than this row.
"""

from collections.abc import Sequence
from datetime import date

import duckdb

from troth.signals.stores.loading import delivery

# What older rows must show, beside the attributes of the incoming ones and their own. `older` is
# a temporary table of these, made by the adapter.
OLDER = (
    "source", "key", "version", "recorded_at", "seq", "delivery", "has_id", "supersedes",
    "replaced_at", "kind", "happened_at", "due_at", "resolved_at", "touchpoint", "subject",
    "value", "unit", "outcome", "expected", "weight", "evidence",
)  # fmt: skip
_RIVAL = (
    "source", "key", "version", "recorded_at", "seq", "has_id", "supersedes", "kind",
    "happened_at", "due_at", "resolved_at",
)  # fmt: skip
_RANK = "version, recorded_at, seq"


def want(con: duckdb.DuckDBPyConnection) -> None:
    """Make `wanted` (source, key, hash): the cases whose older rows matter."""
    con.execute("""
        CREATE TEMP TABLE wanted AS
        SELECT source, key, hash FROM incoming
        UNION
        SELECT source, supersedes, hash(source, supersedes) FROM incoming
        WHERE supersedes IS NOT NULL
    """)


def resolve(con: duckdb.DuckDBPyConnection, *, ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Add to `incoming` its `replaced_at`, drop what repeats, and make `replaced`.

    `replaced` (seq, replaced_at and the columns of `touched`) lists older rows that are replaced
    earlier than was known. `ours` and `theirs` name the attributes of incoming and of older rows.
    Return the number of repeats.
    """
    con.execute("DELETE FROM older WHERE seq IN (SELECT seq FROM incoming)")
    con.execute("""
        CREATE TEMP TABLE contested AS
        SELECT hash FROM incoming GROUP BY hash HAVING count(*) > 1
        UNION SELECT hash(source, key) FROM older
        UNION SELECT hash(source, supersedes) FROM older WHERE supersedes IS NOT NULL
        UNION SELECT hash(source, supersedes) FROM incoming WHERE supersedes IS NOT NULL
    """)
    columns = ", ".join(_RIVAL)
    con.execute(f"""
        CREATE TEMP TABLE rivals AS
        SELECT {columns}, {delivery(theirs)} AS delivery, replaced_at AS known, false AS fresh
        FROM older
        UNION ALL
        SELECT {columns}, {delivery(ours)}, NULL, true FROM incoming
        WHERE hash IN (SELECT hash FROM contested) OR supersedes IS NOT NULL
    """)
    repeats = _drop_repeats(con)
    _replace(con)
    return repeats


def _drop_repeats(con: duckdb.DuckDBPyConnection) -> int:
    con.execute("""
        CREATE TEMP TABLE repeats AS
        SELECT seq FROM (
            SELECT seq, fresh, row_number() OVER (
                PARTITION BY source, key, delivery ORDER BY fresh, recorded_at, seq) AS nth
            FROM rivals WHERE has_id
        ) WHERE fresh AND nth > 1
    """)
    con.execute("""
        INSERT INTO repeats
        SELECT seq FROM (
            SELECT seq, fresh, has_id, delivery, lag(delivery) OVER before AS last_delivery,
                lag(has_id) OVER before AS last_has_id
            FROM rivals WHERE seq NOT IN (SELECT seq FROM repeats)
            WINDOW before AS (
                PARTITION BY source, key, version ORDER BY fresh, recorded_at, seq)
        ) WHERE fresh AND NOT has_id AND NOT last_has_id AND delivery = last_delivery
    """)
    [(count,)] = con.sql("SELECT count(*) FROM repeats").fetchall()
    if count:
        con.execute("DELETE FROM rivals WHERE seq IN (SELECT seq FROM repeats)")
    return int(count)


def _replace(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"""
        CREATE TEMP TABLE outcome AS
        WITH outranked AS (
            SELECT *, min(recorded_at) OVER (
                PARTITION BY source, key ORDER BY {_RANK}
                ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS by_version
            FROM rivals
        ),
        claims AS (
            SELECT source, key, supersedes, recorded_at, seq FROM rivals
            WHERE supersedes IS NOT NULL AND supersedes <> key
        ),
        superseded AS (
            SELECT r.seq, min(s.recorded_at) AS by_claim
            FROM rivals r JOIN claims s ON s.source = r.source AND s.supersedes = r.key
            WHERE NOT EXISTS (
                SELECT 1 FROM claims b
                WHERE b.source = r.source AND b.key = r.key AND b.supersedes = s.key
                    AND (b.recorded_at, b.seq) > (s.recorded_at, s.seq)
                    AND (b.recorded_at, b.seq) <= (r.recorded_at, r.seq)
            )
            GROUP BY r.seq
        )
        SELECT o.*, greatest(o.recorded_at, least(o.by_version, p.by_claim)) AS ends
        FROM outranked o LEFT JOIN superseded p USING (seq)
        WHERE least(o.by_version, p.by_claim) IS NOT NULL
    """)
    con.execute("""
        CREATE TEMP TABLE replaced AS
        SELECT seq, ends AS replaced_at, kind, happened_at, due_at, resolved_at FROM outcome
        WHERE NOT fresh AND (known IS NULL OR ends < known)
    """)
    con.execute("""
        CREATE TEMP TABLE accepted AS
        SELECT i.* EXCLUDE (hash), o.ends AS replaced_at
        FROM incoming i LEFT JOIN (SELECT seq, ends FROM outcome WHERE fresh) o USING (seq)
        WHERE i.seq NOT IN (SELECT seq FROM repeats)
    """)
    con.execute("DROP TABLE incoming")


def touched(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, date]]:
    """Return (kind, column, UTC day) of what came and of what it replaced, without repeats."""
    places = " UNION ".join(
        f"SELECT kind, '{column}' AS placed, CAST({column} AS DATE) AS day FROM {table} "
        f"WHERE {column} IS NOT NULL"
        for table in ("accepted", "replaced")
        for column in ("happened_at", "due_at", "resolved_at")
    )
    return con.sql(f"SELECT * FROM ({places}) ORDER BY ALL").fetchall()
