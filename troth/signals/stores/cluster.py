"""ClickHouse's side of the store: its tables, its client, and its relations."""

import os
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import clickhouse_connect
from sqlglot import exp

from troth.core.windows import Span
from troth.signals.emission import CLICKHOUSE, Dialect, instant, micros
from troth.signals.stores import listing
from troth.signals.stores.asking import Need

SIGNALS, REPLACED, WANTED = "troth_signals", "troth_replaced", "troth_wanted"
_TEXT = "LowCardinality(Nullable(String))"
# Made where they are not there yet: a cluster's owner may have made replicated ones before.
_TABLES = (
    f"""
    CREATE TABLE IF NOT EXISTS {SIGNALS} (
        source LowCardinality(String), key String, version Int64, kind LowCardinality(String),
        happened_at Int64 CODEC(DoubleDelta, ZSTD), due_at Nullable(Int64) CODEC(ZSTD),
        resolved_at Nullable(Int64) CODEC(ZSTD), touchpoint {_TEXT}, subject Nullable(String),
        segment Map(LowCardinality(String), String), value Nullable(Float64), unit {_TEXT},
        outcome {_TEXT}, expected Nullable(Float64), weight Int64, evidence Nullable(String),
        supersedes Nullable(String), recorded_at Int64 CODEC(DoubleDelta, ZSTD),
        seq Int64 CODEC(Delta, ZSTD), flags UInt8, has_id UInt8, delivery Nullable(UInt64),
        INDEX by_key key TYPE bloom_filter GRANULARITY 4,
        INDEX by_supersedes supersedes TYPE bloom_filter GRANULARITY 4
    ) ENGINE = ReplacingMergeTree
    PARTITION BY toYYYYMM(fromUnixTimestamp64Micro(happened_at, 'UTC'))
    ORDER BY (kind, happened_at, seq)
    """,
    f"""
    CREATE TABLE IF NOT EXISTS {REPLACED} (
        seq Int64, replaced_at SimpleAggregateFunction(min, Int64)
    ) ENGINE = AggregatingMergeTree ORDER BY seq
    """,
    f"""
    CREATE TABLE IF NOT EXISTS {WANTED} (
        asked String, source String, key String, at DateTime DEFAULT now()
    ) ENGINE = MergeTree ORDER BY (asked, key) TTL at + INTERVAL 1 HOUR
    """,
)
_SETTINGS = {
    "output_format_parquet_string_as_string": 1, "precise_float_parsing": 1,
    "max_partitions_per_insert_block": 0, "do_not_merge_across_partitions_select_final": 1,
    "transform_null_in": 0, "mutations_sync": 2, "max_query_size": 16_000_000,
    "max_ast_elements": 1_000_000, "max_expanded_ast_elements": 2_000_000,
}  # fmt: skip


def literal(text: str) -> str:
    """Return a text as an SQL literal of ClickHouse's."""
    return exp.Literal.string(text).sql(dialect="clickhouse")


