"""Of a change between two times, what came from rates and what from the mix. Pure.

Kitagawa (1955): with weights w and rates p before and after, a segment's rate part is
(w + w')/2 · (p' - p) and its mix part (w' - w) · ((p + p')/2 - m), m the mean of both wholes. The
parts add up to the whole change without a rest; `m` moves nothing, because weights add up to 1, and
says whether a segment that grew is better or worse than the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

Sums = tuple[float, int]  # an amount (good cases, or a sum of values), and the cases it is of


@dataclass(frozen=True, slots=True)
class Mixed:
    """One segment's part of a change: by its rate, and by its share of the cases."""

    name: str | None
    rate: Fraction
    mix: Fraction


def mixed(before: Mapping[str | None, Sums], after: Mapping[str | None, Sums]) -> list[Mixed]:
    """Return the parts of the change by segment; none where one of the two times has no case."""
    first, second = (_whole(one) for one in (before, after))
    if not first[1] or not second[1]:
        return []
    middle = (_rate(first) + _rate(second)) / 2
    names = [*before, *(name for name in after if name not in before)]
    pairs = ((name, before.get(name, (0, 0)), after.get(name, (0, 0))) for name in names)
    return [
        _part(name, was, came, (first[1], second[1], middle))
        for name, was, came in pairs
        if was[1] or came[1]
    ]


def _part(
    name: str | None, was: Sums, came: Sums, whole: tuple[int, int, Fraction]
) -> Mixed:  # fmt: skip
    """Return the rate and the mix part. A segment that is new or gone has no rate to change."""
    first, second, middle = whole
    w0, w1 = Fraction(was[1], first), Fraction(came[1], second)
    p0 = _rate(was) if was[1] else _rate(came)
    p1 = _rate(came) if came[1] else p0
    return Mixed(name, (w0 + w1) / 2 * (p1 - p0), (w1 - w0) * ((p0 + p1) / 2 - middle))


def _whole(found: Mapping[str | None, Sums]) -> tuple[Fraction, int]:
    return sum((Fraction(one[0]) for one in found.values()), Fraction(0)), sum(
        one[1] for one in found.values()
    )


def _rate(sums: tuple[float | Fraction, int]) -> Fraction:
    return Fraction(sums[0]) / sums[1]
