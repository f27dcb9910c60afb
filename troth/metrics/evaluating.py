"""Evaluating the streams: baselines are frozen, what is seen of them becomes facts.

Everything is read first and computed without a lock; the writing is one transaction that begins by
moving the turn of the one row of `Evaluation`. Of two workers who computed at once the second
writes nothing, and a crash before the commit leaves everything to be done again.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from troth.core.steps import reached as step
from troth.core.windows import midnight
from troth.metrics import facts, silence
from troth.metrics.drift.cases import Case
from troth.metrics.drift.engine import evaluate
from troth.metrics.drift.limits import limits
from troth.metrics.drift.pasts import made_of
from troth.metrics.facts import Found, Reached
from troth.metrics.models import Baseline, Evaluation, Series, Stream
from troth.metrics.queries.paneled import Watched, watched

EVERY = timedelta(minutes=10)  # late signals of days that are over are taken in so often
_HOURS = 24


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
    """Evaluate every stream up to `now`; return how many facts were opened, grew or closed."""
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
        written = facts.write(seen, now=now) + silence.write(silent, streams, now=now)
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
        Stream.objects.filter(pk=phase.stream_id).update(terms=F("terms") + 1)


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
        case = replace(case, why_closed="a new baseline was decided")
    return Found(
        stream=part.stream.pk if case.row >= 0 else None,
        zone=part.stream.series.sweep.tz,
        opened=found.day(case.opened),
        closed=None if case.closed is None else found.day(case.closed),
        onset=None if case.onset is None else found.day(case.onset),
        size=_size(case, case.size, case.contributors, found),
        case=case,
        contributors=[_named(one, found) for one in case.contributors],
        peak=_reached(case, found),
    )


def _reached(case: Case, found: Watched) -> Reached | None:
    peak = case.peak
    if peak is None:
        return None
    size = _size(case, peak.size, peak.contributors, found)
    return Reached(found.day(peak.day), peak.score, round(size, 6))


def _size(case: Case, size: float, contributors: Iterable[dict[str, Any]], found: Watched) -> float:
    """Return how much worse: percentage points of a share, else in the unit, a count by the day.

    Of a stack: the mean slip of the shares among those who made it.
    """
    if case.row >= 0:
        reading = found.parts[case.row].stream.reading
        by_day = reading == "count" and case.kind not in {"threshold", "gap"}
        return size * (_HOURS if by_day else 100 if reading == "share" else 1)
    slips = [
        one["size"] * 100
        for one in contributors
        if found.parts[one["row"]].stream.reading == "share"
    ]
    return sum(slips) / len(slips) if slips else 0.0


def _named(one: dict[str, Any], found: Watched) -> dict[str, Any]:
    stream = found.parts[one["row"]].stream
    size = one["size"] * {"share": 100, "count": _HOURS}.get(stream.reading, 1)
    return {
        "stream": stream.pk, "key": stream.key, "name": stream.name,
        "touchpoint": stream.touchpoint, "part": one["part"], "z": one["z"],
        "size": round(size, 6),
    }  # fmt: skip
