"""A metric of people's own by the local day: all of it or one value of an attribute, from tallies.

Days are those of its zone that are over, also where its buckets are shorter. Nothing is asked of
the signals here: what retention has removed is still counted.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec
from django.db.models import Q, QuerySet, Sum

from troth.core.windows import TICK, Span, midnight
from troth.metrics import definitions
from troth.metrics.drift.daily import Day, How
from troth.metrics.models import Definition, Series, Stream, Watch
from troth.metrics.models import Tally as TallyRow
from troth.metrics.queries.defined import catalogue
from troth.metrics.queries.kept import percentiles, progress, segment_tallies, tallies
from troth.metrics.ranges import epoch
from troth.metrics.rules import Measure, Metric, measure_from
from troth.metrics.sketches import Percentiles
from troth.signals.store import Tally

Only = tuple[str, str | None]  # an attribute and its value; None: the cases that do not say it


@dataclass(frozen=True, slots=True)
class Kept:
    """A metric that is kept tallied: how it is read, and whether all of it has been counted.

    `touchpoint` and `stream` (a key) are "" where it is not watched.
    """

    name: str
    metric: Metric
    version: int
    document: dict[str, object]
    series: Series
    touchpoint: str
    stream: str

    @property
    def zone(self) -> str:
        return self.series.sweep.zone

    @property
    def attributes(self) -> tuple[str, ...]:
        return tuple(self.series.measure.get("by", ()))

    @property
    def measure(self) -> Measure:
        return measure_from(self.series.measure)

    @property
    def how(self) -> How:
        return How(reading_of(self.metric), self.metric.better, self.metric.minimum)

    @property
    def counted(self) -> float:
        """Return the share of its history that has been counted."""
        return progress(series=[self.series.pk])[self.series.pk]


def reading_of(metric: Metric) -> str:
    """Return how a metric is read: as a share of cases, as a mean of values, or as a count."""
    return "share" if metric.good else "mean" if metric.value else "count"


def kept_names(search: str = "") -> "QuerySet[Watch, str]":
    """Return the names of the metrics that are kept tallied, in order; `search` in their words."""
    rows = Watch.objects.order_by("name")
    if search:
        titled = Definition.objects.filter(document__spec__title__icontains=search)
        named = Q(name__icontains=search) | Q(name__in=titled.values("name"))
        rows = rows.filter(named)
    return rows.values_list("name", flat=True)


def kept(names: Iterable[str]) -> list[Kept]:
    """Return these metrics, those of them that are kept tallied, in their order."""
    wanted = list(names)
    watches = Watch.objects.select_related("series__sweep").filter(name__in=wanted)
    series = {row.name: row.series for row in watches}
    newest: dict[str, Definition] = {}
    for row in Definition.objects.filter(name__in=list(series)).order_by("version"):
        newest[row.name] = row
    keys = {f"metric:{name}" for name in newest}
    places = dict(
        Stream.objects.filter(key__in=keys, ended_at=None).values_list("key", "touchpoint")
    )
    return [
        _kept(newest[name], series[name], places)
        for name in wanted
        if name in newest and not newest[name].retired
    ]


def _kept(row: Definition, series: Series, places: Mapping[str, str]) -> Kept:
    key = f"metric:{row.name}"
    metric = definitions.read(row.document, catalogue()).metric
    return Kept(
        row.name, metric, row.version, row.document, series, places.get(key, ""),
        key if key in places else "",
    )  # fmt: skip


def span_of(one: Kept, *, days: int, until: datetime) -> Span:
    """Return the last local days of a metric that were over at `until`."""
    end = midnight(until.astimezone(one.series.sweep.tz).date(), one.series.sweep.tz)
    first = end.astimezone(one.series.sweep.tz).date() - timedelta(days=days)
    return Span(midnight(first, one.series.sweep.tz), end)


def between(one: Kept, first: date, last: date) -> Span:
    """Return the span of the local days from the first to the last."""
    zone = one.series.sweep.tz
    return Span(midnight(first, zone), midnight(last + timedelta(days=1), zone))


def days(one: Kept, span: Span, *, only: Only | None = None) -> list[Day]:
    """Return the days of a metric that have a case, oldest first: all, or those of one value."""
    if only is None:
        return _by_day(one, tallies(series=[one.series.pk], span=span).as_list())
    among = _segments(one, span, only)
    return _by_day(one, segment_tallies(series=one.series.pk, span=span, among=among))


def of_each(many: Sequence[Kept], *, days: int, until: datetime) -> list[list[Day]]:
    """Return the last days of many metrics, in their order, read at once."""
    if not many:
        return []
    spans = [span_of(one, days=days, until=until) for one in many]
    whole = Span(min(one.start for one in spans), max(one.end for one in spans))
    found = tallies(series=[one.series.pk for one in many], span=whole)
    return [
        _by_day(one, found.of(one.series.pk).within(span).as_list())
        for one, span in zip(many, spans, strict=True)
    ]


def values(one: Kept, span: Span, attribute: str) -> dict[str | None, Day]:
    """Return the sums over the span of each value of an attribute, the largest first."""
    place = one.attributes.index(attribute)
    names = ("good", "total", "n", "sum", "squares")
    added = _rows(one, span).values("segment").annotate(*(Sum(name, default=0) for name in names))
    found: dict[str | None, Day] = defaultdict(lambda: Day(date.min))
    for text, *sums in added.values_list("segment", *(f"{name}__sum" for name in names)):
        found[msgspec.json.decode(text)[place]] += Day(date.min, *sums)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1].total, pair[0] or "")))


def spread(one: Kept, span: Span, *, only: Only | None = None) -> Percentiles | None:
    """Return percentiles of the values over the span, where the metric keeps them."""
    if not one.series.measure.get("sketch"):
        return None
    among = None if only is None else _segments(one, span, only)
    return percentiles(series=one.series.pk, span=span, ranks=(0.5, 0.9), among=among)


def floor_of(found: Percentiles | None) -> float | None:
    """Return 0 where it is known that no value lies under it."""
    return 0.0 if found is not None and found.least >= 0 else None


def history(name: str) -> list[Definition]:
    """Return every version of a metric, oldest first."""
    return list(Definition.objects.filter(name=name).order_by("version"))


def _segments(one: Kept, span: Span, only: Only) -> Collection[str]:
    """Return the segments of the span with that value, as they are kept."""
    name, value = only
    place = one.attributes.index(name)
    if len(one.attributes) == 1:
        return [msgspec.json.encode([value]).decode()]
    texts = _rows(one, span).values_list("segment", flat=True).distinct()
    return [text for text in texts if msgspec.json.decode(text)[place] == value]


def _rows(one: Kept, span: Span) -> "QuerySet[TallyRow]":
    first, last = epoch(span.start), epoch(span.end)
    return TallyRow.objects.filter(series=one.series, bucket__gte=first, bucket__lt=last)


def _by_day(one: Kept, found: Iterable[Tally]) -> list[Day]:
    zone, sums = one.series.sweep.tz, dict[date, Day]()
    for tally in found:
        day = (tally.bucket + TICK).astimezone(zone).date()
        counted = Day(day, tally.good, tally.total, tally.n, tally.sum, tally.squares)
        sums[day] = sums[day] + counted if day in sums else counted
    return [sums[day] for day in sorted(sums)]
