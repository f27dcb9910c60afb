"""The last day of a stream in steps of minutes: drawn, and in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString

from troth.core.windows import HOUR
from troth.desk import drawing
from troth.metrics import queries, wording
from troth.metrics.drift.pictures import BucketView, StreamView, WithinView
from troth.ui import charts


@dataclass(frozen=True, slots=True)
class Shown:
    """`each` is how long a step is ("5 minutes"), `told` are the surprises in words."""

    each: str
    told: tuple[str, ...]
    drawn: SafeString | str


def last_day(stream: StreamView, now: datetime) -> Shown | None:
    """Return the last day of a stream that is watched for surprises, None of others."""
    found = queries.within_day(stream=stream.pk, at=now)
    if found is None:
        return None
    told = tuple(_said(one, found, stream) for one in found.buckets if one.tells)
    return Shown(_step(found.grain), told, _drawn(found, stream) if found.buckets else "")


def _step(grain: int) -> str:
    minutes = grain // 60
    return {HOUR: "an hour", 60: "a minute"}.get(grain, f"{minutes} minutes")


def _said(one: BucketView, found: WithinView, stream: StreamView) -> str:
    begins, ends = one.start, one.start + timedelta(seconds=found.grain)
    evidence = {"value": one.value, "expected": one.expected or 0.0,
                "begins": begins.isoformat(), "ends": ends.isoformat()}  # fmt: skip
    return wording.surprise(evidence, stream)


def _drawn(found: WithinView, stream: StreamView) -> SafeString:
    return charts.line(
        list(_points(found)),
        label=f"{stream.name}, the last day",
        target=[
            charts.Step(one.start, one.expected) for one in found.buckets
            if one.expected is not None
        ],
        unit=drawing.unit_of(stream),
        dashed="dashed: what the same time brought before",
        zone=ZoneInfo(stream.zone),
    )  # fmt: skip


def _points(found: WithinView) -> Iterator[charts.Point]:
    """Yield a point for each step; None where nothing is to be read, so that the line breaks."""
    last: datetime | None = None
    step = timedelta(seconds=found.grain)
    for one in found.buckets:
        if last is not None and one.start - last > step:
            yield charts.Point(last + step, None)
        is_surprise = one.score >= found.drawn_at
        yield charts.Point(one.start, one.value, is_marked=is_surprise)
        last = one.start
