"""Streams and the facts of their fading, as they are kept."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import overload

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet

from troth.metrics.drift.pictures import FadeView, StreamView
from troth.metrics.journeys import place_of
from troth.metrics.models import Fade, Stream


def streams(*, at: datetime | None = None) -> list[StreamView]:
    """Return the streams that are watched, in the order of the journey; `at`: those of then."""
    rows = Stream.objects.select_related("series__sweep")
    if at is None:
        rows = rows.filter(ended_at=None)
    else:
        rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=at), created_at__lte=at)
    return [view_of(row) for row in sorted(rows, key=lambda row: place_of(row.step))]


def stream(key: str) -> StreamView | None:
    """Return the stream of that key, also one that ended, or None."""
    row = Stream.objects.select_related("series__sweep").filter(key=key).first()
    return view_of(row) if row else None


def watched_keys() -> set[str]:
    """Return the keys of the streams that are watched."""
    return set(Stream.objects.filter(ended_at=None).values_list("key", flat=True))


def hourly_of(key: str) -> int | None:
    """Return the series by the hour of the stream of that key, None where it asks for none."""
    return Stream.objects.filter(key=key).values_list("hourly", flat=True).first()


def beside_of(key: str) -> set[int]:
    """Return the series that the stream of that key reads beside its own."""
    rows = Stream.objects.filter(key=key).values_list("hourly", "whole")
    return {series for row in rows for series in row if series is not None}


def watched_as(column: str) -> Exists:
    """Return, for a query of another table, whether what this column names is watched."""
    return Exists(Stream.objects.filter(ended_at=None, key=OuterRef(column)))


def is_watched(key: str) -> bool:
    return Stream.objects.filter(key=key, ended_at=None).exists()


def fades(
    *,
    open_only: bool = False,
    since: datetime | None = None,
    at: datetime | None = None,
    stream: int | None = None,
) -> list[FadeView]:
    """Return the fades, the newest first.

    `at`: those that had opened by then, as they stood: one that closed later is open. `since`
    leaves out those that opened before and had closed by then. `stream` takes one stream's, and
    the stacks to which it contributed.
    """
    rows = Fade.objects.select_related("stream__series__sweep")
    if at is not None:
        rows = rows.filter(opened_at__lte=at)
    if open_only:
        rows = _open(rows, at)
    if since is not None:
        rows = rows.filter(Q(opened_at__gt=since) | Q(closed_at=None) | Q(closed_at__gt=since))
    if stream is not None:
        rows = rows.filter(Q(stream=stream) | Q(stream=None))
    found = [_view(row, at) for row in rows]
    return found if stream is None else list(_of_stream(found, stream))


def segments_left(*, stream: int, at: datetime | None = None) -> list[FadeView]:
    """Return the segments of a stream that have left their own usual, the newest first."""
    rows = Fade.objects.select_related("stream__series__sweep").filter(stream=stream)
    rows = rows.exclude(segment="")
    return [
        _view(row, at) for row in _open(rows if at is None else rows.filter(opened_at__lte=at), at)
    ]


def fade(pk: int) -> FadeView | None:
    """Return one fade as it stands, or None."""
    row = Fade.objects.select_related("stream__series__sweep").filter(pk=pk).first()
    return _view(row, None) if row else None


class Faded(Sequence[FadeView]):
    """Fades, the newest first, of which a page is read at a time."""

    def __init__(self, rows: "QuerySet[Fade]", at: datetime | None) -> None:
        self._rows, self._at = rows, at

    def __len__(self) -> int:
        return self._rows.count()

    @overload
    def __getitem__(self, place: int) -> FadeView: ...
    @overload
    def __getitem__(self, place: slice) -> list[FadeView]: ...
    def __getitem__(self, place: int | slice) -> FadeView | list[FadeView]:
        if isinstance(place, int):
            return _view(self._rows[place], self._at)
        return [_view(row, self._at) for row in self._rows[place]]


def open_and_closed(
    *, since: datetime, at: datetime | None = None, kind: str = ""
) -> tuple[Faded, Faded, Faded]:
    """Return what is open, what closed after `since`, and what of both went better than usual.

    What went better stands in neither of the first two. `kind` takes one kind of them.
    """
    rows = Fade.objects.select_related("stream__series__sweep")
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows if at is None else rows.filter(opened_at__lte=at)
    worse, better = rows.filter(size__gte=0), rows.filter(size__lt=0)
    closed = worse.filter(closed_at__gt=since)
    if at is not None:
        closed = closed.filter(closed_at__lte=at)
    lately = better.filter(Q(closed_at=None) | Q(closed_at__gt=since))
    return Faded(_open(worse, at), at), Faded(closed, at), Faded(lately, at)


def _open(rows: "QuerySet[Fade]", at: datetime | None) -> "QuerySet[Fade]":
    still = Q(closed_at=None)
    return rows.filter(still if at is None else still | Q(closed_at__gt=at))


def _of_stream(found: Iterable[FadeView], stream: int) -> Iterable[FadeView]:
    for fade in found:
        parts = [part["stream"] for part in fade.contributors]
        if fade.stream.pk == stream if fade.stream else stream in parts:
            yield fade


def view_of(row: Stream) -> StreamView:
    return StreamView(
        pk=row.pk,
        key=row.key,
        name=row.name,
        touchpoint=row.touchpoint,
        step=row.step,
        reading=row.reading,
        better=row.better,
        unit=row.unit,
        target=row.target,
        expected=row.expected,
        weight=row.weight,
        series=row.series_id,
        zone=row.series.sweep.zone,
        calendar=row.holidays,
    )


def _view(row: Fade, at: datetime | None) -> FadeView:
    is_open = row.closed_at is None or (at is not None and row.closed_at > at)
    has_grown = row.grown_on is not None and (at is None or row.grown_on <= at.date())
    return FadeView(
        pk=row.pk,
        kind=row.kind,
        stream=view_of(row.stream) if row.stream else None,
        segment=msgspec.json.decode(row.segment) if row.segment else {},
        opened_on=row.opened_on,
        opened_at=row.opened_at,
        onset=row.onset,
        size=row.size,
        rings=row.rings,
        evidence=row.evidence,
        contributors=row.contributors,
        recorded_at=row.recorded_at,
        closed_on=None if is_open else row.closed_on,
        closed_at=None if is_open else row.closed_at,
        why_closed="" if is_open else row.why_closed,
        growth=row.growth if has_grown else 0,
        grown_on=row.grown_on if has_grown else None,
        grown_size=row.grown_size if has_grown else None,
    )
