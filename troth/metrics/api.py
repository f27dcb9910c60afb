"""Metrics and their tallies as JSON. Shares are 0..1, instants UTC, a bucket is (start, end]."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from troth.core import clock
from troth.core.moments import Instant
from troth.core.paging import Paged, part
from troth.core.refusals import Refusal
from troth.core.shapes import Listed, Pages
from troth.core.windows import Span, next_bucket
from troth.metrics import queries
from troth.metrics.models import Series
from troth.metrics.queries import Named
from troth.metrics.rules import measure_from
from troth.signals.store import Tally
from troth.staff.access import ApiKey

router = Router(tags=["metrics"], auth=ApiKey("read"))
_DEFAULT = timedelta(days=90)
_MOST_BUCKETS = 100_000


class MetricOut(Schema):
    name: str
    title: str
    doc: str
    kinds: list[str] = Field(description="Empty: all kinds.")
    unit: str | None
    better: str = Field(description="Which is good news: more or less.")
    source: str = Field(description="catalogue, or own for one that somebody wrote.")
    version: int | None = Field(description="Of one's own: its newest version.")
    series: int | None = Field(description="The series that keeps it tallied, if one does.")


class DefinitionOut(MetricOut):
    measure: dict[str, Any] = Field(description="What the store is asked.")
    document: dict[str, Any] | None = Field(description="As somebody wrote it.")


class SeriesOut(Schema):
    id: int
    measure: dict[str, Any]
    zone: str
    grain: int = Field(description="Seconds of a bucket; 86400 is a local day.")
    revision: int = Field(description="Grows whenever a tally changes.")
    changed_at: datetime | None
    progress: float = Field(description="Share of its history that has been counted.")


class TallyOut(Schema):
    start: datetime
    end: datetime
    segment: dict[str, str | None] | None
    good: int
    total: int
    share: float | None
    n: int = Field(description="Cases that have a value.")
    mean: float | None


class PercentilesOut(Schema):
    n: int
    p50: float | None
    p90: float | None
    p99: float | None
    least: float | None
    most: float | None


class Asked(Pages):
    start: Instant | None = Field(None, description="Default: 90 days before the end.")
    end: Instant | None = Field(None, description="Default: now.")
    as_of: Instant | None = Field(None, description="What had been recorded by then.")
    by_segment: bool = False


class Between(Schema):
    start: Instant | None = None
    end: Instant | None = None


@router.get("/metrics", response=Listed[MetricOut])
def list_metrics(request: HttpRequest, pages: Query[Pages]) -> Paged[dict[str, Any]]:
    """List every metric: the catalogue's, then those that somebody wrote."""
    found = [_shown(named) for named in queries.metrics()]
    return part(
        found, name=lambda m: f"{m['source']}:{m['name']}", cursor=pages.cursor, limit=pages.limit
    )


@router.get("/metrics/{name}", response=DefinitionOut)
def show_metric(request: HttpRequest, name: str) -> dict[str, Any]:
    """Show how one metric is defined; of two with one name, the one that somebody wrote."""
    found = [named for named in queries.metrics() if named.name == name]
    if not found:
        raise Http404("there is no metric of this name")
    named = found[-1]
    measure = named.metric.measure().document()
    return _shown(named) | {"measure": measure, "document": named.document}


@router.get("/series", response=Listed[SeriesOut])
def list_series(request: HttpRequest, pages: Query[Pages]) -> Paged[dict[str, Any]]:
    """List what is kept tallied, with how much of its history has been counted."""
    rows = list(Series.objects.select_related("sweep").order_by("pk"))
    page = part(rows, name=lambda s: str(s.pk), cursor=pages.cursor, limit=pages.limit)
    shares = queries.progress(series=[series.pk for series in page.items])
    return Paged([_described(s, shares[s.pk]) for s in page.items], page.next, page.total)


