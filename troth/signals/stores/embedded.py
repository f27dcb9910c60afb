"""The embedded store: Parquet files listed in the state database, read by DuckDB in memory."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from troth.core.windows import Span
from troth.signals.emission import instant
from troth.signals.models import Erasure, SegmentFile
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
    compaction,
    excerpts,
    files,
    hearing,
    listing,
    loading,
    manifest,
    resolving,
)
from troth.signals.stores.asking import Scope
from troth.signals.stores.duck import connection
from troth.signals.stores.known import known_cases
from troth.signals.stores.manifest import Manifest
from troth.signals.stores.reading import Reader, segment_columns


class Embedded:
    """The store that needs nothing but a folder and the state database."""

    def add(self, batch: Batch, *, now: datetime) -> Added:
        with connection() as con:
            reader = Reader(con)
            loading.load(con, batch, reader.erased)
            resolving.want(con)
            theirs = _find_older(reader)
            repeated = resolving.resolve(con, ours=batch.attributes, theirs=theirs)
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

    def excerpt(self, asked: Excerpt) -> Columns:
        with connection() as con:
            return excerpts.read(Reader(con), asked)

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

    def heard(self, asked: Sequence[Heard]) -> list[datetime | None]:
        with connection() as con:
            return hearing.by_file(Reader(con), asked)

    def sources(self) -> list[str]:
        return sorted(set().union(*(file.sources for file in Manifest().rows)))

    def kinds(self) -> list[str]:
        return sorted(set().union(*(file.kinds for file in Manifest().rows)))

    def segments(self, kinds: Sequence[str] = ()) -> list[str]:
        return sorted(manifest.attributes(Manifest().chosen(kinds, {})))

    def tidy(self, *, now: datetime) -> int:
        return compaction.tidy(now=now)

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


def _find_older(reader: Reader) -> list[str]:
    """Make `older`: the rows of the cases in `wanted`, and those that supersede such a case.

    Return the names of the attributes that it holds.
    """
    attributes = sorted(manifest.attributes(reader.manifest.rows))
    holding = known_cases.holding(reader.con, reader.manifest.rows)
    names = [*resolving.OLDER, *(f'"segment_{name}"' for name in attributes)]
    columns = ", ".join(
        "least(s.replaced_at, r.replaced_at) AS replaced_at" if name == "replaced_at"
        else f"s.{name}" for name in names
    )  # fmt: skip
    reader.con.execute(f"""
        CREATE TEMP TABLE found AS {_versions(reader, holding, attributes)}
        WHERE s.key IN (SELECT key FROM wanted)
            AND hash(s.source, s.key) IN (SELECT hash FROM wanted)
    """)
    claiming = [file for file in reader.manifest.rows if file.supersedes]
    reader.con.execute(f"""
        INSERT INTO found {_versions(reader, claiming, attributes)}
        WHERE s.supersedes IS NOT NULL AND s.seq NOT IN (SELECT seq FROM found)
            AND hash(s.source, s.supersedes) IN (SELECT hash FROM wanted)
    """)
    reader.con.execute(f"""
        CREATE TEMP TABLE older AS
        WITH marks AS (
            SELECT seq, min(replaced_at) AS replaced_at FROM {reader.replaced()} GROUP BY seq)
        SELECT {columns} FROM found s LEFT JOIN marks r USING (seq)
    """)
    return attributes


def _versions(reader: Reader, chosen: Sequence[SegmentFile], attributes: Sequence[str]) -> str:
    shown = {"subject": f"{reader.subject()} AS subject"}
    columns = [shown.get(name, f"s.{name}") for name in resolving.OLDER]
    columns += segment_columns(chosen, attributes)
    return f"SELECT {', '.join(columns)} FROM {reader.scan(chosen)} AS s"


def _publish(written: Sequence[SegmentFile]) -> None:
    SegmentFile.objects.bulk_create(written)


def _discard(written: Sequence[SegmentFile]) -> None:
    for file in written:
        files.remove(file)
