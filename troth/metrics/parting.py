"""Which segments of a stream left their own usual: facts that are drawn and ring nobody.

Once a day is over, for streams that are split by attributes or looked at by some. Among all
segments of a stream those stand out of which at most one in twenty does so by chance (Benjamini and
Hochberg); a fact closes when its segment is near its usual again, or had no case for four weeks.
The cost is bounded: so many segments of a stream, the largest of the last 28 days
(`segmented.MOST`), and so many streams in one go, each in a transaction of its own.
"""

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import msgspec
import numpy as np
from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet

from troth.metrics import facts
from troth.metrics.drift import gaps, segments
from troth.metrics.drift.cases import Case, Opening, openings
from troth.metrics.drift.panels import Flags
from troth.metrics.drift.readings import begun
from troth.metrics.facts import Found
from troth.metrics.models import Evaluation, Fade, PartUsual, Stream
from troth.metrics.queries.parted import LONGEST_TEXT, Parted, parted
from troth.metrics.queries.segmented import text_of

_NEAR = 1.0  # sigmas: a segment under this is near its usual again
_HOURS = 24
_AT_ONCE = 50  # streams in one go: other slow jobs wait for it
log = logging.getLogger(__name__)


def evaluate_segments(*, now: datetime) -> int:
    """Look at the segments of each stream whose day is over; return how many facts changed.

    A stream whose segments cannot be asked holds up no other; it is tried again the next time.
    """
    changed, looked, problems = _let_go(now), 0, []
    for stream in _due(now):
        if looked == _AT_ONCE:
            break
        try:
            changed += _evaluated(stream, now)
            looked += 1
        except DatabaseError:
            raise
        except Exception as problem:
            problems.append(problem)
            log.warning("segments cannot be asked", extra={"stream": stream.key}, exc_info=problem)
    if problems and not looked:
        raise problems[0]
    return changed


def _due(now: datetime) -> list[Stream]:
    split = Q(series__measure__has_key="by") | ~Q(attributes=[])
    rows = Stream.objects.filter(split, ended_at=None)
    row = Evaluation.objects.filter(pk=1).first()
    if row is None:
        return []
    return [
        stream
        for stream in rows.select_related("series__sweep")
        if row.stack.get(_name(stream)) != _day(stream, now)
    ]


def _let_go(now: datetime) -> int:
    """Close the facts of segments by which nobody looks any more; return how many."""
    rows = Fade.objects.filter(closed_at=None).exclude(segment="").exclude(stream=None)
    closed = 0
    for row in rows.select_related("stream__series"):
        if why := _why_over(row):
            closed += _close(row, max(row.opened_on, now.date()), why, now)
    return closed


def _why_over(row: Fade) -> str:
    stream = row.stream
    if stream is None or stream.ended_at is not None:
        return "it is watched no longer"
    by, names = stream.series.measure.get("by", []), set(msgspec.json.decode(row.segment))
    looked_at = names == set(by) if by else names <= set(stream.attributes)
    return "" if looked_at else "it is not looked at by this any more"


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
        _keep(found)
        mine = Fade.objects.filter(stream=stream).exclude(segment="")
        return _ended(mine, stream, now) + facts.write(seen, now=now, of=mine)


def _ended(mine: "QuerySet[Fade]", stream: Stream, now: datetime) -> int:
    """Close what was told against an earlier usual; return how many."""
    phase = stream.baselines.order_by("number").last()
    if phase is None:
        return 0
    return sum(
        _close(row, max(row.opened_on, phase.starts_on), "a new baseline was decided", now)
        for row in mine.filter(closed_at=None, recorded_at__lt=phase.decided_at)
    )


def _close(row: Fade, on: date, why: str, now: datetime) -> int:
    """Close a fact unless somebody has; return whether it was open."""
    open_ones = Fade.objects.filter(pk=row.pk, closed_at=None)
    return open_ones.update(closed_on=on, closed_at=now, why_closed=why)


def _keep(found: Parted | None) -> None:
    """Write usuals down that are new: from now on they stand, as the stream's own does."""
    if found is None or found.phase is None:
        return
    fresh = [
        PartUsual(baseline=found.phase, segment=text, frozen=usual.document())
        for text, usual in found.fresh.items()
    ]
    PartUsual.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)


def _seen(stream: Stream, found: Parted) -> Iterable[Found]:
    over = segments.discovered(found.score, found.judged)
    gone = _gone(found)
    back = (found.score < _NEAR) & found.judged | gone
    starts = begun(found.seen.z, judged=found.judged)
    for one in openings(over & found.judged, back):
        told = text_of(found.segments[one.row])
        why = "" if one.closed is None else "back to what was usual of it"
        if one.closed is not None and gone[one.row, one.closed]:
            why = f"no case of it came for {gaps.DAYS} days"
        if len(told) <= LONGEST_TEXT:
            yield _found(stream, found, one, int(starts[one.row, one.opened]), (told, why))


def _gone(found: Parted) -> Flags:
    """Return the days that are over at whose end a segment had had no case for four weeks."""
    over = np.arange(found.panel.shape[1]) < found.complete
    days = gaps.trailing((found.panel.volume() > 0).astype(float))
    return np.asarray((days == 0) & over)


def _found(stream: Stream, found: Parted, one: Opening, onset: int, said: tuple[str, str]) -> Found:
    segment, why_closed = said
    days = slice(onset, one.opened + 1)
    judged = found.judged[one.row, days]
    slips = (found.seen.z[one.row, days] * found.seen.sigma[one.row, days])[judged]
    scale = {"share": 100, "count": _HOURS}.get(stream.reading, 1)
    case = Case(
        row=one.row, kind="fade", opened=one.opened, closed=one.closed, onset=onset, size=0.0,
        rings=False, segment=segment,
        why_closed=why_closed,
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
