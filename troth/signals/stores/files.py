"""Writing Parquet files that survive a power cut, and the manifest rows that describe them."""

from datetime import datetime
from pathlib import Path

import duckdb

from troth.core import ids, steps
from troth.core.durable import sync
from troth.signals.models import SegmentFile
from troth.signals.stores import manifest
from troth.signals.stores.duck import quoted

OPTIONS = (
    "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {level}, PARQUET_VERSION v2, "
    "ROW_GROUP_SIZE 122880"
)
SORTED = "kind, source, happened_at, seq"  # neighbours resemble each other: smaller, prunable
_RANGED = ("happened", "due", "resolved")


def write(
    con: duckdb.DuckDBPyConnection, select: str, *, role: str, level: int, now: datetime
) -> SegmentFile | None:  # fmt: skip
    """Write the rows of `select` to a new file, synced with its folder; None if there are none.

    The manifest row is returned unsaved: until it is saved, the file does not count.
    """
    path = Path(f"{now:%Y/%m/%d}") / f"{ids.new_id('sig')}.parquet"
    target = manifest.folder() / path
    target.parent.mkdir(parents=True, exist_ok=True)
    options = OPTIONS.format(level=1 if level == 0 else 3)
    con.execute(f"COPY ({select}) TO {quoted(str(target))} ({options})")
    step = "seal" if level == 0 else "compact"
    steps.reached(f"{step}.file-written")
    described = _described(con, target, role)
    if described is None:
        target.unlink()
        return None
    _sync(target)
    steps.reached(f"{step}.file-synced")
    return SegmentFile(
        path=str(path), role=role, level=level, size=target.stat().st_size, created_at=now,
        **described,
    )  # fmt: skip


def _described(con: duckdb.DuckDBPyConnection, target: Path, role: str) -> dict[str, object] | None:
    source = f"read_parquet({quoted(str(target))})"
    if role == "replaced":
        row = con.sql(f"SELECT count(*), min(seq), max(seq), 0, 0 FROM {source}").fetchall()[0]
        names = ("rows", "first_seq", "last_seq", "first_recorded", "last_recorded")
        return dict(zip(names, row, strict=True)) if row[0] else None
    columns = [name for name, *_ in con.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    asked = {
        "rows": "count(*)", "first_seq": "min(seq)", "last_seq": "max(seq)",
        "first_recorded": "epoch_us(min(recorded_at))",
        "last_recorded": "epoch_us(max(recorded_at))",
        **{f"first_{name}": f"epoch_us(min({name}_at))" for name in _RANGED},
        **{f"last_{name}": f"epoch_us(max({name}_at))" for name in _RANGED},
        "kinds": "list_sort(list(DISTINCT kind))", "sources": "list_sort(list(DISTINCT source))",
        "supersedes": "count(supersedes) > 0", "deliveries": "count(delivery) > 0",
    }  # fmt: skip
    row = con.sql(f"SELECT {', '.join(asked.values())} FROM {source}").fetchall()[0]
    prefix = "segment_"
    found = [name.removeprefix(prefix) for name in columns if name.startswith(prefix)]
    return {**dict(zip(asked, row, strict=True)), "attributes": found} if row[0] else None


def _sync(target: Path) -> None:
    """Make the file, its name and the folders above it durable."""
    for path in (target, *target.parents[:4]):
        sync(path)


def remove(file: SegmentFile | None) -> None:
    """Delete the file of a manifest row that was never saved, or is no longer needed."""
    if file is not None:
        (manifest.folder() / file.path).unlink(missing_ok=True)
