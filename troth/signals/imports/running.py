"""The import itself: batches of a file are accepted one after the other, refusals go to a file."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from troth.core import clock
from troth.signals import actions, queries
from troth.signals.envelope import Signal
from troth.signals.imports.plan import Plan
from troth.signals.imports.problems import ImportProblem
from troth.signals.imports.reading import Batch, Reading, reading
from troth.signals.imports.refusedfile import RefusedFile, beside
from troth.signals.imports.summary import Summary

_ATTEMPTS: Final = 5
_PAUSE: Final = 0.5  # seconds, doubled at each attempt

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Terms:
    """`refused_to`: where refused lines go (none: beside the file). `dry_run` writes nothing."""

    dry_run: bool = False
    refused_to: Path | None = None
    progress: Progress = lambda done, size: None  # noqa: ARG005 - nobody watches


def run(*, path: Path, plan: Plan | None, terms: Terms) -> Summary:
    """Import one file and return what it came to. Raises ImportProblem.

    What has been accepted when a problem appears stays accepted: importing the file again, once
    it is mended, counts nothing twice.
    """
    summary = Summary(path.name)
    with reading(path, plan) as found:
        summary.unmapped = list(found.unmapped)
        target = terms.refused_to or beside(path, found.kind)
        with RefusedFile(target, found.columns, _delimiter(found)) as refused:
            for batch in found.batches:
                _take(batch, summary, terms)
                if not terms.dry_run:
                    _write(refused, batch)
        summary.refused_file = str(target) if refused.is_written else ""
    return summary


def seal_all() -> tuple[int, int]:
    """Seal until the inbox is empty; return (new rows, repeated ones) that were sealed here.

    A worker may be sealing as well: what it takes is not counted here.
    """
    new = known = idle = 0
    while queries.inbox_depth().batches and idle < _ATTEMPTS:
        sealed = actions.seal(now=clock.now())
        new += sealed.rows
        known += sealed.repeated
        if sealed.rows + sealed.repeated:
            idle = 0
        else:
            idle += 1
            time.sleep(_PAUSE)
    return new, known


def _delimiter(found: Reading) -> str:
    return "\t" if found.kind == "tsv" else ","


def _take(batch: Batch, summary: Summary, terms: Terms) -> None:
    now = clock.now()
    if batch.signals and not terms.dry_run:
        accept(list(batch.signals))
    summary.rows += len(batch.signals) + len(batch.refused) + batch.skipped
    summary.skipped += batch.skipped
    summary.note(batch.signals, now)
    summary.refuse(batch.refused)
    terms.progress(batch.done, batch.size)


def accept(signals: list[Signal]) -> None:
    """Take signals durably, and wait where there is no room. Raises ImportProblem."""
    for attempt in range(_ATTEMPTS):
        try:
            actions.accept(batches=[signals], door="import", now=clock.now())
        except actions.SpoolFull:
            seal_all()  # nobody else may be there to make room
        except actions.StoreBusy:
            time.sleep(_PAUSE * 2**attempt)
        except actions.DiskFull as error:
            raise ImportProblem(
                "The disk is full. What was accepted so far stays; import the file again when "
                "there is room."
            ) from error
        else:
            return
    raise ImportProblem("The database stayed busy. Import the file again; nothing counts twice.")


def _write(refused: RefusedFile, batch: Batch) -> None:
    for place, one in enumerate(batch.refused):
        why = (one.line, one.field, one.reason)
        if batch.cells:
            refused.row(batch.cells[place], why)
        else:
            refused.line(one.raw, why)
