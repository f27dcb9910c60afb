"""What adds up to uptime: exact, in whole seconds and fractions. Pure."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from troth.components.rules.combining import SEVERITY, Stretch
from troth.components.rules.results import Status, Weights

Interval = tuple[int, int]  # [starts, ends) in whole seconds since 1970
_WHOLE = Fraction(1)


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same instants as disjoint intervals in order; empty ones are left out."""
    found: list[Interval] = []
    for begin, end in sorted(one for one in intervals if one[0] < one[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def clipped(intervals: Iterable[Interval], span: Interval) -> list[Interval]:
    """Return the parts of intervals that lie in a span."""
    return [
        (max(begin, span[0]), min(end, span[1]))
        for begin, end in intervals
        if max(begin, span[0]) < min(end, span[1])
    ]


def length(intervals: Iterable[Interval]) -> int:
    """Return how many seconds the union of some intervals has."""
    return sum(end - begin for begin, end in union(intervals))


def at_least(stretches: Iterable[Stretch], status: Status) -> list[Interval]:
    """Return when it was as bad as `status` or worse. Maintenance counts as no such thing."""
    least = SEVERITY[status]
    return [
        (one.starts, one.ends)
        for one in stretches
        if SEVERITY[one.status] >= least and one.status is not Status.MAINTENANCE
    ]


def weight(status: Status, weights: Weights, *, announced: bool = True) -> Fraction | None:
    """Return how much of a second in a status counts as down; None where nothing is known."""
    if status is Status.NO_DATA:
        return None
    if status is Status.MAINTENANCE and not announced:
        return weights.unannounced
    return {
        Status.MAJOR: weights.major,
        Status.PARTIAL: weights.partial,
        Status.DEGRADED: weights.degraded,
        Status.MAINTENANCE: weights.maintenance,
    }.get(status, Fraction(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """The weights that count in [starts, ends)."""

    starts: int
    ends: int
    weights: Weights


def unexcused(regimes: Sequence[Regime]) -> tuple[Regime, ...]:
    """Return the same as if no maintenance had been announced: for the raw figure."""
    return tuple(
        replace(one, weights=replace(one.weights, maintenance=one.weights.unannounced))
        for one in regimes
    )


@dataclass(frozen=True, slots=True)
class Sum:
    """Seconds of which something is known, and of these the weighted ones down: parts / scale."""

    known: int = 0
    parts: int = 0
    scale: int = 1

    @property
    def down(self) -> Fraction:
        return Fraction(self.parts, self.scale)

    @property
    def share(self) -> Fraction | None:
        """Return the uptime; None where nothing is known."""
        if not self.known:
            return None
        if not self.parts:
            return _WHOLE
        whole = self.known * self.scale
        return Fraction(whole - self.parts, whole)


Piece = tuple[int, int, Status, int | None]  # starts, ends, status, parts a second; None: unknown


class Weighing:
    """Weighs seconds in whole numbers: each is worth so many parts of the common `scale`."""

    def __init__(self, regimes: Sequence[Regime]) -> None:
        self._regimes = tuple(regimes)
        every = [value for one in regimes for value in _shares(one.weights)]
        self.scale = math.lcm(*(value.denominator for value in every))
        self._known: dict[tuple[int, Status, bool], int | None] = {}

    def pieces(self, stretches: Iterable[Stretch]) -> list[Piece]:
        """Return the stretches with what each second of them is worth, cut where that changes."""
        found: list[Piece] = []
        only = len(self._regimes) == 1
        for one in stretches:
            status, announced = one.told.status, one.told.announced
            if only or status is Status.OPERATIONAL or status is Status.NO_DATA:
                worth = self._worth(0, status, announced)
                found.append((one.starts, one.ends, status, worth))
            else:
                found += self._cut(one)
        return found

    def _cut(self, one: Stretch) -> Iterator[Piece]:
        for number, regime in enumerate(self._regimes):
            starts, ends = max(one.starts, regime.starts), min(one.ends, regime.ends)
            if starts < ends:
                worth = self._worth(number, one.status, one.told.announced)
                yield starts, ends, one.status, worth

    def _worth(self, number: int, status: Status, announced: bool) -> int | None:  # noqa: FBT001
        key = (number, status, announced)
        if key not in self._known:
            share = weight(status, self._regimes[number].weights, announced=announced)
            self._known[key] = None if share is None else int(share * self.scale)
        return self._known[key]

    def added(self, stretches: Iterable[Stretch]) -> Sum:
        """Add up stretches, each second by the weights that counted at that time."""
        known = parts = 0
        for starts, ends, _, worth in self.pieces(stretches):
            if worth is not None:
                known += ends - starts
                parts += (ends - starts) * worth
        return Sum(known, parts, self.scale)


def _shares(weights: Weights) -> Iterator[Fraction]:
    return (Fraction(getattr(weights, name)) for name in weights.__slots__)


def cut(stretches: Iterable[Stretch], span: Interval) -> list[Stretch]:
    """Return the parts of stretches that lie in a span."""
    begin, end = span
    return [
        one
        if begin <= one.starts and one.ends <= end
        else Stretch(starts=max(one.starts, begin), ends=min(one.ends, end), told=one.told)
        for one in stretches
        if one.starts < end and begin < one.ends and one.starts < one.ends
    ]
