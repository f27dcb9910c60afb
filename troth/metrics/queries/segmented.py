"""A stream cut into segments: from tallies that are kept split, or asked from the signals.

A series that is split keeps the tallies of its segments. A stream with `attributes` is looked at
by each of them alone, and nothing is kept: the signals are asked once for who was large lately, and
once for those (docs/decisions/023-segments-asked.md).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import nlargest

import msgspec
from django.db.models import F, Sum

from troth.core.windows import Span, midnight
from troth.metrics.drift.gaps import DAYS
from troth.metrics.families import among
from troth.metrics.models import Fade, Stream
from troth.metrics.models import Tally as TallyRow
from troth.metrics.queries.kept import segment_tallies
from troth.metrics.ranges import epoch
from troth.metrics.rules import measure_from
from troth.signals import queries as signals
from troth.signals.store import Question, Tally

LONGEST = timedelta(days=366 * 3)
MOST = 200  # segments of a stream: those with most cases lately, and those that are away
Segment = dict[str, str | None]
Part = tuple[Segment, list[Tally]]
_Value = tuple[str, str | None]


def text_of(segment: Mapping[str, str | None]) -> str:
    """Return a segment as facts keep it."""
    return msgspec.json.encode(segment).decode()


def parts_of(stream: Stream, *, now: datetime) -> list[Part]:
    """Return the tallies of the stream's largest segments, day by day; none without any."""
    away = [
        msgspec.json.decode(text, type=Segment)
        for text in Fade.objects.filter(stream=stream, closed_at=None)
        .exclude(segment="")
        .values_list("segment", flat=True)
    ]
    names = tuple(stream.series.measure.get("by", []))
    if names:
        return _kept(stream, names, away, now)
    return _asked(stream, away, now) if stream.attributes else []


def _since(stream: Stream, now: datetime, back: timedelta) -> Span:
    """Return the span of whole days of the stream's zone that reaches back so far."""
    zone = stream.series.sweep.tz
    return Span(midnight((now - back).astimezone(zone).date(), zone), now)


def _kept(
    stream: Stream, names: tuple[str, ...], away: Iterable[Segment], now: datetime
) -> list[Part]:
    lately = _since(stream, now, timedelta(days=DAYS))
    rows = TallyRow.objects.filter(series=stream.series_id, bucket__gte=epoch(lately.start))
    largest = rows.values("segment").annotate(cases=Sum(F("total") + F("n")))
    chosen = set(largest.order_by("-cases", "segment").values_list("segment", flat=True)[:MOST])
    chosen |= {
        msgspec.json.encode([one[name] for name in names]).decode()
        for one in away
        if set(one) == set(names)
    }
    parts: dict[tuple[str | None, ...], list[Tally]] = defaultdict(list)
    span = _since(stream, now, LONGEST)
    for tally in segment_tallies(series=stream.series_id, span=span, among=chosen):
        parts[tally.segment].append(tally)
    return [
        (dict(zip(names, key, strict=True)), parts[key])
        for key in sorted(parts, key=msgspec.json.encode)
    ]


def _asked(stream: Stream, away: Iterable[Segment], now: datetime) -> list[Part]:
    names = tuple(stream.attributes)
    whole = measure_from(stream.series.measure).question()
    by_each = [replace(whole, by=(name,)) for name in names]
    volume: Counter[_Value] = Counter()
    lately = _since(stream, now, timedelta(days=DAYS))
    for name, tallies in zip(names, _answers(stream, by_each, lately), strict=True):
        for tally in tallies:
            volume[name, tally.segment[0]] += tally.total
    chosen = set(nlargest(MOST, volume, key=lambda one: (volume[one], text_of(dict([one])))))
    chosen |= {pair for one in away for pair in one.items() if pair[0] in names}
    wanted = {name: {value for at, value in chosen if at == name} for name in names}
    asked = [
        among(one, name, wanted[name])
        for one, name in zip(by_each, names, strict=True)
        if wanted[name]
    ]
    parts: dict[_Value, list[Tally]] = defaultdict(list)
    for one, tallies in zip(
        asked, _answers(stream, asked, _since(stream, now, LONGEST)), strict=True
    ):
        for tally in tallies:
            parts[one.by[0], tally.segment[0]].append(tally)
    return [
        (dict([key]), parts[key]) for key in sorted(parts, key=lambda key: text_of(dict([key])))
    ]


def _answers(stream: Stream, asked: Sequence[Question], span: Span) -> list[list[Tally]]:
    if not asked:
        return []
    sweep = stream.series.sweep
    return signals.store().tally(asked, span=span, zone=sweep.tz, grain=sweep.grain)
