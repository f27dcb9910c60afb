"""A metric as an outcome: its share, mean or median over a span, with interval and exclusions."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

import numpy as np

from troth.core.windows import DAY
from troth.metrics import scanning
from troth.metrics.outcomes import intervals
from troth.metrics.outcomes.results import Figure, Finding, Part, Unit
from troth.metrics.outcomes.tables import Array
from troth.metrics.reading import Frame, attribute, narrowed
from troth.metrics.rules import Measure, Metric, digest_of
from troth.signals.expressions import Expression, parse
from troth.signals.store import Excerpt, Store, Tally

Found = tuple[str | None, Finding]
_RANK = 0.9


def unit(metric: Metric) -> str:
    """Return what the figure of a metric is in."""
    if metric.good is not None:
        return Unit.SHARE
    return (metric.unit or "") if metric.value is not None else "cases"


def version(metric: Metric, number: int | None) -> str:
    """Return what names this definition: of people's own, with the number of its version."""
    told = {name: one for name, one in asdict(metric).items() if name not in {"title", "doc"}}
    digest = digest_of(told)[:12]
    return digest if number is None else f"v{number}-{digest}"


def findings(store: Store, metric: Metric, frame: Frame) -> Iterator[Found]:
    """Yield (value of the attribute or None, finding) of a metric. Raises MeasureError."""
    measures = [metric.measure(), *metric.left_out().values()]
    told = [_split(_narrowed(measure, frame), frame) for measure in measures]
    tallies = _asked(store, told, frame)
    reasons = list(metric.left_out())
    for value in _values(tallies[0], frame):
        mine = [_sum(found, value, frame) for found in tallies]
        excluded = {
            reason: tally.total
            for reason, tally in zip(reasons, mine[1:], strict=True) if tally.total
        }  # fmt: skip
        if metric.percentiles and metric.good is None:
            figure, parts = _percentiles(store, told[0], value, frame)
        else:
            figure, parts = _figure(metric, mine[0])
        yield value, Finding(figure=figure, parts=parts, excluded=excluded)


def _narrowed(measure: Measure, frame: Frame) -> Measure:
    """Return the measure for the cases of the frame's segment."""
    texts = [condition.text for condition in narrowed(frame.segment)]
    if not texts:
        return measure
    where = texts if measure.where is None else [f"({measure.where})", *texts]
    return replace(measure, where=" and ".join(where)).checked()


def _split(measure: Measure, frame: Frame) -> Measure:
    return replace(measure, by=(frame.by,) if frame.by else (), sketch=False).checked()


def _asked(store: Store, measures: Sequence[Measure], frame: Frame) -> list[list[Tally]]:
    end = min(frame.span.end, frame.at)
    if end <= frame.span.start:
        return [[] for _ in measures]
    span = replace(frame.span, end=end)
    return scanning.asked_apart(store, measures, scanning.Frame(span, frame.zone, DAY, frame.as_of))


def _values(tallies: Sequence[Tally], frame: Frame) -> list[str | None]:
    if frame.by is None:
        return [None]
    texts = {tally.segment[0] for tally in tallies}
    return sorted((text for text in texts if text is not None), key=str)


def _sum(tallies: Sequence[Tally], value: str | None, frame: Frame) -> Tally:
    mine = [t for t in tallies if frame.by is None or t.segment == (value,)]
    good, total, n = (sum(getattr(t, name) for t in mine) for name in ("good", "total", "n"))
    added, squared = (float(sum(getattr(t, name) for t in mine)) for name in ("sum", "squares"))
    return Tally(frame.span.start, (), good, total, n, added, squared)


def _figure(metric: Metric, tally: Tally) -> tuple[Figure, tuple[Part, ...]]:
    """Return the share where a metric says what is good, else the mean, else the count."""
    mean = intervals.mean(tally.sum, tally.squares, tally.n)
    if metric.good is not None:
        parts = (Part("mean", mean, metric.unit or ""),) if metric.value is not None else ()
        return intervals.share(tally.good, tally.total), parts
    if metric.value is not None:
        return mean, ()
    count = tally.total
    return Figure(value=float(count), numerator=count, denominator=count, n=count), ()


def _percentiles(
    store: Store, measure: Measure, value: str | None, frame: Frame
) -> tuple[Figure, tuple[Part, ...]]:
    """Return the median, with the 90th percentile and the mean: from each value, exactly."""
    values = _read(store, measure, value, frame)
    parts = (
        Part("90th percentile", intervals.percentile(values, _RANK), "s"),
        Part("mean", intervals.mean_of(values), "s"),
    )
    return intervals.percentile(values, 0.5), parts


def _read(store: Store, measure: Measure, value: str | None, frame: Frame) -> Array:
    fields: list[Expression] = [parse(measure.value or "value", role="number")]
    if frame.by is not None:
        fields.append(attribute(frame.by))
    question = replace(measure, by=()).question()
    end = max(frame.span.start, min(frame.span.end, frame.at))
    found = store.excerpt(
        Excerpt(
            kinds=question.kinds, time=question.time, where=question.where, zone=frame.zone,
            span=replace(frame.span, end=end), fields=tuple(fields), as_of=frame.as_of,
        )
    )  # fmt: skip
    values: Array = np.repeat(found.fields[0], found.weight)
    if frame.by is not None:
        values = values[np.repeat(found.fields[1] == value, found.weight)]
    return values
