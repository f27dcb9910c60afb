"""The days before an initiative and those after it, read from the tallies, and what they say."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from troth.core.windows import Span, midnight
from troth.metrics import queries as metrics
from troth.metrics.drift.pictures import StreamView
from troth.plan.models import Expectation
from troth.plan.rules.effects import Day, Effect, effect

_BEFORE = 56  # days at most: longer ago says less about how it was
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Measured:
    """An effect, in percentage points of a share or the stream's unit, and what it is read from.

    `days` are those of the whole time, each with its value (None: no case) in the stream's own
    unit; `first` and `last` are the ends of both phases together, `shipped_on` lies in neither.
    """

    stream: StreamView
    effect: Effect
    shipped_on: date
    first: date
    last: date
    days: tuple[tuple[date, float | None], ...]


def measured(expectation: Expectation, *, at: datetime) -> Measured:
    """Return what the days say by `at`. The initiative was shipped."""
    stream = metrics.stream(expectation.stream.key)
    shipped = expectation.initiative.shipped_on
    if stream is None or shipped is None:
        raise LookupError("only what was shipped can be measured")
    zone = ZoneInfo(stream.zone)
    first = shipped - timedelta(days=min(_BEFORE, max(expectation.days, 28)))
    last = min(shipped + timedelta(days=expectation.days),
               at.astimezone(zone).date() - timedelta(days=1))  # fmt: skip
    known = _by_day(stream, first, last, zone)
    before = _phase(known, first, shipped - timedelta(days=1))
    after = _phase(known, shipped + timedelta(days=1), last)
    unit = _PERCENT if stream.reading == "share" else 1
    found = effect(before, after, least=expectation.least / unit, better=stream.better)
    days = tuple((day, known[day].value if day in known else None) for day in _days(first, last))
    return Measured(stream, _scaled(found, unit), shipped, first, last, days)


def _scaled(found: Effect, unit: int) -> Effect:
    if found.size is None or found.low is None or found.high is None:
        return found
    return replace(found, size=found.size * unit, low=found.low * unit, high=found.high * unit)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def _phase(known: dict[date, Day], first: date, last: date) -> list[Day]:
    return [known.get(day, Day(0.0, 0)) for day in _days(first, last)]


def _by_day(stream: StreamView, first: date, last: date, zone: ZoneInfo) -> dict[date, Day]:
    """Return each local day that has cases: its value, and of how many."""
    span = Span(midnight(first, zone), midnight(last + timedelta(days=1), zone))
    found: dict[date, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for row in metrics.tallies(series=[stream.series], span=span).as_list():
        sums = found[row.bucket.astimezone(zone).date()]
        for place, part in enumerate((row.good, row.total, row.n, row.sum)):
            sums[place] += part
    days = {day: _read(stream.reading, *sums) for day, sums in found.items()}
    return {day: value for day, value in days.items() if value.n}


def _read(reading: str, good: float, total: float, n: float, added: float) -> Day:
    if reading == "share":
        return Day(good / total if total else 0.0, int(total))
    if reading == "mean":
        return Day(added / n if n else 0.0, int(n))
    return Day(total, 1)
