"""A file, read with a mapping, as batches of signals and refused lines. Nothing is written here."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from troth.signals import envelope
from troth.signals.doors import native
from troth.signals.doors.parsed import Terms
from troth.signals.doors.refused import Refused
from troth.signals.envelope import Signal
from troth.signals.imports import packed
from troth.signals.imports.asked import ask
from troth.signals.imports.compiled import Compiled, RowRefused
from troth.signals.imports.delimited import unusable
from troth.signals.imports.mapping import for_envelope
from troth.signals.imports.plan import FileTerms, Plan
from troth.signals.imports.problems import ImportProblem, listed
from troth.signals.imports.refusedfile import WHY
from troth.signals.imports.rows import Line
from troth.signals.imports.tables import Table, kind_of, table

BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Signals that are fine and lines that are not; `cells` has the refused rows, where rows are.

    `done` of `size` bytes of the file have been read.
    """

    signals: Sequence[Signal]
    refused: Sequence[Refused]
    cells: Sequence[Sequence[object]]
    skipped: int
    done: int
    size: int


@dataclass(frozen=True, slots=True)
class Reading:
    """`kind` is the file's; `columns` its columns, none for NDJSON in the envelope's own shape."""

    kind: str
    columns: Sequence[str]
    unmapped: Sequence[str]
    batches: Iterator[Batch]


@contextmanager
def reading(path: Path, plan: Plan | None) -> Iterator[Reading]:
    """Open a file to be read with a mapping, or, without one, in the envelope's own shape.

    Raises ImportProblem where the mapping leaves a question open: it is asked before the first
    row is taken.
    """
    terms = plan.file if plan else FileTerms()
    if plan is None and path.is_file() and kind_of(path, terms) == "ndjson":
        with packed.opened(path) as (inside, raw):
            size = path.stat().st_size
            batches = (
                Batch(part.signals, part.refused, (), 0, raw.tell(), size)
                for part in native.ndjson(inside, Terms())
            )
            yield Reading("ndjson", (), (), _undamaged(batches, path))
        return
    with table(path, terms) as first:
        plan = plan or for_envelope([name for name in first.columns if name not in WHY])
        _refuse_doubled(first.columns, plan)
        ask(first, plan)
    with table(path, terms) as found:
        used = {*plan.columns(), *WHY}
        unmapped = [name for name in found.columns if name not in used]
        yield Reading(found.kind, found.columns, unmapped, _batches(found, plan))


def _undamaged(batches: Iterator[Batch], path: Path) -> Iterator[Batch]:
    try:
        yield from batches
    except packed.DAMAGE as error:
        raise ImportProblem(f"{path.name} is damaged or cut short: {error}.") from error


def _refuse_doubled(columns: Sequence[str], plan: Plan) -> None:
    doubled = [name for name in unusable(columns) if name in plan.columns()]
    if doubled:
        raise ImportProblem(
            f"More than one column is called {listed(doubled)}; rename one, so that it is plain "
            "which is meant."
        )


def _batches(found: Table, plan: Plan) -> Iterator[Batch]:
    compiled = Compiled(plan, found.columns)
    while lines := list(islice(found.rows, BATCH)):
        yield _batch(lines, compiled, found)


def _batch(lines: Sequence[Line], compiled: Compiled, found: Table) -> Batch:
    signals, wrong = _signals(lines, compiled)
    skipped = len(lines) - len(signals) - len(wrong)
    places = list(signals)
    for refusal in envelope.refusals(list(signals.values())):
        wrong.setdefault(places[refusal.index], (refusal.field, refusal.reason))
    order = sorted(wrong)
    return Batch(
        signals=[one for place, one in signals.items() if place not in wrong],
        refused=[_refused(lines[place], wrong[place], found.columns) for place in order],
        cells=[lines[place].cells for place in order],
        skipped=skipped,
        done=found.read_bytes(),
        size=found.size,
    )


def _refused(line: Line, why: tuple[str, str], columns: Sequence[str]) -> Refused:
    """Return the row with its cells as one JSON object, as the list on the desk keeps it."""
    raw = b""
    with suppress(msgspec.MsgspecError, TypeError, ValueError):  # bytes that are no text
        raw = msgspec.json.encode(dict(zip(columns, line.cells, strict=False)))
    return Refused(line.number, *why, raw)


def _signals(
    lines: Sequence[Line], compiled: Compiled
) -> tuple[dict[int, Signal], dict[int, tuple[str, str]]]:
    """Return place → signal, and place → (field, reason) of what is refused."""
    signals: dict[int, Signal] = {}
    wrong: dict[int, tuple[str, str]] = {}
    for place, line in enumerate(lines):
        if line.fault:
            wrong[place] = line.fault
            continue
        try:
            signal = compiled.signal(line.cells)
        except RowRefused as error:
            wrong[place] = (error.field, error.reason)
        else:
            if signal is not None:
                signals[place] = signal
    return signals, wrong
