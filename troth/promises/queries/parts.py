"""A promise by the local day, whole or in parts: by the values of an attribute, or one of them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from troth.core import clock
from troth.core.windows import TICK, Span, midnight
from troth.metrics import queries as metrics
from troth.metrics.drift.daily import Day, How
from troth.promises.queries import opinions, standings
from troth.promises.queries.drills import scene_of
from troth.promises.rules import measures
from troth.promises.rules.terms import Terms
from troth.signals import queries as signals
from troth.signals.store import Tally

Only = tuple[str, str | None]  # an attribute and its value; None: the cases that do not say it
LONGEST = 1096  # days that are read at once
_FEWEST = 10  # cases below which no share is told, whatever the promise asks for


def how_read(terms: Terms) -> How:
    """Return how the days of a promise are read as shares."""
    least = max(_FEWEST, terms.needs.cases)
    return How("share", "more", least, terms.counting.evidence)


def fewest(terms: Terms) -> int:
    """Return the least weight of cases of which a share is told."""
    return how_read(terms).minimum * terms.counting.evidence


def attributes(terms: Terms) -> tuple[str, ...]:
    """Return by what its cases can be told apart: nothing where they are not counted one by one."""
    if terms.evaluator == "attestation" or terms.counting.calendar:
        return ()
    return tuple(terms.segments)


def whole_days(
    slug: str, first: date, last: date, *, at: datetime | None = None, as_of: datetime | None = None
) -> list[Day]:
    """Return the days of a promise on which a case was judged, adjusted by its exclusions.

    No more than LONGEST days before `at` are read; none of a promise that is retired.
    """
    until = at or as_of or clock.now()
    held = standings.judged([slug], at=at, as_of=as_of)
    if not held:
        return []
    opinion = held[0]
    back = (until.astimezone(opinion.terms.tz).date() - first).days + 1
    found = opinions.strip(opinion, days=min(max(1, back), LONGEST))
    return [Day(one.date, one.good, one.total)
            for one in found if first <= one.date <= last and one.total]  # fmt: skip


def days_by(
    slug: str, *, attribute: str, span: Span, at: datetime | None = None,
    as_of: datetime | None = None,
) -> dict[str | None, list[Day]]:  # fmt: skip
    """Return the raw days of each value of an attribute, counted from the signals.

    Raises Promise.DoesNotExist, metrics' MeasureError.
    """
    found: dict[str | None, list[Tally]] = defaultdict(list)
    terms, tallies = _tallied(slug, span, at, as_of, by=attribute)
    for tally in tallies:
        found[tally.segment[0]].append(tally)
    return {value: _days(some, terms.tz) for value, some in found.items()}


def days_of(
    slug: str, *, only: Only, span: Span, at: datetime | None = None,
    as_of: datetime | None = None,
) -> list[Day]:  # fmt: skip
    """Return the raw days of the cases with one value of an attribute, oldest first.

    Raises Promise.DoesNotExist, metrics' MeasureError.
    """
    terms, tallies = _tallied(slug, span, at, as_of, only=only)
    return _days(tallies, terms.tz)


def let_go_before(terms: Terms, span: Span) -> datetime | None:
    """Return before when signals of a promise are kept no longer, where that is within the span.

    Days from then on are whole; of earlier ones nobody can tell the parts any more.
    """
    removed = signals.removed_until()
    kinds = terms.counting.kinds or tuple(removed)
    found = [removed[kind] for kind in kinds if kind in removed and removed[kind] > span.start]
    return max(found, default=None)


def span_between(first: date, last: date, zone: str) -> Span:
    """Return the span of the local days from the first to the last."""
    at = ZoneInfo(zone)
    return Span(midnight(first, at), midnight(last + timedelta(days=1), at))


def same(only: Only) -> str:
    """Return the condition that a case has this value of an attribute."""
    name, value = only
    if value is None:
        return f"segment.{name} is null"
    quoted = value.replace("'", "''")
    return f"segment.{name} = '{quoted}'"


def _tallied(  # noqa: PLR0913 - one argument for each thing that a question has
    slug: str, span: Span, at: datetime | None, as_of: datetime | None, *, by: str = "",
    only: Only | None = None,
) -> tuple[Terms, list[Tally]]:  # fmt: skip
    stage = scene_of(slug, None, at or min(span.end, clock.now()), as_of)
    found: list[Tally] = []
    for regime in stage.regimes:
        measure = measures.parts(regime.terms, regime.bounds, {}).get(("judged", 86_400))
        if measure is None:
            continue
        where = measures.joined(measure.where or "", same(only) if only else "") or None
        asked = replace(measure, where=where, by=(by,) if by else ())
        found += metrics.ask(
            measure=asked, span=span, zone=stage.terms.tz, grain=86_400, as_of=as_of, at=stage.at
        )
    return stage.terms, found


def _days(tallies: list[Tally], zone: ZoneInfo) -> list[Day]:
    sums: Mapping[date, list[int]] = defaultdict(lambda: [0, 0])
    for tally in tallies:
        one = sums[(tally.bucket + TICK).astimezone(zone).date()]
        one[0], one[1] = one[0] + tally.good, one[1] + tally.total
    return [Day(day, *sums[day]) for day in sorted(sums)]
