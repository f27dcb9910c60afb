"""Deadlines in business hours: reckoned case by case, because no engine knows the calendar.

A pause is a signal of kind "<kind>.paused": the clock of its case stands still from its
happened_at to its resolved_at, or for good while it has none. Its key is the case's own where it
comes from another source, else `case#1`, `case#2` …: the same key would be the case itself.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from troth.core import windows
from troth.core.windows import Span
from troth.promises.models import Calendar
from troth.promises.queries.circumstances import Look
from troth.promises.queries.regimes import Regime
from troth.promises.rules import calendars
from troth.promises.rules.calendars import Hours
from troth.promises.rules.frames import Column, Era
from troth.promises.rules.measures import PAUSED, Exclusions, Taken
from troth.promises.rules.terms import Terms
from troth.signals.store import Row

_NEVER = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """When one case is judged, and whether it is kept; and the same without its pauses."""

    row: Row
    due: datetime | None
    kept: bool
    unpaused_due: datetime | None
    unpaused_kept: bool


def eras(regimes: Sequence[Regime], exclusions: Exclusions, look: Look) -> list[Era]:
    """Return the eras of a promise whose deadlines count in business hours.

    Beside judged, opened and excluded:<category> there is a column `unpaused`: as it would be
    if no pause had been granted.
    """
    return [_era(regime, exclusions, look) for regime in regimes]


def _era(regime: Regime, exclusions: Exclusions, look: Look) -> Era:
    terms = regime.terms
    found = [
        case
        for case in reckoned(terms, look)
        if (regime.bounds.start is None or case.row.happened_at >= regime.bounds.start)
        and (regime.bounds.end is None or case.row.happened_at < regime.bounds.end)
    ]
    readings = _readings(found, _categories(terms, found, exclusions, look), look.at)
    columns = {
        (part, grain): Column.of(
            [(_bucket(at, terms.tz, grain), good, total) for at, good, total in rows]
        )
        for part, rows in readings.items()
        for grain in terms.grains
    }
    return Era(terms.target, columns)


def reckoned(terms: Terms, look: Look) -> list[Reckoned]:
    """Return every case of the promise with its due instant in business hours."""
    counting = terms.counting
    hours = calendars.read(Calendar.objects.get(slug=counting.calendar).spec)
    rows = look.every(counting)
    pauses = _pauses(terms, look, {row.key for row in rows})
    return [_reckon(row, hours, counting.after or 0, pauses.get(row.key, ())) for row in rows]


def _pauses(terms: Terms, look: Look, keys: set[str]) -> Mapping[str, Sequence[Span]]:
    """Return the pauses of each case, by its key."""
    found: dict[str, list[Span]] = defaultdict(list)
    for row in look.every_of(tuple(kind + PAUSED for kind in terms.counting.kinds)):
        end = row.resolved_at or _NEVER
        if end > row.happened_at:
            key = row.key if row.key in keys else row.key.rpartition("#")[0]
            found[key].append(Span(row.happened_at, end))
    return found


def _reckon(row: Row, hours: Hours, seconds: int, pauses: Sequence[Span]) -> Reckoned:
    plain = calendars.due(hours, row.happened_at, seconds)
    due = calendars.due(hours, row.happened_at, seconds, pauses) if pauses else plain
    return Reckoned(row, due, _kept(row, due), plain, _kept(row, plain))


def _kept(row: Row, due: datetime | None) -> bool:
    return row.resolved_at is not None and (due is None or row.resolved_at <= due)


Readings = dict[str, list[tuple[datetime, int, int]]]  # part: (when, good, total)


def _readings(cases: Sequence[Reckoned], excluded: Mapping[int, str], at: datetime) -> Readings:
    found: Readings = defaultdict(list)
    for case in cases:
        weight = case.row.weight
        found["opened"].append((case.row.happened_at, 0, weight))
        if case.due is not None and case.due <= at:
            reading = (case.due, weight * case.kept, weight)
            found["judged"].append(reading)
            if case.row.seq in excluded:
                found[f"excluded:{excluded[case.row.seq]}"].append(reading)
        if case.unpaused_due is not None and case.unpaused_due <= at:
            found["unpaused"].append((case.unpaused_due, weight * case.unpaused_kept, weight))
    return found


def _bucket(at: datetime, zone: ZoneInfo, grain: int) -> int:
    return int(windows.bucket_start(at, zone, grain).timestamp())


def _categories(
    terms: Terms, cases: Sequence[Reckoned], exclusions: Exclusions, look: Look
) -> dict[int, str]:
    """Return, by a row's seq, the first category that takes it."""
    found: dict[int, str] = {}
    for category in terms.categories:
        for taken in exclusions.get(category.name, ()):
            for seq in _taken(terms, cases, taken, look):
                found.setdefault(seq, category.name)
    return found


def _taken(terms: Terms, cases: Sequence[Reckoned], taken: Taken, look: Look) -> Iterator[int]:
    matching = None
    if taken.where:
        matching = {row.seq for row in look.every(terms.counting, taken.where)}
    for case in cases:
        inside = case.due is not None and (
            (taken.start is None or case.due > taken.start)
            and (taken.end is None or case.due <= taken.end)
        )
        if inside and (matching is None or case.row.seq in matching):
            yield case.row.seq
