"""What is known of one promise: how many cases were kept, by day and segment."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from troth.promises.scoring.constants import MEMORY

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
NO_SEGMENT = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Columns of equal length, by day: its ordinal, the segment's place, and what was counted.

    `tolerance` is the share that might fail as promised then: 1 - T.
    """

    day: Whole
    segment: Whole
    good: Whole
    total: Whole
    tolerance: Real

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, int, int, float]]) -> "Rows":
        """Make them from (day, segment, good, total, tolerance), in any order."""
        table = sorted(rows)
        columns = list(zip(*table, strict=True)) if table else [()] * 5
        day, segment, good, total = (np.array(c, dtype=np.int64) for c in columns[:4])
        return cls(day, segment, good, total, np.array(columns[4], dtype=np.float64))

    def where(self, mask: NDArray[np.bool_]) -> "Rows":
        return Rows(
            self.day[mask],
            self.segment[mask],
            self.good[mask],
            self.total[mask],
            self.tolerance[mask],
        )

    @property
    def bad(self) -> Whole:
        return self.total - self.good


@dataclass(frozen=True, slots=True)
class Evidence:
    """One promise as the score sees it.

    `promised` are (first day, tolerance) of its versions in order; `scale` is how much weight is
    worth one case (milliseconds are no cases). `retired` is the last day that counts. `segments`
    names the places of the rows; one without a split has one, the empty text.
    """

    slug: str
    name: str
    pillar: str
    rows: Rows
    promised: tuple[tuple[int, float], ...]
    segments: tuple[str, ...] = (NO_SEGMENT,)
    attribute: str = ""
    scale: int = 1
    retired: int | None = None
    excluded: int = 0  # cases taken out by signed exclusions

    @property
    def first(self) -> int | None:
        """The first day with a case, None before there is any."""
        seen = self.rows.day[self.rows.total > 0]
        return int(seen.min()) if len(seen) else None

    def tolerance(self, day: int) -> float:
        """Return the share that may fail as promised on a day; before the first, as in that."""
        place = bisect_right([first for first, _ in self.promised], day) - 1
        return self.promised[max(place, 0)][1]

    def standing_day(self, day: int) -> int:
        """Return the day on which its evidence stopped, or the day itself."""
        return day if self.retired is None else min(day, self.retired)


@dataclass(frozen=True, slots=True)
class Faded:
    """Rows up to a day with what each still weighs."""

    rows: Rows
    weight: Real = field(repr=False)

    @property
    def kept(self) -> float:
        return float(self.weight @ self.rows.good)

    @property
    def broken(self) -> float:
        return float(self.weight @ self.rows.bad)

    def where(self, mask: NDArray[np.bool_]) -> "Faded":
        return Faded(self.rows.where(mask), self.weight[mask])


def faded(rows: Rows, *, day: int, half_life: float) -> Faded:
    """Return what is remembered on a day: each row halves with every half-life (days)."""
    low = np.searchsorted(rows.day, day - half_life * MEMORY, side="right")
    high = np.searchsorted(rows.day, day, side="right")
    chosen = Rows(
        rows.day[low:high],
        rows.segment[low:high],
        rows.good[low:high],
        rows.total[low:high],
        rows.tolerance[low:high],
    )
    return Faded(chosen, np.exp2((chosen.day - day) / half_life))


def by_day(rows: Rows) -> tuple[Whole, Whole, Whole]:
    """Return (day, good, total) with all segments of a day added up."""
    if not len(rows.day):
        return rows.day, rows.good, rows.total
    starts = np.flatnonzero(np.r_[True, np.diff(rows.day) > 0])
    good, total = (np.add.reduceat(column, starts) for column in (rows.good, rows.total))
    return rows.day[starts], good, total
