"""One segment of a stream by the day, against what is usual of it.

A series that is split keeps the tallies of its segments, and what is usual of one is made of the
same days as the stream's. Where segments are asked from the signals, only the days that are drawn
are; what is usual was frozen with the stream's, if the segment was ever large enough to be seen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
import numpy as np

from troth.core import clock
from troth.core.windows import Span, midnight
from troth.metrics.drift.engine import Row
from troth.metrics.drift.panels import Panel
from troth.metrics.drift.phases import Frozen, frozen_from
from troth.metrics.drift.pictures import Chart, Event, FadeView, Point
from troth.metrics.families import among
from troth.metrics.models import Baseline, PartUsual, Stream
from troth.metrics.models import Tally as TallyRow
from troth.metrics.queries.baselined import usual_of
from troth.metrics.queries.charted import points_of
from troth.metrics.queries.faded import fades, view_of
from troth.metrics.queries.kept import segment_tallies
from troth.metrics.queries.paneled import Part, Watched, panel_of_parts
from troth.metrics.queries.segmented import LONGEST, MOST, text_of
from troth.metrics.ranges import epoch
from troth.metrics.rules import measure_from
from troth.signals import queries as signals
from troth.signals.store import Tally

Only = tuple[str, str | None]  # an attribute and its value; None: the cases that do not say it
_LATELY = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Names:
    """By what a stream can be looked at in parts, and the values of each that are known."""

    attributes: tuple[str, ...]
    values: dict[str, tuple[str, ...]]


def names_of(stream: int, *, at: datetime | None = None) -> Names:
    """Return the attributes of a stream and some of their values. Raises Stream.DoesNotExist."""
    row = Stream.objects.select_related("series__sweep").get(pk=stream)
    kept = tuple(row.series.measure.get("by", ()))
    attributes = kept or tuple(row.attributes)
    pairs = _kept_pairs(row, kept, at or clock.now()) if kept else _frozen_pairs(row)
    known = sorted({pair for pair in pairs if pair[1]})
    return Names(
        attributes, {name: tuple(str(v) for n, v in known if n == name) for name in attributes}
    )


def _frozen_pairs(row: Stream) -> Iterator[Only]:
    texts = PartUsual.objects.filter(baseline__stream=row).values_list("segment", flat=True)
    for text in texts.distinct():
        yield from msgspec.json.decode(text).items()


def _kept_pairs(row: Stream, names: Sequence[str], until: datetime) -> Iterator[Only]:
    since = epoch(until - _LATELY)
    rows = TallyRow.objects.filter(series=row.series_id, bucket__gte=since)
    for text in rows.values_list("segment", flat=True).distinct()[:MOST]:
        yield from zip(names, msgspec.json.decode(text), strict=True)


def part_chart(
    *, stream: int, only: Only, span: Span, at: datetime | None = None, events: Sequence[Event] = ()
) -> Chart:
    """Return the chart of one segment for the local days in `span`, as of `at` (default now).

    Facts are those of the segment alone; no limit of small slips is drawn, because segments are
    told apart among each other and ring nobody. Days before the last decision on what is usual have
    no band. Raises Stream.DoesNotExist.
    """
    until = at or clock.now()
    row = Stream.objects.select_related("series__sweep").get(pk=stream)
    zone = row.series.sweep.tz
    first, last = span.start.astimezone(zone).date(), span.end.astimezone(zone).date()
    points = [one for one in _points(row, only, span, until) if first <= one.day <= last]
    return Chart(
        stream=view_of(row), points=tuple(points), phases=(), limit=None,
        fades=tuple(_facts(stream, only, span, until)),
        events=tuple(one for one in events if first <= one.day <= last),
    )  # fmt: skip


def _facts(stream: int, only: Only, span: Span, until: datetime) -> Iterator[FadeView]:
    for fade in fades(at=until, since=span.start, stream=stream):
        if fade.stream is not None and only in fade.segment.items():
            yield fade


def _points(row: Stream, only: Only, span: Span, until: datetime) -> list[Point]:
    split = tuple(row.series.measure.get("by", ()))
    phase = _phase(row, until)
    zone = row.series.sweep.tz
    begin = until - LONGEST if split else max(span.start, _whole_since(row) or span.start)
    whole = Span(midnight(begin.astimezone(zone).date(), zone), until)
    if whole.start >= whole.end:
        return []
    tallies = _kept(row, split, only, whole) if split else _asked(row, only, whole)
    if not tallies:
        return []
    panel, complete = panel_of_parts(row, [tallies], now=until)
    if phase is None:
        return _plain(panel)
    start = max(0, (phase.starts_on - panel.first).days)
    usual = _usual(row, phase, only, panel.until(complete), start=start, split=bool(split))
    place = Row(usual, start, panel.shape[1], complete, target=row.target)
    read = points_of(Watched(panel, [Part(row, phase, place)], []))[0]
    return [replace(read.get(one.day, one), value=one.value, ewma=None) for one in _plain(panel)]


def _phase(row: Stream, until: datetime) -> Baseline | None:
    """Return the phase that was last decided on and had begun by then."""
    today = until.astimezone(row.series.sweep.tz).date()
    begun = row.baselines.filter(starts_on__lte=today).order_by("number")
    return begun.last()


def _usual(  # noqa: PLR0913 - what it is made of, all named
    row: Stream, phase: Baseline, only: Only, known: Panel, *, start: int, split: bool
) -> Frozen | None:
    if split:
        return usual_of(row, phase, known, start=start, waits={})
    kept = PartUsual.objects.filter(baseline=phase, segment=text_of(dict([only]))).first()
    return frozen_from(kept.frozen) if kept else None


def let_go_before(stream: int) -> datetime | None:
    """Return before when segments cannot be told apart: their signals are kept no longer.

    None of a stream whose segments are kept tallied. Raises Stream.DoesNotExist.
    """
    row = Stream.objects.select_related("series__sweep").get(pk=stream)
    return None if row.series.measure.get("by") else _removed(row)


def _whole_since(row: Stream) -> datetime | None:
    """Return the start of the first day of which all signals are there still; None: all are."""
    removed, zone = _removed(row), row.series.sweep.tz
    if removed is None:
        return None
    day = removed.astimezone(zone).date()
    start = midnight(day, zone)
    return start if start >= removed else midnight(day + timedelta(days=1), zone)


def _removed(row: Stream) -> datetime | None:
    removed = signals.removed_until()
    kinds = measure_from(row.series.measure).kinds or tuple(removed)
    return max((removed[kind] for kind in kinds if kind in removed), default=None)


def _kept(row: Stream, names: Sequence[str], only: Only, span: Span) -> list[Tally]:
    if len(names) == 1:
        one = msgspec.json.encode([only[1]]).decode()
        return segment_tallies(series=row.series_id, span=span, among=[one])
    place = list(names).index(only[0])
    texts = TallyRow.objects.filter(series=row.series_id).values_list("segment", flat=True)
    among_them = [one for one in texts.distinct() if msgspec.json.decode(one)[place] == only[1]]
    return segment_tallies(series=row.series_id, span=span, among=among_them)


def _asked(row: Stream, only: Only, span: Span) -> list[Tally]:
    sweep = row.series.sweep
    question = among(measure_from(row.series.measure).question(), only[0], {only[1]})
    (found,) = signals.store().tally([question], span=span, zone=sweep.tz, grain=sweep.grain)
    return found


def _plain(panel: Panel) -> list[Point]:
    """Return the days of the panel as they came, with nothing to read them against."""
    values, volume = panel.values()[0], panel.volume()[0]
    return [
        Point(
            panel.first + timedelta(days=day),
            None if np.isnan(values[day]) or not volume[day] else float(values[day]),
            int(volume[day]),
        )
        for day in range(len(values))
    ]