@router.get("/series/{int:pk}", response=SeriesOut)
def show_series(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Show one series."""
    series = _series(pk)
    return _described(series, queries.progress(series=[pk])[pk])


@router.get("/series/{int:pk}/tallies", response=Listed[TallyOut])
def list_tallies(request: HttpRequest, pk: int, asked: Query[Asked]) -> Paged[dict[str, Any]]:
    """List the tallies of a series, bucket by bucket, oldest first.

    With `as_of` they are counted anew from the signals, as they were known then.
    """
    series = _series(pk)
    span = _span(asked.start, asked.end, series.grain)
    found = _found(series, span, asked)
    return part(
        [_tally(series, tally, by_segment=asked.by_segment) for tally in found],
        name=lambda t: f"{t['start'].isoformat()} {t['segment']}",
        cursor=asked.cursor,
        limit=asked.limit,
    )


@router.get("/series/{int:pk}/percentiles", response=PercentilesOut)
def show_percentiles(request: HttpRequest, pk: int, asked: Query[Between]) -> dict[str, Any]:
    """Show percentiles of the values over a span, where the metric keeps them."""
    series = _series(pk)
    if not series.measure.get("sketch"):
        raise Refusal(422, "this series keeps no percentiles", field="pk")
    found = queries.percentiles(series=pk, span=_span(asked.start, asked.end, series.grain))
    if found is None:
        return {"n": 0, "p50": None, "p90": None, "p99": None, "least": None, "most": None}
    p50, p90, p99 = found.values.values()
    return {
        "n": found.n, "p50": p50, "p90": p90, "p99": p99, "least": found.least, "most": found.most,
    }  # fmt: skip


def _series(pk: int) -> Series:
    found = Series.objects.select_related("sweep").filter(pk=pk).first()
    if found is None:
        raise Http404("there is no series of this number")
    return found


def _span(start: datetime | None, end: datetime | None, grain: int) -> Span:
    until = end or clock.now()
    since = start or until - _DEFAULT
    if since >= until:
        raise Refusal(422, "start must lie before end", field="start")
    if (until - since) / timedelta(seconds=grain) > _MOST_BUCKETS:
        raise Refusal(422, f"more than {_MOST_BUCKETS} buckets; ask for less", field="start")
    return Span(since, until)


def _found(series: Series, span: Span, asked: Asked) -> Sequence[Tally]:
    if asked.as_of is not None:
        if series.sweep.written_by:
            message = "days of an outcome are kept as counted now; ask the outcome with as_of"
            raise Refusal(422, message, field="as_of")
        measure = measure_from(series.measure)
        found = queries.ask(
            measure=measure, span=span, zone=ZoneInfo(series.zone), grain=series.grain,
            as_of=asked.as_of,
        )  # fmt: skip
        return found if asked.by_segment else queries.added_up(found)
    if asked.by_segment and series.measure.get("by"):
        return queries.segment_tallies(series=series.pk, span=span)
    return queries.tallies(series=[series.pk], span=span).as_list()


def _shown(named: Named) -> dict[str, Any]:
    metric = named.metric
    return {
        "name": named.name, "title": metric.title, "doc": metric.doc,
        "kinds": metric.measure().kinds, "unit": metric.unit, "better": metric.better,
        "source": "catalogue" if named.version is None else "own", "version": named.version,
        "series": named.series,
    }  # fmt: skip


def _described(series: Series, progress: float) -> dict[str, Any]:
    return {
        "id": series.pk, "measure": series.measure, "zone": series.zone, "grain": series.grain,
        "revision": series.revision, "changed_at": series.changed_at, "progress": progress,
    }  # fmt: skip


def _tally(series: Series, tally: Tally, *, by_segment: bool) -> dict[str, Any]:
    names = series.measure.get("by", []) if by_segment else []
    return {
        "start": tally.bucket,
        "end": next_bucket(tally.bucket, ZoneInfo(series.zone), series.grain),
        "segment": dict(zip(names, tally.segment, strict=True)) if by_segment else None,
        "good": tally.good,
        "total": tally.total,
        "share": tally.good / tally.total if tally.total else None,
        "n": tally.n,
        "mean": tally.sum / tally.n if tally.n else None,
    }
