"""The counts of one window: raw, and what is left once exclusions are taken out. Exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from troth.promises.rules import figures
from troth.promises.rules.frames import Column, Era, Frame
from troth.promises.rules.results import Count, Excluded
from troth.promises.rules.slices import Slices, filled
from troth.promises.rules.terms import Terms

NOTHING = Count()


@dataclass(frozen=True, slots=True)
class Counted:
    """`raw` and `count` (adjusted), how many may fail, and what the exclusions came to.

    `allowed` is B = the sum of (1 - T) · N over the versions. `breaks_zero` says that a case
    failed for which 100 % had been promised. `applied` names the categories within their cap.
    """

    raw: Count
    count: Count
    allowed: Fraction
    breaks_zero: bool
    excluded: tuple[Excluded, ...] = ()
    applied: tuple[str, ...] = ()
    unknown: int = 0


def counted(
    terms: Terms, eras: Sequence[Era], place: Frame, slices: Slices | None = None
) -> Counted:
    """Count a window: raw, minus each category of exclusion that is within its cap."""
    if len(eras) == 1 and not terms.categories and slices is None:
        found = eras[0].column("judged", place.grain).count(place.first, place.end)
        return _counted(found, eras, [found])
    counting = _Counting(eras, place, slices, terms.needs.no_data)
    raws, unknown = counting.by_era()
    raw, lefts, excluded = sum(raws, NOTHING), list(raws), []
    for category in terms.categories:
        outs, unseen = counting.by_era(category.name)
        out = sum(outs, NOTHING)
        applied = category.cap is None or out.total <= category.cap * raw.total
        excluded.append(Excluded(category.name, out.good, out.total, category.cap, applied))
        if applied:
            lefts = [left - part for left, part in zip(lefts, outs, strict=True)]
            unknown -= unseen
    return _counted(raw, eras, lefts, tuple(excluded), unknown)


def _counted(
    raw: Count,
    eras: Sequence[Era],
    lefts: Sequence[Count],
    excluded: tuple[Excluded, ...] = (),
    unknown: int = 0,
) -> Counted:
    pairs = list(zip(eras, lefts, strict=True))
    return Counted(
        raw=raw,
        count=lefts[0] if len(lefts) == 1 else sum(lefts, NOTHING),
        allowed=sum((era.tolerance * left.total for era, left in pairs), Fraction(0)),
        breaks_zero=any(not era.tolerance and left.good < left.total for era, left in pairs),
        excluded=excluded,
        applied=tuple(part.category for part in excluded if part.applied),
        unknown=unknown,
    )


@dataclass(frozen=True, slots=True)
class _Counting:
    eras: Sequence[Era]
    place: Frame
    slices: Slices | None
    no_data: str

    def by_era(self, category: str = "") -> tuple[list[Count], int]:
        """Return the counts, slices without data filled in, and how many of these stay unknown."""
        part, place = f"excluded:{category}" if category else "judged", self.place
        counts = [era.column(part, place.grain).count(place.first, place.end) for era in self.eras]
        if self.slices is None or not counts:
            return counts, 0
        missing = self.slices.missing(self.eras, place, category)
        counts[-1] = filled(counts[-1], missing, self.no_data)
        return counts, missing if self.no_data == "unknown" else 0


def adjusted(
    eras: Sequence[Era], applied: Sequence[str], grain: int, first: float, end: float
) -> Count:
    """Count the buckets that start at `first` or later and before `end`, exclusions applied."""
    if len(eras) == 1 and not applied:
        return eras[0].column("judged", grain).count(first, end)
    found = NOTHING
    for era in eras:
        found += era.column("judged", grain).count(first, end)
        for name in applied:
            found -= era.column(f"excluded:{name}", grain).count(first, end)
    return found


def dispersion(eras: Sequence[Era], applied: Sequence[str], place: Frame) -> float:
    """Return how uneven the buckets of the window are (figures.dispersion), exclusions applied."""
    if len(eras) == 1 and not applied:
        column = eras[0].column("judged", place.grain)
        return figures.dispersion(*column.part(place.first, place.end))
    rows: list[tuple[int, int, int]] = []
    for era in eras:
        rows += era.column("judged", place.grain).rows(place.first, place.end)
        for name in applied:
            out = era.column(f"excluded:{name}", place.grain).rows(place.first, place.end)
            rows += [(bucket, -good, -total) for bucket, good, total in out]
    merged = Column.of(rows)
    return figures.dispersion(merged.good, merged.total)
