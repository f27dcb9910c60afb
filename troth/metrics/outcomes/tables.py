"""Cases as columns, and who among them is the same: what every formula begins with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from troth.core.windows import Span
from troth.metrics.outcomes.results import Finding
from troth.signals.emission import instant, micros
from troth.signals.store import MISSING

Array = NDArray[Any]
Mask = NDArray[np.bool_]
NOBODY = -1
DAY = 86_400_000_000  # in µs, as every instant here
WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class Table:
    """Cases in order of `at` (µs), each standing for `weight`; `columns` as Store.excerpt gives.

    `excluded` says how many were left out, and why: of those that lie in the stretch `told` (µs,
    after the first, up to the second), which is the span that is asked about; None: of all.
    """

    at: NDArray[np.int64]
    weight: NDArray[np.int64]
    columns: Mapping[str, Array]
    excluded: Mapping[str, int] = field(default_factory=dict)
    told: tuple[int, int] | None = None

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    def only(self, mask: Mask, reason: str = "") -> "Table":
        """Return the cases where the mask is true; the others are told as left out for a reason."""
        excluded = dict(self.excluded)
        left_out = self.counted(~mask) if reason else 0
        if left_out:
            excluded[reason] = excluded.get(reason, 0) + left_out
        columns = {name: values[mask] for name, values in self.columns.items()}
        return Table(self.at[mask], self.weight[mask], columns, excluded, self.told)

    def counted(self, mask: Mask) -> int:
        """Return how many of these cases are told of as left out."""
        if self.told is None:
            return int(mask.sum())
        return int((mask & (self.at > self.told[0]) & (self.at <= self.told[1])).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a formula is told beside its tables: the span, the instant that asks, its options."""

    span: Span
    at: datetime
    options: Mapping[str, Any] = field(default_factory=dict)
    minimum: int = 1  # the least n for which a point of a curve is shown

    @property
    def start(self) -> int:
        return micros(self.span.start)

    @property
    def end(self) -> int:
        return micros(self.span.end)

    @property
    def now(self) -> int:
        return micros(self.at)


Tables = Mapping[str, Table]
Formula = Callable[[Tables, Context], Finding]


def empty(names: Mapping[str, str]) -> Table:
    """Return a table without cases: names → role of each column."""
    none = np.zeros(0, dtype=np.int64)
    kinds = {"number": np.float64, "time": np.int64, "condition": np.bool_}
    columns: dict[str, Array] = {
        name: np.zeros(0, dtype=kinds.get(role, np.object_)) for name, role in names.items()
    }
    return Table(none, none, columns)


def known(table: Table, name: str, reason: str) -> Table:
    """Return the cases that have this text or number; the others are left out for `reason`."""
    values = table[name]
    if values.dtype == np.object_:
        return table.only(np.array([value is not None for value in values], dtype=bool), reason)
    return table.only(~np.isnan(values), reason)


def numbered(*columns: Array) -> list[NDArray[np.int64]]:
    """Return texts as numbers from 0 on, the same text the same number in all columns."""
    numbers: dict[object, int] = {None: NOBODY}
    found = []
    for column in columns:
        codes = [numbers.setdefault(text, len(numbers) - 1) for text in column.tolist()]
        found.append(np.array(codes, dtype=np.int64))
    return found


def first_after(
    who: NDArray[np.int64], at: NDArray[np.int64],
    theirs: NDArray[np.int64], times: NDArray[np.int64],
) -> NDArray[np.int64]:  # fmt: skip
    """Return for each (who, at) the first of their instants that is not earlier, or MISSING."""
    found = np.full(len(who), MISSING, dtype=np.int64)
    if not len(who) or not len(theirs):
        return found
    every, ranks = np.unique(np.concatenate([at, times]), return_inverse=True)
    width = len(every) + 1
    keys = theirs * width + ranks[len(at) :]
    order = np.argsort(keys, kind="stable")
    places = np.searchsorted(keys[order], who * width + ranks[: len(at)])
    inside = places < len(order)
    candidates = order[np.minimum(places, len(order) - 1)]
    same = inside & (theirs[candidates] == who) & (who != NOBODY)
    found[same] = times[candidates[same]]
    return found


def one_currency(table: Table, name: str = "currency") -> Table:
    """Return the cases in the currency that most of them have: others cannot be added to them."""
    texts = np.array([text or "" for text in table[name].tolist()], dtype=object)
    units, counts = np.unique(texts, return_counts=True)
    if len(units) <= 1:
        return table
    kept, main = table, units[np.argmax(counts)]
    for unit in units[units != main].tolist():
        mask = np.array([(text or "") != unit for text in kept[name].tolist()], dtype=bool)
        kept = kept.only(mask, f"in {unit}" if unit else "without a currency")
    return kept


def month_of(at: int) -> str:
    return instant(at - 1).strftime("%Y-%m")


def merged(*tables: Table) -> dict[str, int]:
    """Return what was left out of all these tables, reason by reason."""
    told: dict[str, int] = {}
    for table in tables:
        for reason, count in table.excluded.items():
            told[reason] = told.get(reason, 0) + count
    return told
