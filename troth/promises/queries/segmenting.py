"""The same evidence by segment: promises split by the first attribute that they declare.

Counted from the signals, as `troth.promises.queries.drills.by_segment` does.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from troth.core import clock, windows
from troth.metrics.rules import Measure
from troth.promises.models import Promise
from troth.promises.queries import dockets, readings
from troth.promises.queries.evidence import Row, opinions_of, ordinal, within_caps
from troth.promises.queries.opinions import Opinion
from troth.promises.queries.regimes import begun
from troth.promises.rules import measures
from troth.promises.scoring.evidence import NO_SEGMENT, Evidence, Rows
from troth.signals.store import Tally

MOST = 50
OTHERS = "…"  # the segments beyond the largest ones, together

Cell = tuple[int, str, int, int, float]  # day, segment, good, total, share that might fail


def split(
    found: Sequence[Evidence], *, at: datetime | None = None, as_of: datetime | None = None
) -> list[Evidence]:
    """Return the same evidence with rows by segment; what no segment explains stays in `OTHERS`."""
    now = clock.now()
    slugs = [each.slug for each in found if each.retired is None]
    loaded = dockets.load(list(Promise.objects.filter(slug__in=slugs)))
    held = opinions_of(loaded, at=at, as_of=as_of, now=now)
    return _split(found, held, at or as_of or now, as_of)


@dataclass(frozen=True, slots=True)
class _Ask:
    """One measure of one regime, to be asked by segment; `sign` -1 takes its cases out."""

    slug: str
    sign: int
    tolerance: float
    measure: Measure


def _split(
    found: Sequence[Evidence], held: Sequence[Opinion], at: datetime, as_of: datetime | None
) -> list[Evidence]:
    """Return the same with rows by segment; what no segment explains stays in none."""
    split = {o.docket.promise.slug: o for o in held if o.terms.segments}
    asks: dict[ZoneInfo, list[_Ask]] = defaultdict(list)
    for opinion in split.values():
        asks[opinion.terms.tz] += list(_asks(opinion))
    cells: dict[str, list[Cell]] = defaultdict(list)
    for zone, asked in asks.items():
        for ask, tallies in zip(asked, _answers(asked, zone, at, as_of), strict=True):
            cells[ask.slug] += [_cell(ask, tally, zone) for tally in tallies]
    return [
        _by_segment(each, cells[each.slug], split[each.slug].terms.segments[0])
        if each.slug in split and cells[each.slug]
        else each
        for each in found
    ]


def _asks(opinion: Opinion) -> Iterator[_Ask]:
    applied = within_caps(opinion.eras, opinion.terms)
    taken = opinion.docket.taken(opinion.as_of)
    for regime in begun(opinion.docket.regimes(opinion.at, opinion.as_of), opinion.at):
        parts = measures.parts(regime.terms, regime.bounds, taken)
        tolerance = float(Fraction(1) - regime.terms.target)
        for name, sign in (("judged", 1), *((f"excluded:{each}", -1) for each in applied)):
            measure = parts.get((name, windows.DAY))
            if measure is not None and not measure.slice:
                by = replace(measure, by=(opinion.terms.segments[0],))
                yield _Ask(opinion.docket.promise.slug, sign, tolerance, by)


def _answers(
    asked: Sequence[_Ask], zone: ZoneInfo, at: datetime, as_of: datetime | None
) -> list[list[Tally]]:
    return readings.ask([ask.measure for ask in asked], zone, windows.DAY, at, as_of)


def _cell(ask: _Ask, tally: Tally, zone: ZoneInfo) -> Cell:
    day = ordinal(int(tally.bucket.timestamp()), zone)
    good, total = ask.sign * tally.good, ask.sign * tally.total
    return day, tally.segment[0] or NO_SEGMENT, good, total, ask.tolerance


def _by_segment(each: Evidence, cells: Sequence[Cell], attribute: str) -> Evidence:
    volume: dict[str, int] = defaultdict(int)
    for cell in cells:
        volume[cell[1]] += cell[3]
    largest = sorted(volume, key=lambda name: (-volume[name], name))[:MOST]
    places = {name: place for place, name in enumerate([*largest, OTHERS])}
    added: dict[tuple[int, int, float], list[int]] = defaultdict(lambda: [0, 0])
    known = {(day, tolerance) for day, _, _, _, tolerance in _listed(each.rows)}
    for day, name, good, total, tolerance in cells:
        if (day, tolerance) in known:
            one = added[day, places.get(name, len(largest)), tolerance]
            one[0], one[1] = one[0] + good, one[1] + total
    rows = [(day, place, *counts, tol) for (day, place, tol), counts in added.items()]
    rows += _unexplained(each.rows, added, len(largest))
    return replace(each, rows=Rows.of(rows), segments=tuple(places), attribute=attribute)  # type: ignore[arg-type]


def _unexplained(
    whole: Rows, added: Mapping[tuple[int, int, float], Sequence[int]], place: int
) -> list[Row]:
    """Return what the segments lack of the whole: cases that came between the two questions."""
    left = {(day, tol): [good, total] for day, _, good, total, tol in _listed(whole)}
    for (day, _, tolerance), counts in added.items():
        one = left[day, tolerance]
        one[0], one[1] = one[0] - counts[0], one[1] - counts[1]
    return [(day, place, g, n, tol) for (day, tol), (g, n) in left.items() if g or n]


def _listed(rows: Rows) -> Iterator[Row]:
    columns = (rows.day, rows.segment, rows.good, rows.total, rows.tolerance)
    yield from zip(*(column.tolist() for column in columns), strict=True)
