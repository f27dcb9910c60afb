"""From kept tallies to a panel: streams as days of their own zones, a row for each phase."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from troth.core.windows import TICK, Span
from troth.metrics.drift.engine import Row
from troth.metrics.drift.enrolment import thresholds_from
from troth.metrics.drift.panels import Panel
from troth.metrics.drift.phases import Frozen, frozen_from
from troth.metrics.leaves import cells_of
from troth.metrics.models import Baseline, Stream
from troth.metrics.queries.baselined import uncounted_since, usual_of
from troth.metrics.queries.days import panel_of
from troth.metrics.queries.kept import Tallies, tallies
from troth.metrics.queries.silent import as_one, by_rhythm
from troth.metrics.ranges import instant
from troth.signals.store import Tally

_LONGEST = timedelta(days=366 * 6)  # of history is looked at


@dataclass(frozen=True, slots=True)
class Part:
    """A row of the panel: a stream in one of its phases."""

    stream: Stream
    phase: Baseline
    row: Row


@dataclass(frozen=True, slots=True)
class Watched:
    """Streams, their phases, and the panel that the engine evaluates. `fresh` are new baselines."""

    panel: Panel
    parts: list[Part]
    fresh: list[tuple[Baseline, Frozen]]

    def day(self, index: int) -> date:
        return self.panel.first + timedelta(days=index)


def watched(
    streams: Sequence[Stream], *, now: datetime, history: timedelta = _LONGEST
) -> Watched | None:
    """Return the streams up to `now` with every baseline that there are days enough for.

    None where there is no tally. Nothing is written. Streams come with `series__sweep` and their
    `baselines` loaded. A short `history` is enough for who reads frozen baselines alone.
    """
    span = Span(now - history, now)
    counted = [series for stream in streams for series in _counted(stream)]
    found = tallies(series=counted + _beside(streams), span=span)
    if not len(found):
        return None
    frame = _frame(streams, found, now)
    pairs = [(stream, series) for stream in streams for series in _counted(stream)]
    panel = panel_of(pairs, found, frame, found)
    where = {(stream.pk, series): row for row, (stream, series) in enumerate(pairs)}
    rows: list[int] = []
    parts: list[Part] = []
    fresh: list[tuple[Baseline, Frozen]] = []
    waits = uncounted_since(streams)
    for stream in streams:
        complete = _over(stream, frame[0], now)
        first = panel.of([where[stream.pk, series] for series in _counted(stream)])
        for phase, start, end in _phases(stream, first, complete):
            row = where[stream.pk, phase.series_id or stream.series_id]
            baseline = frozen_from(phase.frozen) if phase.frozen else None
            if baseline is None:
                known = panel.of([row]).until(min(end, complete))
                baseline = usual_of(stream, phase, known, start=start, waits=waits)
                fresh += [(phase, baseline)] if baseline else []
            parts.append(Part(stream, phase, _row(stream, baseline, (start, end, complete))))
            rows.append(row)
    return Watched(
        by_rhythm(panel.of(rows), [(part.stream, part.row.baseline) for part in parts]),
        parts, fresh,
    )  # fmt: skip


def _counted(stream: Stream) -> list[int]:
    """Return the series that the stream's phases count, each once."""
    found = {phase.series_id or stream.series_id for phase in stream.baselines.all()}
    return sorted(found)


def _beside(streams: Sequence[Stream]) -> list[int]:
    """Return the series that tell whether the 0 of a count is one."""
    return [one.whole_id for one in streams if one.whole_id]


def panel_of_parts(
    stream: Stream, parts: Sequence[Sequence[Tally]], *, now: datetime
) -> tuple[Panel, int]:
    """Return a panel with a row for each part of a stream, and how many of its days are over."""
    cells = [cells_of(part) for part in parts]
    owners = np.repeat(np.arange(len(parts), dtype=np.int64), [len(part) for part in cells])
    whole = np.concatenate(cells)
    names = ("bucket", "good", "total", "n", "sum", "squares")
    found = Tallies(owners, *(whole[name] for name in names))
    frame = _frame([stream], found, now)
    pairs = [(stream, number) for number in range(len(parts))]
    beside = tallies(series=_beside([stream]), span=Span(now - _LONGEST, now))
    panel = panel_of(pairs, found, frame, beside)
    return as_one(panel, stream), _over(stream, frame[0], now)


def _row(stream: Stream, baseline: Frozen | None, days: tuple[int, int, int]) -> Row:
    start, end, complete = days
    return Row(
        baseline=baseline,
        start=start,
        end=end,
        complete=complete,
        target=stream.target,
        thresholds=thresholds_from(stream.thresholds),
        by_hour=stream.hourly_id is not None or stream.surprises,
    )


def _phases(stream: Stream, panel: Panel, complete: int) -> list[tuple[Baseline, int, int]]:
    """Return (phase, its first day, the day after its last) in order, those that have begun.

    `panel` holds what the stream counted, whichever phase counted it.
    """
    has_data = np.flatnonzero((panel.volume() > 0).any(axis=0))
    if not len(has_data):
        return []
    phases = list(stream.baselines.all())
    starts = [max((phase.starts_on - panel.first).days, int(has_data[0])) for phase in phases]
    ends = [*starts[1:], panel.shape[1] + 1]
    return [
        (phase, start, end)
        for phase, start, end in zip(phases, starts, ends, strict=True)
        if start < end and start < complete
    ]


def _frame(streams: Sequence[Stream], found: Tallies, now: datetime) -> tuple[date, int]:
    """Return the first day of the panel and how many days it has."""
    zones = {stream.series.sweep.tz for stream in streams}
    first, last = instant(int(found.bucket.min())), max(now, instant(int(found.bucket.max())))
    begin = min((first + TICK).astimezone(zone).date() for zone in zones)
    end = max(last.astimezone(zone).date() for zone in zones)
    return begin, (end - begin).days + 1


def _over(stream: Stream, first: date, now: datetime) -> int:
    """Return how many days of the panel are over for a stream, and have been waited for."""
    at = now - timedelta(seconds=stream.settle)
    return (at.astimezone(stream.series.sweep.tz).date() - first).days
