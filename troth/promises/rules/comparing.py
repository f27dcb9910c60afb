"""Two times compared: how much came from each segment's rate, how much from their mix. Pure.

Kitagawa (1955): with weights w and shares p before and after, a segment's rate part is
(w + w')/2 · (p' - p) and its mix part (w' - w) · ((p + p')/2 - m), m the mean of both wholes. The
parts add up to the whole change without a rest; `m` moves nothing, because weights add up to 1, and
says whether a segment that grew is better or worse than the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from troth.promises.rules.results import Count


@dataclass(frozen=True, slots=True)
class Side:
    """One segment, before and after, and what of the change it makes (shares of 1)."""

    name: str | None
    before: Count
    after: Count
    rate: float
    mix: float

    @property
    def both(self) -> float:
        return self.rate + self.mix


@dataclass(frozen=True, slots=True)
class Comparison:
    """`change` = `rate` + `mix`, exactly; `sides` the greatest part first."""

    before: Count
    after: Count
    change: float
    rate: float
    mix: float
    sides: tuple[Side, ...]


def compare(
    before: Mapping[str | None, Count], after: Mapping[str | None, Count]
) -> Comparison | None:
    """Compare the counts of two times by segment; None where one of them has no case."""
    first, second = sum(before.values(), Count()), sum(after.values(), Count())
    if not first.total or not second.total:
        return None
    middle = (_share(first) + _share(second)) / 2
    parts = []
    for name in [*before, *(name for name in after if name not in before)]:
        was, came = before.get(name, Count()), after.get(name, Count())
        if was.total or came.total:
            made = _parts(was, came, first.total, second.total, middle)
            parts.append((name, was, came, *made))
    rate = sum((part[3] for part in parts), Fraction(0))
    mix = sum((part[4] for part in parts), Fraction(0))
    sides = [Side(name, was, came, float(r), float(m)) for name, was, came, r, m in parts]
    return Comparison(
        first, second, float(_share(second) - _share(first)), float(rate), float(mix),
        tuple(sorted(sides, key=lambda one: -abs(one.both))),
    )  # fmt: skip


def _parts(
    was: Count, came: Count, before: int, after: int, middle: Fraction
) -> tuple[Fraction, Fraction]:
    """Return the rate and the mix part. A segment that is new or gone has no rate to change."""
    w0, w1 = Fraction(was.total, before), Fraction(came.total, after)
    p0 = _share(was) if was.total else _share(came)
    p1 = _share(came) if came.total else p0
    return (w0 + w1) / 2 * (p1 - p0), (w1 - w0) * ((p0 + p1) / 2 - middle)


def _share(count: Count) -> Fraction:
    return Fraction(count.good, count.total)
