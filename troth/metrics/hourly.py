"""Today so far: a fact for a stream that is already too far from its usual, before the day ends.

Only for streams that ask for it, once an hour, when the hour is over and its evidence is counted.
What opens is the spike of that day: when the day is whole its own evaluation keeps or closes it,
and nothing rings twice. Everything is read and computed first; the writing is one transaction in
which each stream is claimed by the hour that it had been judged until, so that of two workers who
computed at once the second writes nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from troth.core.windows import HOUR, midnight
from troth.metrics.drift.limits import limits, split
from troth.metrics.drift.normal import widened
from troth.metrics.models import Baseline, Evaluation, Fade, Stream
from troth.metrics.queries.complete import falls_due, uncounted, whole_hours
from troth.metrics.queries.hourly import Look, looks

_PLENTY = float("inf")
_LEAST = 5.0  # degrees of freedom, as for days


def is_due(*, now: datetime) -> bool:
    """Return whether an hour may be over that was not judged: what an idle worker asks, a query.

    Also where a clock that was ahead has been put back.
    """
    return bool(_due(now))


def evaluate_hours(*, now: datetime) -> int:
    """Judge today so far of each stream that asks for it; return how many facts were opened."""
    due = _due(now)
    if not due:
        return 0
    rows = Stream.objects.filter(pk__in=due).select_related("series__sweep", "hourly__sweep")
    streams = list(rows.prefetch_related("baselines"))
    over = whole_hours(streams, now=now)
    waiting = uncounted(
        (one.hourly, over[one.pk] + timedelta(seconds=one.settle))
        for one in streams
        if one.pk in over
    )
    wanted = [
        (stream, over[stream.pk])
        for stream in streams
        if stream.pk in over and stream.hourly_id not in waiting
        and stream.judged_until != over[stream.pk] and not falls_due(stream.hourly, over[stream.pk])
    ]  # fmt: skip
    found = looks(wanted, now=now)
    limit = _limit()
    with transaction.atomic():
        Evaluation.objects.select_for_update().get_or_create(pk=1)
        mine = [look for look in found if _claimed(look)]
        _keep(mine)
        facts = _fresh([fact for look in mine if (fact := _fact(look, limit, now))])
        Fade.objects.bulk_create(facts, batch_size=500)
    return len(facts)


def _due(now: datetime) -> list[int]:
    """Return the streams of which an hour may be over, and was waited for, that is not judged."""
    rows = Stream.objects.filter(ended_at=None).exclude(hourly=None)
    return [
        pk
        for pk, until, settle in rows.values_list("pk", "judged_until", "settle")
        if until is None or until > now or until <= now - timedelta(seconds=HOUR + settle)
    ]


def _limit() -> float:
    """Return how many sigmas are too far at one look, for one whose sigma is known."""
    row = Evaluation.objects.filter(pk=1).first() or Evaluation()
    streams = Stream.objects.filter(ended_at=None).count()
    return split(limits(streams=streams, days=row.budget_days).spike)[1]


def _claimed(look: Look) -> bool:
    mine = Stream.objects.filter(pk=look.stream.pk, judged_until=look.stream.judged_until)
    if look.stream.judged_until is None:
        mine = Stream.objects.filter(pk=look.stream.pk, judged_until__isnull=True)
    return bool(mine.update(judged_until=look.until))


def _keep(mine: Sequence[Look]) -> None:
    """Write profiles down that are new: from now on they stand, as their baselines do."""
    for look in mine:
        if look.fresh and look.profile is not None and look.phase is not None:
            rows = Baseline.objects.filter(pk=look.phase.pk, hours__isnull=True)
            rows.update(hours=look.profile.document())


def _fact(look: Look, limit: float, now: datetime) -> Fade | None:
    """Return the fact that today so far is, None within the limit."""
    seen, stream = look.seen, look.stream
    if seen is None:
        return None
    reach = float(widened(limit, max(_LEAST, seen.freedom or _PLENTY)))
    if not seen.straight > reach:
        return None
    zone = stream.series.sweep.tz
    whole = midnight(look.day + timedelta(days=1), zone) + timedelta(seconds=stream.settle)
    side = 1.0 if stream.reading == "share" or stream.better == "less" else -1.0
    size = (seen.seen - seen.expected) * side
    return Fade(
        stream=stream, kind="spike", opened_on=look.day, opened_at=look.until, onset=look.day,
        size=round(size * 100 / seen.cases if stream.reading == "share" else size, 6),
        recorded_at=now,
        evidence={
            "z": round(seen.z, 3), "side": "worse", "alarm_limit": round(reach, 3),
            "until": look.until.isoformat(), "whole": whole.isoformat(),
            "seen": round(seen.seen, 6), "cases": round(seen.cases, 6),
            "expected": round(seen.expected, 6),
            "low": round(seen.low, 6), "high": round(seen.high, 6),
        },
    )  # fmt: skip


def _fresh(facts: Sequence[Fade]) -> list[Fade]:
    """Return those of which nothing is told: no open spike or fade, none of the same day."""
    streams = [fact.stream_id for fact in facts]
    rows = Fade.objects.filter(stream__in=streams, segment="", kind__in=("spike", "fade"))
    told = list(rows.filter(Q(closed_at=None) | Q(kind="spike")).only(
        "stream_id", "kind", "opened_on", "closed_at"
    ))  # fmt: skip
    is_open = {row.stream_id for row in told if row.closed_at is None}
    days = {(row.stream_id, row.opened_on) for row in told}
    return [
        fact
        for fact in facts
        if fact.stream_id not in is_open and (fact.stream_id, fact.opened_on) not in days
    ]
