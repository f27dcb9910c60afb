"""Evaluating the streams: baselines are frozen, what is seen of them becomes facts.

Everything is read first and computed without a lock; the writing is one transaction that begins by
moving the turn of the one row of `Evaluation`. Of two workers who computed at once the second
writes nothing, and a crash before the commit leaves everything to be done again.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Max

from troth.core.steps import reached as step
from troth.core.windows import midnight
from troth.metrics import silence
from troth.metrics.drift.cases import Case
from troth.metrics.drift.engine import evaluate
from troth.metrics.drift.limits import limits
from troth.metrics.drift.pasts import made_of
from troth.metrics.models import Baseline, Evaluation, Fade, Series, Stream
from troth.metrics.queries.paneled import Watched, watched

EVERY = timedelta(minutes=10)  # late signals of days that are over are taken in so often
_OPEN = date.max
_HOURS = 24
Place = tuple[int | None, str, str]  # (stream, kind, segment): of which one case is open


@dataclass(frozen=True, slots=True)
class Found:
    """A case with the days of the calendar in place of numbers, ready to be a row."""

    stream: int | None
    zone: ZoneInfo
    opened: date
    closed: date | None
    onset: date | None
    size: float
    case: Case
    contributors: list[dict[str, Any]]

    @property
    def place(self) -> Place:
        return (self.stream, self.case.kind, self.case.segment)


def is_due(*, now: datetime) -> bool:
    """Return whether streams want to be evaluated: what an idle worker asks, in one query or two.

    A decision, a day that ended or a heartbeat that is overdue make it due at once; tallies that
    moved, ten minutes after the last time.
    """
    row = Evaluation.objects.filter(pk=1).first()
    if row is None or row.evaluated_at is None or row.due_at is None or row.due_at <= now:
        return row is not None
    if row.evaluated_at > now - EVERY:
        return False
    latest = Series.objects.filter(streams__ended_at=None).aggregate(latest=Max("revision"))
    return (latest["latest"] or 0) > row.revision


def evaluate_all(*, now: datetime) -> int:
    """Evaluate every stream up to `now`; return how many facts were opened or closed."""
    before = Evaluation.objects.filter(pk=1).first()
    if before is None:
        return 0
    streams = list(
        Stream.objects.filter(ended_at=None)
        .select_related("series__sweep")
        .prefetch_related("baselines")
    )
    revision = max((stream.series.revision for stream in streams), default=0)
    found = watched(streams, now=now) if streams else None
    seen = _seen(found, before.budget_days) if found else []
    silent, next_silence = silence.silences(streams, found, now=now)
    due = min([*_midnights(streams, now), *([next_silence] if next_silence else [])], default=None)
    step("evaluate.computed")
    with transaction.atomic():
        mine = Evaluation.objects.filter(pk=1, turn=before.turn)
        if not mine.update(
            turn=F("turn") + 1, revision=revision, evaluated_at=now,
            due_at=due or now + timedelta(days=1),
        ):  # fmt: skip
            return 0  # another worker was quicker
        _freeze(found, now)
        written = _write(seen, now) + silence.write(silent, streams, now=now)
        step("evaluate.written")
    step("evaluate.committed")
    return written


def _midnights(streams: Iterable[Stream], now: datetime) -> list[datetime]:
    """Return when the running day of each zone is over and has been waited for."""
    found = set()
    for zone, settle in {(stream.series.sweep.tz, stream.settle) for stream in streams}:
        wait = timedelta(seconds=settle)
        day = (now - wait).astimezone(zone).date()
        found.add(midnight(day + timedelta(days=1), zone) + wait)
    return sorted(found)


def _freeze(found: Watched | None, now: datetime) -> None:
    """Write baselines down, the first of a stream with the span that it was made of."""
    for phase, frozen in found.fresh if found else ():
        told = {"reason": made_of(frozen)} if phase.number == 1 else {}
        Baseline.objects.filter(pk=phase.pk, frozen_at=None).update(
            frozen=frozen.document(), frozen_at=now, **told
        )


def _seen(found: Watched, budget: float) -> list[Found]:
    chosen = limits(streams=len({part.stream.pk for part in found.parts}), days=budget)
    if not found.parts:
        return []
    result = evaluate(found.panel, [part.row for part in found.parts], limits=chosen)
    return [_dated(case, found) for case in result.cases]


def _dated(case: Case, found: Watched) -> Found:
    part = found.parts[case.row] if case.row >= 0 else found.parts[0]
    ends = case.closed is not None and case.row >= 0 and case.closed >= part.row.end
    if ends:
        case = _because(case, "a new baseline was decided")
    return Found(
        stream=part.stream.pk if case.row >= 0 else None,
        zone=part.stream.series.sweep.tz,
        opened=found.day(case.opened),
        closed=None if case.closed is None else found.day(case.closed),
        onset=None if case.onset is None else found.day(case.onset),
        size=_size(case, found),
        case=case,
        contributors=[_named(one, found) for one in case.contributors],
    )


def _size(case: Case, found: Watched) -> float:
    """Return how much worse: percentage points of a share, else in the unit, a count by the day.

    Of a stack: the mean slip of the shares among those who made it.
    """
    if case.row >= 0:
        reading = found.parts[case.row].stream.reading
        by_day = reading == "count" and case.kind not in {"threshold", "gap"}
        return case.size * (_HOURS if by_day else 100 if reading == "share" else 1)
    slips = [
        one["size"] * 100
        for one in case.contributors
        if found.parts[one["row"]].stream.reading == "share"
    ]
    return sum(slips) / len(slips) if slips else 0.0


def _because(case: Case, why: str) -> Case:
    return Case(
        row=case.row, kind=case.kind, opened=case.opened, closed=case.closed, onset=case.onset,
        size=case.size, rings=case.rings, why_closed=why, evidence=case.evidence,
        contributors=case.contributors, segment=case.segment,
    )  # fmt: skip


def _named(one: dict[str, Any], found: Watched) -> dict[str, Any]:
    stream = found.parts[one["row"]].stream
    size = one["size"] * {"share": 100, "count": _HOURS}.get(stream.reading, 1)
    return {
        "stream": stream.pk, "key": stream.key, "name": stream.name,
        "touchpoint": stream.touchpoint, "part": one["part"], "z": one["z"],
        "size": round(size, 6),
    }  # fmt: skip


def _write(seen: Sequence[Found], now: datetime) -> int:
    """Bring the facts up to what was seen. A fact that stands is never removed or moved."""
    kept: dict[Place, list[Fade]] = defaultdict(list)
    for row in Fade.objects.exclude(kind="no_data").filter(segment=""):
        kept[row.stream_id, row.kind, row.segment].append(row)
    written = 0
    wanted: dict[Place, list[Found]] = defaultdict(list)
    for one in seen:
        wanted[one.place].append(one)
    for place, rows in kept.items():
        written += sum(
            _closed(row, wanted.get(place, []), now) for row in rows if not row.closed_at
        )
    fresh = [
        _fact(one, now)
        for place, ones in wanted.items()
        for one in ones
        if not any(_touch(row, one) for row in kept[place])
    ]
    Fade.objects.bulk_create(fresh, batch_size=500)
    return written + len(fresh)


def _touch(row: Fade, one: Found) -> bool:
    """Return whether a fact and a case share a day: then they are one."""
    return row.opened_on <= (one.closed or _OPEN) and one.opened <= (row.closed_on or _OPEN)


def _closed(row: Fade, ones: Sequence[Found], now: datetime) -> bool:
    """Close a fact whose case has closed, or is no longer there; return whether it was closed."""
    same = [one for one in ones if _touch(row, one)]
    if any(one.closed is None for one in same):
        return False
    last = max(
        (one for one in same if one.closed), key=lambda one: one.closed or _OPEN, default=None
    )
    if last is None or last.closed is None:
        row.closed_on, row.closed_at = max(row.opened_on, now.date()), now
        row.why_closed = "later signals changed the days that had shown it"
    else:
        row.closed_on, row.closed_at = last.closed, _end_of(last.closed, last.zone)
        row.why_closed = last.case.why_closed
    changed = Fade.objects.filter(pk=row.pk, closed_at=None).update(
        closed_on=row.closed_on, closed_at=row.closed_at, why_closed=row.why_closed
    )
    return bool(changed)


def _fact(one: Found, now: datetime) -> Fade:
    case = one.case
    return Fade(
        stream_id=one.stream, kind=case.kind, segment=case.segment,
        opened_on=one.opened, opened_at=_end_of(one.opened, one.zone), onset=one.onset,
        size=round(one.size, 6), rings=case.rings, evidence=_plain(case.evidence),
        contributors=one.contributors, recorded_at=now, closed_on=one.closed,
        closed_at=None if one.closed is None else _end_of(one.closed, one.zone),
        why_closed=case.why_closed,
    )  # fmt: skip


def _plain(evidence: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(evidence, default=float))
    return found


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return midnight(day + timedelta(days=1), zone)
