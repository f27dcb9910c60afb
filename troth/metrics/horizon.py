"""Where a sweep has cases at all: the runs of its history, and what falls due next."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from troth.core.windows import DAY, TICK, Span
from troth.metrics.leaves import SIZE
from troth.metrics.models import Leaf, Sweep
from troth.metrics.ranges import Grid, Range, instant, joined
from troth.signals.expressions import parse
from troth.signals.store import Question, Store

_UTC = ZoneInfo("UTC")
_EARLIEST, _LATEST = datetime(1800, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)
_MINUTE = 60


def history(store: Store, sweep: Sweep, *, now: datetime, gap: int) -> list[Range]:
    """Return the buckets up to `now` that have a case, or a tally; less than `gap` s apart joined.

    The newest come first.
    """
    grid = Grid(sweep.tz, sweep.grain)
    spans = [
        Span(start, min(start + timedelta(days=1), now))
        for start in _starts(store, sweep, Span(_EARLIEST, now), DAY)
    ]
    found = [grid.touched(span) for span in spans]
    width = SIZE * sweep.grain
    for (number,) in Leaf.objects.filter(series__sweep=sweep).values_list("number").distinct():
        first, last = grid.holding(instant(number * width) + TICK), (number + 1) * width
        found.append(Range(first, grid.holding(min(instant(last), now))))
    return joined(found, gap=gap)[::-1]


def next_due(store: Store, sweep: Sweep, *, now: datetime) -> datetime | None:
    """Return an instant at or after `now` before which no case falls due, to the minute."""
    days = _starts(store, sweep, Span(now, _LATEST), DAY)
    if not days:
        return None
    day = Span(max(days[0], now), days[0] + timedelta(days=1))
    return max(now, *_starts(store, sweep, day, _MINUTE)[:1])


def _starts(store: Store, sweep: Sweep, span: Span, grain: int) -> list[datetime]:
    """Return the starts of the buckets in UTC that have a case of the sweep."""
    question = Question(kinds=tuple(sweep.kinds), time=parse(sweep.time, role="time"))
    (tallies,) = store.tally([question], span=span, zone=_UTC, grain=grain)
    return sorted({tally.bucket for tally in tallies})
