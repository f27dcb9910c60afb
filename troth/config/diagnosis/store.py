"""The signals on disk: can they be read, is everything there that is listed, and nothing else."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from troth.config.diagnosis.finding import Finding
from troth.signals import queries as signals
from troth.signals.models import SegmentFile

_GRACE = timedelta(hours=2)


def readable(*, now: datetime) -> Iterator[Finding]:  # noqa: ARG001 - every look is asked the same way
    extent = signals.store().extent(())
    if extent is None:
        yield Finding("store", "ok", "the store answers; it holds no signals yet")
    else:
        days = f"from {extent.happened.start:%Y-%m-%d} to {extent.happened.end:%Y-%m-%d}"
        text = f"the store answers: {extent.rows:,} signals, {days}"
        yield Finding("store", "ok", text)


def listed(*, now: datetime) -> Iterator[Finding]:  # noqa: ARG001
    if settings.TROTH.signal_store != "embedded":
        return
    sizes = dict(SegmentFile.objects.filter(removed_at=None).values_list("path", "size"))
    bad = [path for path, size in sizes.items() if _size(folder() / path) != size]
    if bad:
        text = f"{len(bad)} of {len(sizes)} listed files are missing or cut, for example {bad[0]}"
        yield Finding("files", "problem", f"{text}: restore a backup")
    else:
        yield Finding("files", "ok", f"{len(sizes)} listed, each of them there and whole")


def _size(file: Path) -> int | None:
    return file.stat().st_size if file.is_file() else None


def strays(*, now: datetime) -> Iterator[Finding]:
    if settings.TROTH.signal_store != "embedded" or not folder().is_dir():
        return
    known = set(SegmentFile.objects.values_list("path", flat=True))
    oldest = (now - _GRACE).timestamp()
    found = [
        path
        for path in folder().rglob("*.parquet")
        if str(path.relative_to(folder())) not in known and path.stat().st_mtime < oldest
    ]
    if found:
        text = f"{len(found)} files are in no list, for example {found[0].name}; the worker removes"
        yield Finding("files", "note", f"{text} them")


def folder() -> Path:
    path: Path = settings.TROTH.data_dir / "signals"
    return path
