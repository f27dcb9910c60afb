"""What adds up to uptime: exact, in whole seconds and fractions. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


def weight(stretch: Stretch, weights: Weights) -> Fraction | None:
    """Return how much of each second counts as down; None where nothing is known."""
    status = stretch.status
    if status is Status.NO_DATA:
        return None
    if status is Status.MAINTENANCE and not stretch.told.announced:
        return weights.unannounced
    return of(status, weights)


def of(status: Status, weights: Weights) -> Fraction:
    """Return the declared weight of a status that says something."""
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


@dataclass(frozen=True, slots=True)
class Sum:
    """Seconds known and, weighted, down. `share` is the uptime; None where nothing is known."""

    known: int = 0
    down: Fraction = Fraction(0)

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.known + other.known, self.down + other.down)

    @property
    def share(self) -> Fraction | None:
        if not self.known:
            return None
        return 1 - self.down / self.known if self.down else _WHOLE


def cut(stretches: Iterable[Stretch], span: Interval) -> list[Stretch]:
    """Return the parts of stretches that lie in a span."""
    return [
        Stretch(starts=max(one.starts, span[0]), ends=min(one.ends, span[1]), told=one.told)
        for one in stretches
        if max(one.starts, span[0]) < min(one.ends, span[1])
    ]


def added(stretches: Iterable[Stretch], regimes: Sequence[Regime]) -> Sum:
    """Add up stretches, each second by the weights that counted at that time."""
    known, down = 0, Fraction(0)
    for one in stretches:
        if one.status is Status.NO_DATA:
            continue
        known += one.seconds
        if one.status is not Status.OPERATIONAL:
            down += _down(one, regimes)
    return Sum(known, down)


def _down(stretch: Stretch, regimes: Sequence[Regime]) -> Fraction:
    found = Fraction(0)
    for regime in regimes:
        seconds = min(stretch.ends, regime.ends) - max(stretch.starts, regime.starts)
        if seconds > 0:
            found += seconds * (weight(stretch, regime.weights) or 0)
    return found