class Cluster:
    """A connection to ClickHouse, opened when first needed and once a process."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._clients: dict[int, Any] = {}
        self._lock = threading.Lock()

    @property
    def client(self) -> Any:  # noqa: ANN401 - the client has no types of its own
        with self._lock:
            if os.getpid() not in self._clients:
                self._clients = {os.getpid(): self._open()}
            return self._clients[os.getpid()]

    def _open(self) -> Any:  # noqa: ANN401
        client = clickhouse_connect.get_client(
            dsn=self.address, settings=_SETTINGS, **_options(self.address)
        )
        for table in _TABLES:
            client.command(table)
        return client

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.client.query(sql).result_rows]

    def names(self, sql: str) -> list[str]:
        return sorted(str(name) for (name,) in self.rows(sql))

    def parquet(self, sql: str) -> bytes:
        return bytes(self.client.raw_query(sql, fmt="Parquet"))

    def insert(self, table: str, parquet: bytes) -> None:
        self.client.raw_insert(table, insert_block=parquet, fmt="Parquet")

    def command(self, sql: str) -> None:
        self.client.command(sql)


def _options(address: str) -> dict[str, Any]:
    """Return what keeps a server from tying us to one session, one question at a time."""
    return {} if address.startswith("chdb:") else {"autogenerate_session_id": False}


class Reader:
    """Answers from ClickHouse, with the subjects in `erased` hidden (hash → until, in µs)."""

    dialect: Dialect = CLICKHOUSE

    def __init__(self, cluster: Cluster, erased: dict[str, int]) -> None:
        self.cluster = cluster
        self.erased = erased

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.cluster.rows(sql)

    def columns(self, sql: str) -> list[Any]:
        return list(self.cluster.client.query(sql, column_oriented=True).result_columns)

    def batches(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        with self.cluster.client.query_row_block_stream(sql) as blocks:
            yield from (list(map(tuple, block)) for block in blocks)

    def limits(self) -> Span:
        names = ("happened_at", "due_at", "resolved_at", "recorded_at")
        asked = [f"{side}({name})" for side in ("min", "max") for name in names]
        [row] = self.rows(f"SELECT {', '.join(asked)} FROM {SIGNALS}")
        firsts = [at for at in row[: len(names)] if at]
        lasts = [at for at in row[len(names) :] if at]
        low = min(firsts, default=0)
        return Span(instant(low), instant(max(lasts, default=low)))

    def attributes(self, kinds: Sequence[str]) -> list[str]:
        where = f" WHERE kind IN ({', '.join(map(literal, kinds))})" if kinds else ""
        return self.cluster.names(
            f"SELECT DISTINCT arrayJoin(mapKeys(segment)) FROM {SIGNALS}{where}"
        )

    def relation(self, need: Need) -> str:
        columns = [self._column(name) for name in sorted(need.columns)]
        columns += [_segment(name) for name in sorted(need.segments)]
        where = [self._current(need.as_of), *_within(need)]
        return f"SELECT {', '.join(columns)} FROM {SIGNALS} AS s FINAL WHERE {' AND '.join(where)}"

    def every(self, need: Need) -> str:
        """Return SQL for all versions. What was inserted twice is there twice: it is the same."""
        columns = [self._column(name) for name in sorted(need.columns)]
        columns += [_segment(name) for name in sorted(need.segments)]
        where = " AND ".join(["1", *_within(need)])
        return f"SELECT {', '.join(columns)} FROM {SIGNALS} AS s WHERE {where}"

    def versions(self, source: str, key: str, attributes: Sequence[str]) -> str:
        names = (*listing.PLAIN, *listing.TIMES[:-1])
        columns = [*map(self._column, names), "nullIf(m.ends, 0) AS replaced_at"]
        columns += [_segment(name) for name in attributes]
        return (
            f"SELECT {', '.join(columns)} FROM {SIGNALS} AS s FINAL "
            f"LEFT JOIN ({_marks(source, key)}) AS m ON m.seq = s.seq "
            f"WHERE s.source = {literal(source)} AND s.key = {literal(key)}"
        )

    def older(self, mark: str, names: Sequence[str]) -> str:
        """Return SQL for the rows of the cases that were asked for, and those that claim one."""
        columns = ", ".join(
            "nullIf(m.ends, 0) AS replaced_at" if name == "replaced_at" else self._column(name)
            for name in (*names, "segment")
        )
        asked = f"SELECT source, key FROM {WANTED} WHERE asked = {literal(mark)}"
        claimed = (
            f"s.supersedes IS NOT NULL AND (s.source, assumeNotNull(s.supersedes)) IN ({asked})"
        )
        which = f"(s.source, s.key) IN ({asked}) OR ({claimed})"
        seqs = f"SELECT seq FROM {SIGNALS} AS s WHERE {which}"
        marks = _ends_of(seqs)
        return (
            f"SELECT {columns} FROM {SIGNALS} AS s FINAL LEFT JOIN ({marks}) AS m "
            f"ON m.seq = s.seq WHERE {which}"
        )

    def _column(self, name: str) -> str:
        if name == "subject" and self.erased:
            whens = " OR ".join(
                f"(s.subject = {literal(text)} AND s.recorded_at <= {at})"
                for text, at in self.erased.items()
            )
            return f"CASE WHEN {whens} THEN NULL ELSE s.subject END AS subject"
        if name == "replaced_at":
            return "CAST(NULL AS Nullable(Int64)) AS replaced_at"
        return f"s.{name} AS {name}"

    def _current(self, as_of: datetime | None) -> str:
        if as_of is None:
            return f"s.seq NOT IN (SELECT seq FROM {REPLACED})"
        then = micros(as_of)
        gone = f"SELECT seq FROM {REPLACED} WHERE replaced_at <= {then}"
        return f"s.recorded_at <= {then} AND s.seq NOT IN ({gone})"


def _segment(name: str) -> str:
    told = literal(name)
    return f"if(mapContains(s.segment, {told}), s.segment[{told}], NULL) AS segment_{name}"


def _within(need: Need) -> list[str]:
    found = [
        f"s.{column} > {after} AND s.{column} <= {until}"
        for column, (after, until) in need.bounds.items()
    ]
    if need.kinds:
        found.append(f"s.kind IN ({', '.join(map(literal, need.kinds))})")
    return found


def _marks(source: str, key: str) -> str:
    which = f"source = {literal(source)} AND key = {literal(key)}"
    return _ends_of(f"SELECT seq FROM {SIGNALS} WHERE {which}")


def _ends_of(seqs: str) -> str:
    ends = f"SELECT seq, min(replaced_at) AS ends FROM {REPLACED}"
    return f"{ends} WHERE seq IN ({seqs}) GROUP BY seq"
