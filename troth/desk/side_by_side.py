"""Two times side by side: the whole, and what each part adds to the change. Values alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from troth.core.sheets import Cell, Row
from troth.metrics.drift.daily import Compared, Day, How, compared, figure, scatter
from troth.metrics.drift.mixing import Sums as Amounts
from troth.metrics.drift.mixing import mixed
from troth.metrics.outcomes.sides import Side

Sums = Mapping[str | None, Day]
LONGEST = 1096  # days of a time
COLUMNS = {
    "part": "VARCHAR", "is_all": "BOOLEAN", "unit": "VARCHAR", "earlier_from": "DATE",
    "earlier_to": "DATE", "earlier": "DOUBLE", "earlier_low": "DOUBLE", "earlier_high": "DOUBLE",
    "earlier_cases": "BIGINT", "later_from": "DATE", "later_to": "DATE", "later": "DOUBLE",
    "later_low": "DOUBLE", "later_high": "DOUBLE", "later_cases": "BIGINT", "change": "DOUBLE",
    "change_low": "DOUBLE", "change_high": "DOUBLE", "by_rate": "DOUBLE", "by_mix": "DOUBLE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Times:
    """First and last day of the earlier time, then of the later one."""

    first: date
    until: date
    against: date
    last: date

    @property
    def pairs(self) -> tuple[tuple[date, date], tuple[date, date]]:
        return (self.first, self.until), (self.against, self.last)

    @property
    def lasted(self) -> tuple[int, int]:
        before, after = self.pairs
        return (before[1] - before[0]).days + 1, (after[1] - after[0]).days + 1

    @property
    def problem(self) -> str:
        """Return in plain words why these cannot be compared, or ""."""
        if min(self.lasted) < 1:
            return "A time ends before it begins"
        if max(self.lasted) > LONGEST:
            return f"A time has {LONGEST:,} days at most"
        if self.until >= self.against:
            return "The earlier time must be over before the later one begins"
        return ""


@dataclass(frozen=True, slots=True)
class Part:
    """One value of an attribute in both times. `rate` and `mix` are None where cases are counted.

    Of a share or a mean they are its parts of the whole change; of a count `both` is the change.
    """

    name: str | None
    before: Side
    after: Side
    both: float
    rate: float | None = None
    mix: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """`head` is the whole in both times; `rate` and `mix` add up to its change."""

    head: Compared
    parts: tuple[Part, ...]
    rate: float | None = None
    mix: float | None = None


def side_by_side(
    wholes: tuple[Sequence[Day], Sequence[Day]], sums: tuple[Sums, Sums], how: How, times: Times
) -> Found:
    """Return two times side by side, whole and in parts, the greatest part of the change first.

    `wholes` are the days of each time, `sums` what each part came to in it.
    """
    head = compared(wholes, how, lasted=times.lasted)
    hows = [replace(how, scatter=scatter(one, how)) for one in wholes]
    parts = _parts(sums, hows, times.lasted)
    if how.reading == "count" or not parts:
        return Found(head, tuple(parts))
    rate, mix = (
        float(sum((Fraction(getattr(one, name) or 0) for one in parts), Fraction(0)))
        for name in ("rate", "mix")
    )
    return Found(head, tuple(parts), rate, mix)


def whole(pair: tuple[Sequence[Day], Sequence[Day]], how: How, times: Times) -> Found:
    """Return two times side by side that are not cut into parts."""
    return Found(compared(pair, how, lasted=times.lasted), ())


def merged(parts: Iterable[Sequence[Day]]) -> list[Day]:
    """Return the days of all parts together."""
    found: dict[date, Day] = {}
    for one in (day for days in parts for day in days):
        found[one.day] = found[one.day] + one if one.day in found else one
    return [found[day] for day in sorted(found)]


def _parts(
    pair: tuple[Sums, Sums], hows: Sequence[How], lasted: tuple[int, int]
) -> list[Part]:  # fmt: skip
    """Return each value in both times; none of a share or a mean where a time has no case."""
    first, second = pair
    nothing, how = Day(date.min), hows[0]
    made = {one.name: one for one in mixed(_of(first, how), _of(second, how))}
    found = []
    for name in [*first, *(name for name in second if name not in first)]:
        was, came = first.get(name, nothing), second.get(name, nothing)
        sides = (figure(was, hows[0], days=lasted[0]), figure(came, hows[1], days=lasted[1]))
        if how.reading == "count":
            both = came.total / lasted[1] - was.total / lasted[0]
            found.append(Part(name, sides[0], sides[1], both))
        elif name in made:
            rate, mix = made[name].rate, made[name].mix
            both = float(rate + mix)
            found.append(Part(name, sides[0], sides[1], both, float(rate), float(mix)))
    return sorted(found, key=lambda one: -abs(one.both))


def _of(sums: Mapping[str | None, Day], how: How) -> dict[str | None, Amounts]:
    if how.reading == "mean":
        return {name: (one.sum, one.n) for name, one in sums.items()}
    return {name: (one.good, one.total) for name, one in sums.items()}


def rows(found: Found, times: Times, unit: str) -> Iterator[Row]:
    """Yield the whole and then each part as a row of COLUMNS; changes of shares are of 1."""
    gap = found.head.gap
    ends = (gap.size, gap.low, gap.high) if gap else (None, None, None)
    head = found.head
    told = _told((head.before, head.after), times)
    yield ["", True, unit, *told, *ends, found.rate, found.mix]
    for one in found.parts:
        told = _told((one.before, one.after), times)
        yield [one.name, False, unit, *told, one.both, None, None, one.rate, one.mix]


def _told(sides: Iterable[Side], times: Times) -> list[Cell]:
    found: list[Cell] = []
    for (first, last), side in zip(times.pairs, sides, strict=True):
        found += [first, last, side.value, side.low, side.high, side.n]
    return found
