"""Which files the embedded store consists of, and which of them a question needs."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from django.conf import settings

from troth.core.windows import Span
from troth.signals.emission import instant, micros
from troth.signals.models import Erasure, SegmentFile
from troth.signals.stores.asking import Bounds

_RANGES = {
    "happened_at": ("first_happened", "last_happened"), "due_at": ("first_due", "last_due"),
    "resolved_at": ("first_resolved", "last_resolved"),
    "recorded_at": ("first_recorded", "last_recorded"),
}  # fmt: skip


def folder() -> Path:
    return Path(settings.TROTH.data_dir) / "signals"


class Manifest:
    """The files that counted when this was made: one reading, so that all parts agree."""

    def __init__(self) -> None:
        files = list(SegmentFile.objects.filter(removed_at=None).order_by("first_seq", "pk"))
        self.rows = [file for file in files if file.role == "rows"]
        self.replaced = [file for file in files if file.role == "replaced"]

    def chosen(self, kinds: Sequence[str], bounds: Bounds) -> list[SegmentFile]:
        """Return the files that can hold rows of these kinds within these bounds."""
        wanted = set(kinds)
        return [
            file for file in self.rows
            if (not wanted or not wanted.isdisjoint(file.kinds)) and _reaches(file, bounds)
        ]  # fmt: skip

    def limits(self) -> Span:
        """Return the earliest and latest instant in any column; a moment of 1970 when empty."""
        firsts = [getattr(f, first) for f in self.rows for first, _ in _RANGES.values()]
        lasts = [getattr(f, last) for f in self.rows for _, last in _RANGES.values()]
        low = min((at for at in firsts if at is not None), default=0)
        return Span(instant(low), instant(max((at for at in lasts if at is not None), default=low)))


def _reaches(file: SegmentFile, bounds: Bounds) -> bool:
    for column, (after, until) in bounds.items():
        first, last = (getattr(file, name) for name in _RANGES[column])
        if first is None or first > until or last <= after:
            return False
    return True


def attributes(files: Iterable[SegmentFile]) -> set[str]:
    return set().union(*(file.attributes for file in files))


def paths(files: Iterable[SegmentFile]) -> list[str]:
    """Return where files are; none of them needs quoting with care: we name them ourselves."""
    root = folder()
    return [str(root / file.path) for file in files]


def erased() -> dict[str, int]:
    """Return the hash of each forgotten subject, and until when (µs) its rows are forgotten."""
    found: dict[str, int] = {}
    for text, at in Erasure.objects.filter(done_at=None).values_list("subject_hash", "at"):
        found[text] = max(micros(at), found.get(text, micros(at)))
    return found
