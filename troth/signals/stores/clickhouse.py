"""The store beyond one machine: ClickHouse, reached by clickhouse-connect (or chDB in-process).

Repeats and replacements are found by the same SQL as in the embedded store, in DuckDB, over the
incoming rows and those that ClickHouse holds of the same cases. Rows go in under their seq and
nothing is ever inserted twice: what a crash makes us send again takes the place of itself.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
from django.conf import settings

from troth.core import ids
from troth.core.windows import Span
from troth.signals.emission import instant, micros
from troth.signals.models import Erasure
from troth.signals.store import (
    Added,
    Batch,
    CasePage,
    Columns,
    Excerpt,
    Extent,
    Filter,
    Heard,
    Question,
    Row,
    Statistics,
    Tally,
    Touched,
)
from troth.signals.stores import (
    asking,
    excerpts,
    hearing,
    janitor,
    listing,
    loading,
    manifest,
    resolving,
)
from troth.signals.stores.asking import Scope
from troth.signals.stores.cluster import REPLACED, SIGNALS, WANTED, Cluster, Reader, literal
from troth.signals.stores.duck import connection, quoted

_TIMES = ("happened_at", "due_at", "resolved_at", "recorded_at")
_PLAIN = (
    "source", "key", "version", "kind", "touchpoint", "subject", "value", "unit", "outcome",
    "expected", "weight", "evidence", "supersedes", "seq", "flags", "has_id", "delivery",
)  # fmt: skip


class ClickHouse:
    """The store at an address like clickhouse://user:password@host:8123/database."""

    def __init__(self, address: str) -> None:
        self.cluster = Cluster(address)

    def _reader(self) -> Reader:
        return Reader(self.cluster, manifest.erased())

    def add(self, batch: Batch, *, now: datetime) -> Added:  # noqa: ARG002 - rows bear their own
        with connection() as con:
            loading.load(con, batch, manifest.erased())
            resolving.want(con)
            theirs = self._find_older(con)
            repeated = resolving.resolve(con, ours=batch.attributes, theirs=theirs)
            touched = [Touched(*place) for place in resolving.touched(con)]
            [(rows,)] = con.sql("SELECT count(*) FROM accepted").fetchall()
            # What is replaced first: a row must not count beside the one that replaces it.
            self._insert(con, REPLACED, _MARKS)
            self._insert(con, SIGNALS, _accepted(batch.attributes))
        return Added(
            rows=int(rows), repeated=repeated, files=1, touched=touched, publish=_nothing,
            discard=_nothing,
        )  # fmt: skip

    def _insert(self, con: duckdb.DuckDBPyConnection, table: str, select: str) -> None:
        with _passing() as path:
            con.execute(f"COPY ({select}) TO {quoted(str(path))} (FORMAT parquet)")
            if con.sql(f"SELECT count(*) FROM read_parquet({quoted(str(path))})").fetchall()[0][0]:
                self.cluster.insert(table, path.read_bytes())

    def _find_older(self, con: duckdb.DuckDBPyConnection) -> list[str]:
        """Make `older` from what ClickHouse holds; return the names of the attributes in it."""
        mark = ids.new_id("ask")
        wanted = f"SELECT {quoted(mark)} AS asked, source, key FROM wanted"
        self._insert(con, WANTED, wanted)
        with _passing() as path:
            path.write_bytes(self.cluster.parquet(self._reader().older(mark, resolving.OLDER)))
            con.execute(f"CREATE TEMP TABLE found AS FROM read_parquet({quoted(str(path))})")
        names = con.sql("SELECT DISTINCT unnest(map_keys(segment)) FROM found ORDER BY 1")
        attributes = [name for (name,) in names.fetchall()]
        columns = [
            f"make_timestamp({name}) AS {name}" if name in (*_TIMES, "replaced_at")
            else f"CAST({name} AS BOOLEAN) AS {name}" if name == "has_id" else name
            for name in resolving.OLDER
        ]  # fmt: skip
        columns += [f'segment[{quoted(name)}] AS "segment_{name}"' for name in attributes]
        con.execute(f"CREATE TEMP TABLE older AS SELECT {', '.join(columns)} FROM found")
        return attributes

    def tally(
        self, questions: Sequence[Question], *, span: Span, zone: ZoneInfo, grain: int,
        as_of: datetime | None = None,
    ) -> list[list[Tally]]:  # fmt: skip
        return asking.answer(self._reader(), questions, Scope(span, zone, grain, as_of))

    def excerpt(self, asked: Excerpt) -> Columns:
        return excerpts.read(self._reader(), asked)

    def cases(
        self, chosen: Filter, *, order: str = "-happened_at", after: str | None = None,
        limit: int = 50,
    ) -> CasePage:  # fmt: skip
        return listing.page(self._reader(), chosen, listing.Place(order, after, limit))

    def history(self, *, source: str, key: str) -> list[Row]:
        return listing.history(self._reader(), source, key)

    def extent(self, kinds: Sequence[str] = ()) -> Extent | None:
        [row] = self.cluster.rows(
            "SELECT count(), min(happened_at), max(happened_at), min(recorded_at), "
            f"max(recorded_at) FROM {SIGNALS} AS s FINAL{_where(kinds)}"
        )
        if not row[0]:
            return None
        first, last, earliest, latest = map(instant, row[1:])
        return Extent(Span(first, last), Span(earliest, latest), int(row[0]))

    def heard(self, asked: Sequence[Heard]) -> list[datetime | None]:
        reader = self._reader()
        return hearing.in_all(reader, asked, reader.every)

    def sources(self) -> list[str]:
        return self.cluster.names(f"SELECT DISTINCT source FROM {SIGNALS}")

    def kinds(self) -> list[str]:
        return self.cluster.names(f"SELECT DISTINCT kind FROM {SIGNALS}")

    def segments(self, kinds: Sequence[str] = ()) -> list[str]:
        return self._reader().attributes(kinds)

    def tidy(self, *, now: datetime) -> int:  # noqa: ARG002 - ClickHouse merges by itself
        return 0

    def compact(self, *, now: datetime) -> int:
        """Take forgotten subjects from the table; merging is ClickHouse's own work."""
        forgotten = manifest.erased()
        for text, at in forgotten.items():
            self.cluster.command(
                f"ALTER TABLE {SIGNALS} UPDATE subject = NULL "
                f"WHERE subject = {literal(text)} AND recorded_at <= {at}"
            )
        if forgotten:
            janitor.settle_erasures(now=now)
        return len(forgotten)

    def retain(self, *, kind: str, before: datetime, now: datetime) -> int:  # noqa: ARG002
        which = f"kind = {literal(kind)} AND happened_at < {micros(before)}"
        [(count,)] = self.cluster.rows(f"SELECT count() FROM {SIGNALS} FINAL WHERE {which}")
        if count:
            self.cluster.command(f"ALTER TABLE {SIGNALS} DELETE WHERE {which}")
        return int(count)

    def forget(self, *, subject_hash: str, now: datetime) -> None:
        Erasure.objects.create(subject_hash=subject_hash, at=now)

    def statistics(self) -> Statistics:
        [(rows,)] = self.cluster.rows(f"SELECT count() FROM {SIGNALS} FINAL")
        [(replaced,)] = self.cluster.rows(f"SELECT uniqExact(seq) FROM {REPLACED}")
        [(files, size)] = self.cluster.rows(
            "SELECT count(), sum(bytes_on_disk) FROM system.parts WHERE active "
            f"AND database = currentDatabase() AND table IN ('{SIGNALS}', '{REPLACED}')"
        )
        return Statistics(int(rows), int(files), int(size or 0), int(replaced))


