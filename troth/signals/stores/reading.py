"""Reading the embedded store: one state of the manifest as relations for DuckDB."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import duckdb

from troth.core.windows import Span
from troth.signals.emission import DUCKDB, Dialect, micros
from troth.signals.models import SegmentFile
from troth.signals.stores import asking, listing, loading, manifest
from troth.signals.stores.asking import Need
from troth.signals.stores.duck import listed, quoted
from troth.signals.stores.manifest import Manifest

_TIMES = ("happened_at", "due_at", "resolved_at", "recorded_at", "replaced_at")
_BATCH = 100_000
_SUBJECT = "CAST(s.subject AS VARCHAR)"  # older files of nobody's subjects tell no type


class Reader:
    """Answers from one state of the manifest, on one connection."""

    dialect: Dialect = DUCKDB

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.manifest = Manifest()
        self.erased = manifest.erased()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()

    def columns(self, sql: str) -> list[Any]:
        return list(self.con.execute(sql).fetchnumpy().values())

    def batches(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        answer = self.con.execute(sql)
        while rows := answer.fetchmany(_BATCH):
            yield rows

    def limits(self) -> Span:
        return self.manifest.limits()

    def relation(self, need: Need) -> str:
        chosen = self.manifest.chosen(need.kinds, need.bounds)
        return self._read(chosen, need, self._current(need.as_of))

    def every(self, need: Need, chosen: Sequence[SegmentFile]) -> str:
        """Return SQL for all versions in the chosen files, whether they count or not."""
        return self._read(chosen, need, "true")

    def _read(self, chosen: Sequence[SegmentFile], need: Need, which: str) -> str:
        columns = [self._column(name) for name in sorted(need.columns)]
        columns += segment_columns(chosen, sorted(need.segments))
        where = [which, *_bounded(need.bounds), *_of_kinds(need.kinds)]
        return (
            f"SELECT {', '.join(columns)} FROM {self.scan(chosen)} AS s "
            f"WHERE {' AND '.join(filter(None, where))}"
        )

    def scan(self, chosen: Sequence[SegmentFile]) -> str:
        """Return SQL for all versions in the chosen files."""
        if not chosen:
            return EMPTY
        return f"read_parquet({listed(manifest.paths(chosen))}, union_by_name = true)"

    def attributes(self, kinds: Sequence[str]) -> list[str]:
        return sorted(manifest.attributes(self.manifest.chosen(kinds, {})))

    def versions(self, source: str, key: str, attributes: Sequence[str]) -> str:
        marks = f"SELECT seq, min(replaced_at) AS ends FROM {self.replaced()} GROUP BY seq"
        columns = [self._column(name) for name in (*listing.PLAIN, *listing.TIMES[:-1])]
        columns.append("epoch_us(least(s.replaced_at, m.ends)) AS replaced_at")
        columns += [f's."segment_{name}"' for name in attributes]
        return (
            f"SELECT {', '.join(columns)} FROM {self.scan(self.manifest.rows)} AS s "
            f"LEFT JOIN ({marks}) AS m ON m.seq = s.seq "
            f"WHERE s.source = {quoted(source)} AND s.key = {quoted(key)}"
        )

    def replaced(self) -> str:
        """Return SQL for what is replaced but not yet marked so in the rows' own files."""
        if not self.manifest.replaced:
            return "(SELECT 0::BIGINT AS seq, NULL::TIMESTAMP AS replaced_at WHERE false)"
        return f"read_parquet({listed(manifest.paths(self.manifest.replaced))})"

    def _column(self, name: str) -> str:
        if name in _TIMES:
            return f"epoch_us(s.{name}) AS {name}"
        if name == "subject":
            return f"{self.subject()} AS subject"
        return f"s.{name}"

    def subject(self) -> str:
        """Return SQL for the subject: null where it was forgotten after the row was recorded."""
        if not self.erased:
            return _SUBJECT
        whens = " OR ".join(
            f"({_SUBJECT} = {quoted(text)} AND s.recorded_at <= make_timestamp({at}))"
            for text, at in self.erased.items()
        )
        return f"CASE WHEN {whens} THEN NULL ELSE {_SUBJECT} END"

    def _current(self, as_of: datetime | None) -> str:
        known = self.manifest.replaced
        if as_of is None:
            absent = f" AND s.seq NOT IN (SELECT seq FROM {self.replaced()})" if known else ""
            return f"s.replaced_at IS NULL{absent}"
        then = f"make_timestamp({micros(as_of)})"
        absent = f"SELECT seq FROM {self.replaced()} WHERE replaced_at <= {then}"
        return f"s.recorded_at <= {then} AND (s.replaced_at IS NULL OR s.replaced_at > {then})" + (
            f" AND s.seq NOT IN ({absent})" if known else ""
        )


EMPTY = (
    "(SELECT {} WHERE false)".format(
        ", ".join(
            f"CAST(NULL AS {kind}) AS {name}"
            for name, kind in {
                **loading.COLUMNS, "recorded_at": "TIMESTAMP", "replaced_at": "TIMESTAMP",
                "seq": "BIGINT", "flags": "UTINYINT", "delivery": "UBIGINT", "has_id": "BOOLEAN",
            }.items()
        )
    )
)  # fmt: skip


def segment_columns(chosen: Sequence[SegmentFile], names: Sequence[str]) -> list[str]:
    """Return SQL for attributes: null where none of the files has a column for one."""
    known = manifest.attributes(chosen)
    return [
        f's."segment_{name}"' if name in known else f'CAST(NULL AS VARCHAR) AS "segment_{name}"'
        for name in names
    ]


def _bounded(bounds: asking.Bounds) -> list[str]:
    return [
        f"s.{column} > make_timestamp({after}) AND s.{column} <= make_timestamp({until})"
        for column, (after, until) in bounds.items()
    ]


def _of_kinds(kinds: Sequence[str]) -> list[str]:
    return [f"s.kind IN ({', '.join(quoted(kind) for kind in kinds)})"] if kinds else []
