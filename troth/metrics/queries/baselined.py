"""What a phase's usual is made of, once its days are there and have all been counted."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db.models import Q

from troth.core.windows import midnight
from troth.metrics.drift.panels import Panel
from troth.metrics.drift.pasts import first_baseline
from troth.metrics.drift.phases import Frozen, freeze
from troth.metrics.models import Baseline, Dirty, Series, Stream
from troth.metrics.ranges import epoch

_ALL_COUNTED = 2**62
_NOTHING_COUNTED = -(2**62)


def uncounted_since(streams: Sequence[Stream]) -> dict[int, int]:
    """Return series → the first bucket still to be counted, of phases without a baseline.

    A baseline is made once: not of a history of which a part is missing.
    """
    wanted = {
        phase.series_id or stream.series_id
        for stream in streams
        for phase in stream.baselines.all()
        if phase.frozen is None
    }
    if not wanted:
        return {}
    sweeps = dict(Series.objects.filter(pk__in=wanted).values_list("pk", "sweep"))
    rows = Dirty.objects.filter(
        Q(series__in=wanted) | Q(series=None, sweep__in=set(sweeps.values()))
    )
    found: dict[int, int] = {}
    for sweep, series, first in rows.values_list("sweep", "series", "first"):
        begin = _NOTHING_COUNTED if first is None else first
        for one in [series] if series else [pk for pk in wanted if sweeps[pk] == sweep]:
            found[one] = min(begin, found.get(one, begin))
    return found


def usual_of(
    stream: Stream, phase: Baseline, known: Panel, *, start: int, waits: Mapping[int, int]
) -> Frozen | None:
    """Return a baseline of the days of one series, if there are enough and all are counted.

    The first one of a stream is made of the past that lay behind it when it was enrolled.
    """
    zone = stream.series.sweep.tz
    if phase.number > 1:
        found = freeze(known, 0, start=start, days=phase.days or stream.phase_days)
    else:
        enrolled = (stream.created_at.astimezone(zone).date() - known.first).days
        found = first_baseline(
            known, 0, start=start, enrolled=min(enrolled, known.shape[1]), days=stream.phase_days
        )
    if found is None:
        return None
    over = epoch(midnight(found.last + timedelta(days=1), zone))
    waiting = waits.get(phase.series_id or stream.series_id, _ALL_COUNTED)
    return found if over <= waiting else None
