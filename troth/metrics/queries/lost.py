"""What nobody noticed: recurring trifles, ranked by what they add up to."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np

from troth.metrics.drift.normal import Array
from troth.metrics.drift.panels import Panel
from troth.metrics.drift.pictures import Loss
from troth.metrics.drift.readings import distances
from troth.metrics.drift.thresholds import shown
from troth.metrics.models import Fade, Stream
from troth.metrics.queries.faded import view_of
from troth.metrics.queries.paneled import Part, Watched, watched

DAYS = 7
_HISTORY = timedelta(days=37)  # what is silent for longer is no trifle but a blind spot
_RECURRING = 3  # days of the week on which it was there


def losses(*, week: date) -> list[Loss]:
    """Return the trifles of the seven days that end with `week`, the greatest loss first.

    A trifle is a gap that is there on three days at least: to what was promised, or without a
    promise to what is usual. Its loss is cases times the stream's weight; `noticed` says that an
    alarm told of it. Streams of means have no cases that fail and are left out.
    """
    streams = list(
        Stream.objects.exclude(reading="mean")
        .select_related("series__sweep")
        .prefetch_related("baselines")
    )
    end = datetime.combine(week + timedelta(days=2), datetime.min.time(), tzinfo=UTC)
    found = watched(streams, now=end, history=_HISTORY) if streams else None
    rows = _current(found, week) if found is not None else []
    if found is None or not rows:
        return []
    parts, panel = [found.parts[row] for row in rows], found.panel.of(rows)
    last = (week - panel.first).days + 1
    days = slice(max(0, last - DAYS), last)
    volume = panel.total[:, days]
    shares = np.array([part.stream.reading == "share" for part in parts])
    cases = np.nan_to_num(_gaps(panel, parts)[:, days]) * np.where(shares[:, None], volume, 1)
    there, total = (cases > 0).sum(axis=1), cases.sum(axis=1)
    told = _told(week)
    ones = [
        _loss(parts[row].stream, float(total[row]), float(volume[row].sum()), int(there[row]), told)
        for row in np.flatnonzero((there >= _RECURRING) & (total > 0))
    ]
    return sorted(ones, key=lambda one: -one.loss)


def _current(found: Watched, week: date) -> list[int]:
    """Return one row a stream: its phase of that week."""
    rows: dict[int, int] = {}
    for index, part in enumerate(found.parts):
        if found.day(part.row.start) <= week:
            rows[part.stream.pk] = index
    return list(rows.values())


def _told(week: date) -> dict[int | None, bool]:
    found: dict[int | None, bool] = defaultdict(bool)
    start = week - timedelta(days=DAYS - 1)
    for fade in Fade.objects.filter(rings=True, opened_on__lte=week):
        if fade.closed_on is None or fade.closed_on >= start:
            found[fade.stream_id] = True
            for part in fade.contributors:
                found[part["stream"]] = True
    return found


def _loss(
    stream: Stream, cases: float, volume: float, days: int, told: dict[int | None, bool]
) -> Loss:
    return Loss(
        stream=view_of(stream),
        cases=round(cases, 3),
        volume=int(volume),
        gap=cases / volume if stream.reading == "share" and volume else cases / DAYS,
        days=days,
        loss=round(cases * stream.weight, 3),
        noticed=told[stream.pk],
    )


def _gaps(panel: Panel, parts: Sequence[Part]) -> Array:
    """Return by how much each day was worse than said: a share of its cases, or a count of them."""
    targets = [part.stream.target for part in parts]
    values = panel.values()
    said = np.full_like(values, np.nan)
    promised = [row for row, target in enumerate(targets) if target is not None]
    said[promised] = np.array([targets[row] for row in promised], dtype=float)[:, None]
    usual = [row for row, target in enumerate(targets) if target is None]
    if usual:
        own, nothing = panel.of(usual), np.zeros((len(usual), panel.shape[1]), dtype=bool)
        baselines = [parts[row].row.baseline for row in usual]
        said[usual] = shown(own, distances(own, baselines, judged=nothing).expected)
    return np.asarray((values - said) * panel.worse[:, None])
