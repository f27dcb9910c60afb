"""One alarm is one case: it opens once, stays open, and closes when things are as they were."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from troth.metrics.drift.panels import Flags

# What there is to be seen, in the order in which a list shows it.
KINDS = (
    "stack", "fade", "spike", "surprise", "predictability", "gap", "threshold", "no_data",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """Something seen of a row (a stream in one phase; -1: of all), by days counted from the first.

    `closed` None: it is open on the last day. `size` is how much worse than usual, in the unit of
    the reading. `rings` says that it is within the budget of false alarms; else it is only drawn.
    """

    row: int
    kind: str
    opened: int
    closed: int | None
    onset: int | None
    size: float
    rings: bool = True
    why_closed: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    contributors: tuple[dict[str, Any], ...] = ()
    segment: str = ""
    peak: "Peak | None" = None


@dataclass(frozen=True, slots=True)
class Peak:
    """The day on which an open case stood furthest from the usual; `score` in its own sigmas."""

    day: int
    score: float
    size: float
    contributors: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a row's case opened and closed; `closed` None: it has not."""

    row: int
    opened: int
    closed: int | None


def openings(over: Flags, back: Flags, *, alive: Flags | None = None) -> list[Opening]:
    """Return the cases of rows of days: opened by `over`, closed by `back`, one at a time.

    A case cannot close on the day on which it opens. Where `alive` ends (the last day of a phase),
    a case closes with it.
    """
    if not over.any():
        return []
    rows, days = over.shape
    opened = np.full(rows, -1, dtype=np.int64)
    found: list[Opening] = []
    busy = over.any(axis=1)
    for day in range(int(over.any(axis=0).argmax()), days):
        is_open = opened >= 0
        ends = back[:, day] if alive is None else back[:, day] | ~alive[:, day]
        for row in np.flatnonzero(is_open & ends):
            found.append(Opening(int(row), int(opened[row]), day))
            opened[row] = -1
        starts = ~is_open & over[:, day] & busy
        if alive is not None:
            starts &= alive[:, day]
        opened[starts] = day
    left = np.flatnonzero(opened >= 0)
    found += [Opening(int(row), int(opened[row]), None) for row in left]
    return sorted(found, key=lambda one: (one.opened, one.row))


def runs_of(flags: Flags, length: int) -> Flags:
    """Return where the last `length` days of a row all hold."""
    found = flags.copy()
    for step in range(1, length):
        found[:, step:] &= flags[:, :-step]
        found[:, :step] = False
    return found


def latest(flags: Flags) -> NDArray[np.int64]:
    """Return for each row the last day that holds, -1 where none does."""
    days = flags.shape[1]
    return np.where(flags.any(axis=1), days - 1 - np.argmax(flags[:, ::-1], axis=1), -1)
