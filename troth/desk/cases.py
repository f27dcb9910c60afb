"""One case: everything that was ever said about it, and what each promise makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from troth.promises import cases, queries
from troth.promises.rules.results import Standing
from troth.signals.store import Row

_SHOWN = (
    "kind", "happened_at", "due_at", "resolved_at", "touchpoint", "subject", "value", "unit",
    "outcome", "expected", "weight", "evidence", "supersedes", "segment",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One signal of a case, and the fields in which it differs from the one before."""

    row: Row
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saying:
    """What one promise says of a case.

    `part` is kept, broken, pending, no_promise, or judged where a case alone decides nothing
    (slices of time, attestations). `excluded` names the category that leaves it out, if one does.
    """

    slug: str
    name: str
    part: str
    excluded: str = ""


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
    for standing in queries.standing():
        if kind not in queries.drill(standing.slug).kinds:
            continue
        part = cases.part_of(standing.slug, source=source, key=key, parts=_parts(standing))
        if part:
            excluded = _excluded(standing, source=source, key=key)
            found.append(Saying(standing.slug, standing.name, part, excluded))
    return found


def _parts(standing: Standing) -> tuple[str, ...]:
    """Return what to ask, in order: a case not yet due, or without a date, is not broken."""
    if standing.evaluator in {"timeslice", "attestation"}:
        return ("judged",)
    spec = queries.document(standing.slug)["spec"]
    dated = bool({"due", "clock"} & set(spec))
    return ("pending", "no_promise", "broken", "kept") if dated else ("broken", "kept")


def _excluded(standing: Standing, *, source: str, key: str) -> str:
    names = sorted(
        {one.category for window in standing.windows for one in window.excluded if one.total}
    )
    parts = [f"{cases.EXCLUDED}{name}" for name in names]
    return cases.part_of(standing.slug, source=source, key=key, parts=parts).partition(":")[2]


def _changed(before: Row, after: Row) -> tuple[str, ...]:
    return tuple(name for name in _SHOWN if getattr(before, name) != getattr(after, name))
