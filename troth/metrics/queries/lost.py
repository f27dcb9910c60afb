"""What nobody noticed: recurring trifles, ranked by what they add up to."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import numpy as np

from troth.metrics.drift.normal import Array
from troth.metrics.drift.pictures import Loss
from troth.metrics.drift.readings import distances
from troth.metrics.drift.thresholds import shown
from troth.metrics.models import Fade, Stream
from troth.metrics.queries.faded import view_of
from troth.metrics.queries.paneled import Watched, watched

DAYS = 7
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
    found = watched(streams, now=end) if streams else None
    if found is None:
        return []
    told = _told(week)
    ones = [
        loss
        for index in _current(found, week)
        if (loss := _loss(found, index, week, told)) is not None
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


def _loss(found: Watched, index: int, week: date, told: dict[int | None, bool]) -> Loss | None:
    part = found.parts[index]
    last = (week - found.panel.first).days + 1
    days = slice(max(0, last - DAYS), last)
    panel = found.panel.of([index])
    gap = _gaps(found, index)[days]
    volume = panel.total[0, days]
    cases = np.nan_to_num(gap) * (volume if part.stream.reading == "share" else 1)
    there = int((cases > 0).sum())
    total = float(cases.sum())
    if there < _RECURRING or total <= 0:
        return None
    whole = float(volume.sum())
    return Loss(
        stream=view_of(part.stream),
        cases=round(total, 3),
        volume=int(whole),
        gap=total / whole if part.stream.reading == "share" and whole else total / DAYS,
        days=there,
        loss=round(total * part.stream.weight, 3),
        noticed=told[part.stream.pk],
    )


def _gaps(found: Watched, index: int) -> Array:
    """Return by how much each day was worse than said: a share of its cases, or a count of them."""
    part, panel = found.parts[index], found.panel.of([index])
    values = panel.values()[0]
    if part.stream.target is not None:
        said: Array = np.full_like(values, part.stream.target)
    else:
        nothing = np.zeros(panel.shape, dtype=bool)
        said = shown(panel, distances(panel, [part.row.baseline], judged=nothing).expected)[0]
    return np.asarray((values - said) * panel.worse[0])
