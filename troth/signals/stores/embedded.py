"""The embedded store: Parquet files listed in the state database, read by DuckDB in memory."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from troth.core.windows import Span
from troth.signals.emission import DUCKDB, Dialect, instant, micros
from troth.signals.models import Erasure, SegmentFile
from troth.signals.store import (
    Added,
    Batch,
    CasePage,
    Extent,
    Filter,
    Question,
    Row,
    Statistics,
    Tally,
    Touched,
)
from troth.signals.stores import asking, compaction, files, listing, loading, manifest, resolving
from troth.signals.stores.asking import Need, Scope
from troth.signals.stores.duck import connection, listed, quoted
from troth.signals.stores.manifest import Manifest

_TIMES = ("happened_at", "due_at", "resolved_at", "recorded_at", "replaced_at")


class Reader:
    """Answers from one state of the manifest, on one connection."""

    dialect: Dialect = DUCKDB

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.manifest = Manifest()
        self.erased = manifest.erased()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()

    def limits(self) -> Span:
        return self.manifest.limits()

    def relation(self, need: Need) -> str:
        chosen = self.manifest.chosen(need.kinds, need.bounds)
        known = manifest.attributes(chosen)
        columns = [self._column(name) for name in sorted(need.columns)]
        columns += [
            f's."segment_{name}"' if name in known else f'CAST(NULL AS VARCHAR) AS "segment_{name}"'
            for name in sorted(need.segments)
        ]
        where = [self._current(need.as_of), *_bounded(need.bounds), *_of_kinds(need.kinds)]
        return (
            f"SELECT {', '.join(columns)} FROM {self.scan(chosen)} AS s "
            f"WHERE {' AND '.join(filter(None, where))}"
        )

    def scan(self, chosen: Sequence[SegmentFile]) -> str:
        """Return SQL for all versions in the chosen files."""
        if not chosen:
            return _EMPTY
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
        if name == "subject" and self.erased:
            return f"{self.subject()} AS subject"
        return f"s.{name}"

    def subject(self) -> str:
        """Return SQL for the subject: null where it was forgotten after the row was recorded."""
        if not self.erased:
            return "s.subject"
        whens = " OR ".join(
            f"(s.subject = {quoted(text)} AND s.recorded_at <= make_timestamp({at}))"
            for text, at in self.erased.items()
        )
        return f"CASE WHEN {whens} THEN NULL ELSE s.subject END"

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


_EMPTY = (
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


def _bounded(bounds: asking.Bounds) -> list[str]:
    return [
        f"s.{column} > make_timestamp({after}) AND s.{column} <= make_timestamp({until})"
        for column, (after, until) in bounds.items()
    ]


def _of_kinds(kinds: Sequence[str]) -> list[str]:
    return [f"s.kind IN ({', '.join(quoted(kind) for kind in kinds)})"] if kinds else []


class Embedded:
    """The store that needs nothing but a folder and the state database."""

    def add(self, batch: Batch, *, now: datetime) -> Added:
        with connection() as con:
            reader = Reader(con)
            loading.load(con, batch, reader.erased)
            _find_older(reader, supersedes=resolving.want(con))
            repeated = resolving.resolve(con)
            rows = f"SELECT * FROM accepted ORDER BY {files.SORTED}"
            marks = "SELECT seq, replaced_at FROM replaced ORDER BY seq"
            written = [
                files.write(con, rows, role="rows", level=0, now=now),
                files.write(con, marks, role="replaced", level=0, now=now),
            ]
            touched = [Touched(*place) for place in resolving.touched(con)]
        kept = [file for file in written if file is not None]
        return Added(
            rows=sum(file.rows for file in kept if file.role == "rows"), repeated=repeated,
            files=len(kept), touched=touched, publish=partial(_publish, kept),
            discard=partial(_discard, kept),
        )  # fmt: skip

    def tally(
        self, questions: Sequence[Question], *, span: Span, zone: ZoneInfo, grain: int,
        as_of: datetime | None = None,
    ) -> list[list[Tally]]:  # fmt: skip
        with connection() as con:
            return asking.answer(Reader(con), questions, Scope(span, zone, grain, as_of))

    def cases(
        self, chosen: Filter, *, order: str = "-happened_at", after: str | None = None,
        limit: int = 50,
    ) -> CasePage:  # fmt: skip
        with connection() as con:
            return listing.page(Reader(con), chosen, listing.Place(order, after, limit))

    def history(self, *, source: str, key: str) -> list[Row]:
        with connection() as con:
            return listing.history(Reader(con), source, key)

    def extent(self, kinds: Sequence[str] = ()) -> Extent | None:
        chosen = Manifest().chosen(kinds, {})
        if not chosen:
            return None
        first = instant(min(file.first_happened or 0 for file in chosen))
        last = instant(max(file.last_happened or 0 for file in chosen))
        recorded = (
            instant(min(file.first_recorded for file in chosen)),
            instant(max(file.last_recorded for file in chosen)),
        )
        return Extent(Span(first, last), Span(*recorded), sum(file.rows for file in chosen))

    def sources(self) -> list[str]:
        return sorted(set().union(*(file.sources for file in Manifest().rows)))

    def kinds(self) -> list[str]:
        return sorted(set().union(*(file.kinds for file in Manifest().rows)))

    def segments(self, kinds: Sequence[str] = ()) -> list[str]:
        return sorted(manifest.attributes(Manifest().chosen(kinds, {})))

    def compact(self, *, now: datetime) -> int:
        return compaction.compact(now=now)

    def retain(self, *, kind: str, before: datetime, now: datetime) -> int:
        return compaction.retain(kind=kind, before=before, now=now)

    def forget(self, *, subject_hash: str, now: datetime) -> None:
        Erasure.objects.create(subject_hash=subject_hash, at=now)

    def statistics(self) -> Statistics:
        known = Manifest()
        every = known.rows + known.replaced
        return Statistics(
            rows=sum(file.rows for file in known.rows), files=len(every),
            bytes=sum(file.size for file in every),
            replaced=sum(file.rows for file in known.replaced),
        )  # fmt: skip


def _find_older(reader: Reader, *, supersedes: bool) -> None:
    """Make `older`: the rows of the cases in `wanted`, and those that supersede such a case."""
    columns = ", ".join(
        "least(s.replaced_at, r.replaced_at) AS replaced_at" if name == "replaced_at"
        else f"s.{name}" for name in resolving.OLDER
    )  # fmt: skip
    every = reader.scan(reader.manifest.rows)
    claiming = reader.scan([file for file in reader.manifest.rows if file.supersedes])
    reader.con.execute(f"""
        CREATE TEMP TABLE older AS
        WITH found AS (
            SELECT {", ".join(resolving.OLDER)} FROM {every}
            WHERE key IN (SELECT key FROM wanted)
                AND hash(source, key) IN (SELECT hash FROM wanted)
            UNION
            SELECT {", ".join(resolving.OLDER)} FROM {claiming}
            WHERE supersedes IS NOT NULL
                AND hash(source, supersedes) IN (SELECT hash FROM wanted)
        ),
        marks AS (SELECT seq, min(replaced_at) AS replaced_at FROM {reader.replaced()} GROUP BY seq)
        SELECT {columns} FROM found s LEFT JOIN marks r USING (seq)
    """)


def _publish(written: Sequence[SegmentFile]) -> None:
    SegmentFile.objects.bulk_create(written)


def _discard(written: Sequence[SegmentFile]) -> None:
    for file in written:
        files.remove(file)
