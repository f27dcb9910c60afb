"""What an evaluation saw, brought to the facts that stand: opened, grown, closed."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from troth.core.windows import midnight
from troth.metrics.drift.cases import Case
from troth.metrics.models import Fade

OTHERS = ("no_data", "surprise")  # kinds that a day's evaluation does not say
_OPEN = date.max
_TWICE = 2.0  # as far from the usual as when it was last told: it has grown
Place = tuple[int | None, str, str]  # (stream, kind, segment): of which one case is open


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a case got by now: on which day, in its own sigmas, and as a size."""

    on: date
    score: float
    size: float


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
    peak: Reached | None = None

    @property
    def place(self) -> Place:
        return (self.stream, self.case.kind, self.case.segment)


def write(seen: Sequence[Found], *, now: datetime, of: "QuerySet[Fade] | None" = None) -> int:
    """Bring the facts up to what was seen; return how many opened, grew or closed.

    A fact that stands is never removed or moved. `of` are those that were looked at again; by
    default all that are of no segment.
    """
    known = Fade.objects.filter(segment="") if of is None else of
    kept: dict[Place, list[Fade]] = defaultdict(list)
    for old in known.exclude(kind__in=OTHERS):
        kept[old.stream_id, old.kind, old.segment].append(old)
    written = 0
    wanted: dict[Place, list[Found]] = defaultdict(list)
    for one in seen:
        wanted[one.place].append(one)
    for place, rows in kept.items():
        for row in rows:
            if row.closed_at is None and not _goes_on(row, now):
                ones = wanted.get(place, [])
                written += _closed(row, ones, now) or _grown(row, ones)
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


def _goes_on(row: Fade, now: datetime) -> bool:
    """Return whether a fact is of a day that is not whole yet: the day itself will say."""
    whole = row.evidence.get("whole")
    return whole is not None and now < datetime.fromisoformat(whole)


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
        row.why_closed = (
            "the whole day did not bear it out"
            if "until" in row.evidence
            else "it is within the limits now: later signals came, or the limits moved"
        )
    else:
        row.closed_on, row.closed_at = last.closed, _end_of(last.closed, last.zone)
        row.why_closed = last.case.why_closed
    changed = Fade.objects.filter(pk=row.pk, closed_at=None).update(
        closed_on=row.closed_on, closed_at=row.closed_at, why_closed=row.why_closed
    )
    return bool(changed)


def _grown(row: Fade, ones: Sequence[Found]) -> bool:
    """Say that an open fact has doubled since it was last told; return whether it has."""
    peak = max(
        (one.peak for one in ones if one.peak and _touch(row, one)),
        key=lambda one: one.score, default=None,
    )  # fmt: skip
    if peak is None or not _has_doubled(row, peak):
        return False
    _take(row, peak)
    changed = Fade.objects.filter(pk=row.pk, closed_at=None).update(
        growth=row.growth, grown_on=peak.on, grown_size=peak.size, grown_score=peak.score
    )
    return bool(changed)


def _has_doubled(row: Fade, peak: Reached) -> bool:
    before = row.grown_score or row.evidence.get("score") or 0.0
    return bool(before > 0 and peak.score >= _TWICE * before)


def _take(row: Fade, peak: Reached) -> None:
    row.growth += 1
    row.grown_on, row.grown_size, row.grown_score = peak.on, peak.size, peak.score


def _fact(one: Found, now: datetime) -> Fade:
    case = one.case
    row = Fade(
        stream_id=one.stream, kind=case.kind, segment=case.segment,
        opened_on=one.opened, opened_at=_end_of(one.opened, one.zone), onset=one.onset,
        size=round(one.size, 6), rings=case.rings, evidence=_plain(case.evidence),
        contributors=one.contributors, recorded_at=now, closed_on=one.closed,
        closed_at=None if one.closed is None else _end_of(one.closed, one.zone),
        why_closed=case.why_closed,
    )  # fmt: skip
    if one.peak is not None and _has_doubled(row, one.peak):
        _take(row, one.peak)  # it had when it was first seen, as where a past is read at once
    return row


def _plain(evidence: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(evidence, default=float))
    return found


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return midnight(day + timedelta(days=1), zone)