_MARKS = """
    SELECT seq, epoch_us(replaced_at) AS replaced_at FROM replaced
    UNION ALL
    SELECT seq, epoch_us(replaced_at) FROM accepted WHERE replaced_at IS NOT NULL
"""


def _accepted(attributes: Sequence[str]) -> str:
    entries = ", ".join(f"{{'k': {quoted(n)}, 'v': \"segment_{n}\"}}" for n in attributes)
    segment = "MAP {}::MAP(VARCHAR, VARCHAR)"
    if entries:
        segment = f"map_from_entries(list_filter([{entries}], lambda e: e.v IS NOT NULL))"
    columns = [*_PLAIN, *(f"epoch_us({name}) AS {name}" for name in _TIMES)]
    return f"SELECT {', '.join(columns)}, {segment} AS segment FROM accepted"


def _where(kinds: Sequence[str]) -> str:
    return f" WHERE kind IN ({', '.join(map(literal, kinds))})" if kinds else ""


@contextmanager
def _passing() -> Iterator[Path]:
    """Yield the path of a file on its way between the engines; subjects in it are hashes."""
    folder = Path(settings.TROTH.data_dir) / "duckdb"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        yield Path(place) / "rows.parquet"


def _nothing() -> None:
    """Do nothing: inserted rows count, and the same rows inserted again change nothing."""
