"""Streams side by side as columns of days: what everything else here works on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from troth.metrics.drift.normal import Array

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Panel:
    """Some streams over the same local days, a row each.

    `good`, `total` are what the share and the count are of; `n` and `sum` give the mean. `hours`
    is how long each day was (23, 24 or 25 hours): a count is judged by the hour. `readings` says of
    each stream "share", "mean" or "count", `worse` 1 where more is worse, else -1. `holidays` marks
    the days that its calendar calls so. `spoke` marks the days on which anything came of which a
    stream would have counted its cases; `silent` those of a count whose 0 is no count but silence.
    """

    first: date
    good: Array
    total: Array
    n: Array
    sum: Array
    hours: Array
    readings: tuple[str, ...]
    worse: Array
    holidays: Flags
    spoke: Flags
    silent: Flags

    @property
    def shape(self) -> tuple[int, int]:
        """Return how many streams and how many days."""
        return self.good.shape[0], self.good.shape[1]

    @property
    def weekdays(self) -> NDArray[np.int64]:
        """Return 0 (Monday) to 6 for each day."""
        return (self.first.weekday() + np.arange(self.shape[1])) % 7

    @property
    def months(self) -> NDArray[np.int64]:
        """Return 0 (January) to 11 for each day."""
        days = np.datetime64(self.first, "D") + np.arange(self.shape[1])
        return days.astype("datetime64[M]").astype(np.int64) % 12

    def of(self, rows: Sequence[int]) -> "Panel":
        """Return these streams alone."""
        chosen = list(rows)
        return Panel(
            self.first, self.good[chosen], self.total[chosen], self.n[chosen], self.sum[chosen],
            self.hours[chosen], tuple(self.readings[row] for row in chosen), self.worse[chosen],
            self.holidays[chosen], self.spoke[chosen], self.silent[chosen],
        )  # fmt: skip

    def until(self, days: int) -> "Panel":
        """Return the first `days` days alone."""
        return Panel(
            self.first, self.good[:, :days], self.total[:, :days], self.n[:, :days],
            self.sum[:, :days], self.hours[:, :days], self.readings, self.worse,
            self.holidays[:, :days], self.spoke[:, :days], self.silent[:, :days],
        )  # fmt: skip

    def volume(self) -> Array:
        """Return how many cases a day's reading stands on."""
        means = np.array([reading == "mean" for reading in self.readings])
        return np.where(means[:, None], self.n, self.total)

    def values(self) -> Array:
        """Return what is shown for each day: the share, the mean or the count; NaN: no data."""
        found = np.full(self.shape, np.nan)
        for kind, above, below in (("share", self.good, self.total), ("mean", self.sum, self.n)):
            rows = np.array([reading == kind for reading in self.readings])[:, None]
            np.divide(above, below, out=found, where=rows & (below > 0))
        counts = np.array([reading == "count" for reading in self.readings])
        found[counts] = np.where(self.silent[counts], np.nan, self.total[counts])
        return found

    def failures(self) -> Array:
        """Return, for shares, how many cases of each day went the worse way."""
        return np.where(self.worse[:, None] > 0, self.good, self.total - self.good)


def panel_of(  # noqa: PLR0913 - the columns of one
    *,
    first: date,
    good: Array,
    total: Array,
    n: Array | None = None,
    added: Array | None = None,
    reading: str = "share",
    more_is_worse: bool = False,
) -> Panel:
    """Return a panel of streams that are alike, in days of 24 hours and without holidays."""
    good, total = np.atleast_2d(good).astype(float), np.atleast_2d(total).astype(float)
    streams = good.shape[0]
    return Panel(
        first=first,
        good=good,
        total=total,
        n=np.zeros_like(good) if n is None else np.atleast_2d(n).astype(float),
        sum=np.zeros_like(good) if added is None else np.atleast_2d(added).astype(float),
        hours=np.full_like(good, 24.0),
        readings=(reading,) * streams,
        worse=np.full(streams, 1.0 if more_is_worse else -1.0),
        holidays=np.zeros(good.shape, dtype=bool),
        spoke=(total if n is None else total + np.atleast_2d(n)) > 0,
        silent=np.zeros(good.shape, dtype=bool),
    )
