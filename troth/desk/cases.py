"""One case: everything that was ever said about it, and what each promise makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from troth.promises import cases, queries
from troth.signals.store import Row

_SHOWN = (
    "kind", "happened_at", "due_at", "resolved_at", "touchpoint", "subject", "value", "unit",
    "outcome", "expected", "weight", "evidence", "supersedes", "segment",
)  # fmt: skip
_PARTS = ("broken", "kept", "pending", "no_promise")


@dataclass(frozen=True, slots=True)
class Told:
    """One signal of a case, and the fields in which it differs from the one before."""

    row: Row
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saying:
    """What one promise says of a case: kept, broken, pending or no_promise."""

    slug: str
    name: str
    part: str


def told(history: Sequence[Row]) -> list[Told]:
    """Return the signals of a case, newest first, each with what it changed."""
    found = []
    for index, row in enumerate(history):
        before = history[index - 1] if index else None
        found.append(Told(row, _changed(before, row) if before else ()))
    return found[::-1]


def sayings(*, source: str, key: str, kind: str) -> list[Saying]:
    """Return what each promise about cases of this kind says of one, those that count it."""
    found = []
    for promise in queries.promises():
        if promise.retired_at is None and kind in queries.drill(promise.slug).kinds:
            part = cases.part_of(promise.slug, source=source, key=key, parts=_PARTS)
            if part:
                found.append(Saying(promise.slug, promise.name, part))
    return found


def _changed(before: Row, after: Row) -> tuple[str, ...]:
    return tuple(name for name in _SHOWN if getattr(before, name) != getattr(after, name))
