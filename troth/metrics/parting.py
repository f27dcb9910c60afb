"""Which segments of a stream left their own usual: facts that are drawn and ring nobody.

Once a day is over, for streams that are split by attributes. Among all segments of a stream those
stand out of which at most one in twenty does so by chance (Benjamini and Hochberg); a fact closes
when its segment is near its usual again. The cost is bounded: so many segments of a stream, the
largest of the last 28 days (`parted.MOST`), each stream in a transaction of its own.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
import numpy as np
from django.db import transaction

from troth.metrics import facts
from troth.metrics.drift import segments
from troth.metrics.drift.cases import Case, Opening, openings
from troth.metrics.drift.readings import begun
from troth.metrics.facts import Found
from troth.metrics.models import Evaluation, Fade, Stream
from troth.metrics.queries.parted import Parted, parted

_NEAR = 1.0  # sigmas: a segment under this is near its usual again
_LONGEST = 300  # letters in which a segment is kept
_HOURS = 24


def evaluate_segments(*, now: datetime) -> int:
    """Look at the segments of each stream whose day is over; return how many facts changed."""
    return sum(_evaluated(stream, now) for stream in _due(now))


def _due(now: datetime) -> list[Stream]:
    rows = Stream.objects.filter(ended_at=None, series__measure__has_key="by")
    row = Evaluation.objects.filter(pk=1).first()
    if row is None:
        return []
    return [
        stream
        for stream in rows.select_related("series__sweep")
        if row.stack.get(_name(stream)) != _day(stream, now)
    ]


def _name(stream: Stream) -> str:
    return f"segments of {stream.pk}"


def _day(stream: Stream, now: datetime) -> str:
    """Return the local day that runs, or is still waited for, as it is remembered."""
    at = now - timedelta(seconds=stream.settle)
    return at.astimezone(stream.series.sweep.tz).date().isoformat()


def _evaluated(stream: Stream, now: datetime) -> int:
    found = parted(stream, now=now)
    seen = list(_seen(stream, found)) if found is not None else []
    with transaction.atomic():
        row = Evaluation.objects.select_for_update().get(pk=1)
        if row.stack.get(_name(stream)) == _day(stream, now):
            return 0  # another worker was quicker
        row.stack[_name(stream)] = _day(stream, now)
        row.save(update_fields=["stack"])
        mine = Fade.objects.filter(stream=stream).exclude(segment="")
        return facts.write(seen, now=now, of=mine)


def _seen(stream: Stream, found: Parted) -> Iterable[Found]:
    over = segments.discovered(found.score, found.judged)
    back = found.score < _NEAR
    starts = begun(found.seen.z, judged=found.judged)
    for one in openings(over & found.judged, back & found.judged):
        segment = dict(zip(found.names, found.keys[one.row], strict=True))
        told = msgspec.json.encode(segment).decode()
        if len(told) <= _LONGEST:
            yield _found(stream, found, one, int(starts[one.row, one.opened]), told)


def _found(stream: Stream, found: Parted, one: Opening, onset: int, segment: str) -> Found:
    days = slice(onset, one.opened + 1)
    judged = found.judged[one.row, days]
    slips = (found.seen.z[one.row, days] * found.seen.sigma[one.row, days])[judged]
    scale = {"share": 100, "count": _HOURS}.get(stream.reading, 1)
    case = Case(
        row=one.row, kind="fade", opened=one.opened, closed=one.closed, onset=onset, size=0.0,
        rings=False, segment=segment,
        why_closed="" if one.closed is None else "back to what was usual of it",
        evidence={
            "score": round(float(found.score[one.row, one.opened]), 3),
            "of": int(found.judged[:, one.opened].sum()), "false_share": segments.FALSE_SHARE,
        },
    )  # fmt: skip
    first = found.panel.first
    return Found(
        stream=stream.pk, zone=stream.series.sweep.tz,
        opened=first + timedelta(days=one.opened),
        closed=None if one.closed is None else first + timedelta(days=one.closed),
        onset=first + timedelta(days=onset),
        size=float(np.mean(slips)) * scale if len(slips) else 0.0, case=case, contributors=[],
    )  # fmt: skip
