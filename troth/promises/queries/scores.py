"""The score of an instant, why it moved, and what was stored of it."""

import gzip
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from troth.core import clock, windows
from troth.promises.models import Score as Row
from troth.promises.models import ScoreData
from troth.promises.queries import rulebook, segmenting
from troth.promises.queries.evidence import evidence, last_day
from troth.promises.scoring import attributing, belief, composing, exporting, parts
from troth.promises.scoring.attributing import Attribution
from troth.promises.scoring.composing import Score
from troth.promises.scoring.constants import Constants
from troth.promises.scoring.parts import Parted
from troth.promises.scoring.stored import PublishedScore, StoredScore

_SHOWN = 89  # days before the newest that readers see


def score(
    *, at: datetime | None = None, as_of: datetime | None = None, scope: str = "public"
) -> Score:
    """Return the score at an instant: of the last day that was over by then.

    With `as_of` from what had been recorded, declared and signed by then. Its `value` is None where
    there is not enough evidence for a number; `reason` says why.
    """
    moment = at or as_of or clock.now()
    found = evidence(scope=scope, at=moment, as_of=as_of)
    return composing.score(
        found, constants_at(moment, as_of), day=day_of(moment),
        deeds=rulebook.deeds(scope=scope, as_of=as_of),
    )  # fmt: skip


def attribution(
    *, start: datetime, end: datetime, as_of: datetime | None = None, scope: str = "public",
    segments: bool = True,
) -> Attribution:  # fmt: skip
    """Return why the score moved between two instants, as known now or `as_of`.

    Raises attributing.NothingToCompareError where nothing had been judged by one of them.
    """
    found = evidence(scope=scope, at=end, as_of=as_of)
    if segments:
        found = segmenting.split(found, at=end, as_of=as_of)
    return attributing.attribution(
        found, constants_at(end, as_of), start=day_of(start), end=day_of(end),
        deeds=rulebook.deeds(scope=scope, as_of=as_of),
        constants_before=constants_at(start, as_of),
    )  # fmt: skip


def parted(
    slug: str, *, at: datetime | None = None, as_of: datetime | None = None, scope: str = "all"
) -> list[Parted]:
    """Return what is believed of each segment of a promise, a strand each; none before its cases.

    Segments are those of the first attribute that it declares; without one it is its own segment.
    """
    moment = at or as_of or clock.now()
    found = evidence(scope=scope, at=moment, as_of=as_of, slugs=[slug])
    rules = constants_at(moment, as_of)
    return [
        parts.parted(one, rules, attribute=each.attribute)
        for each in segmenting.split(found, at=moment, as_of=as_of)
        for one in belief.beliefs(each, rules, day=day_of(moment))
    ]


def under(
    rules: Constants, *, at: datetime | None = None, as_of: datetime | None = None,
    scope: str = "public",
) -> Attribution:  # fmt: skip
    """Return what other rules would make different, by promise: the same evidence, two scores.

    Raises attributing.NothingToCompareError where nothing has been judged yet.
    """
    moment = at or as_of or clock.now()
    found = evidence(scope=scope, at=moment, as_of=as_of)
    day, deeds = day_of(moment), rulebook.deeds(scope=scope, as_of=as_of)
    present = composing.score(found, constants_at(moment, as_of), day=day, deeds=deeds)
    return attributing.comparison(present, composing.score(found, rules, day=day, deeds=deeds))


def export(
    *, at: datetime | None = None, as_of: datetime | None = None, scope: str = "public"
) -> dict[str, Any]:
    """Return the score with all that it was computed from, for recompute.py."""
    moment = at or as_of or clock.now()
    found = evidence(scope=scope, at=moment, as_of=as_of)
    held = composing.score(
        found, constants_at(moment, as_of), day=day_of(moment),
        deeds=rulebook.deeds(scope=scope, as_of=as_of),
    )  # fmt: skip
    return exporting.document(held, found)


def constants_at(moment: datetime, as_of: datetime | None) -> Constants:
    """Return the rules in force at an instant, of those declared by `as_of`."""
    return rulebook.constants(min(moment, as_of) if as_of else moment)


def day_of(moment: datetime) -> int:
    """Return the ordinal of the day whose score holds at an instant: the last one that is over."""
    return last_day(moment, ZoneInfo(settings.TROTH.time_zone))


def end_of(day: int) -> datetime:
    """Return the instant at which a day (ordinal) is over."""
    zone = ZoneInfo(settings.TROTH.time_zone)
    return windows.midnight(date.fromordinal(day + 1), zone)


def latest(*, scope: str = "public", by: date | None = None) -> StoredScore | None:
    """Return the newest stored score, or that of a day at most; None where none is stored yet."""
    rows = Row.objects.filter(scope=scope).select_related("rules")
    row = (rows.filter(day__lte=by) if by else rows).order_by("-day", "-id").first()
    return _stored(row) if row else None


def history(
    *, since: date, until: date | None = None, scope: str = "public", every: bool = False,
    brief: bool = False,
) -> list[StoredScore]:  # fmt: skip
    """Return the stored scores by day, oldest first: the newest of each day, or `every` one.

    `brief` ones have no detail: a thousand promises of ninety days are not read for a line.
    """
    rows = Row.objects.filter(scope=scope, day__gte=since).select_related("rules")
    rows = rows.filter(day__lte=until) if until else rows
    rows = rows.defer("detail") if brief else rows
    found = [_stored(row, brief=brief) for row in rows.order_by("day", "id")]
    return found if every else list({one.day: one for one in found}.values())


def _stored(row: Row, *, brief: bool = False) -> StoredScore:
    return StoredScore(
        id=row.pk, day=row.day, scope=row.scope, value=row.value, low=row.low, high=row.high,
        grade=row.grade, rules=row.rules.number if row.rules else 0,
        computed_at=row.computed_at, detail={} if brief else row.detail, digest=row.digest,
    )  # fmt: skip


@lru_cache(maxsize=4)
def _remembered(score: int) -> bytes:
    """Return the data of a stored score, which never changes, without asking twice."""
    return data(score) or b""


def data(score: int) -> bytes | None:
    """Return what a stored score was computed from, as JSON; None where newer ones replaced it."""
    row = ScoreData.objects.filter(score=score).first()
    return gzip.decompress(bytes(row.document)) if row else None


def packed(document: dict[str, Any]) -> bytes:
    """Return the document as it is stored: the same document gives the same bytes."""
    return gzip.compress(msgspec.json.encode(document), compresslevel=6, mtime=0)


def published(*, by: date | None = None) -> PublishedScore | None:
    """Return all that readers are told of the score; None where none is stored yet."""
    held = latest(by=by)
    if held is None:
        return None
    versions = tuple(row for row in rulebook.rulebook() if row.number <= held.rules)
    since = held.day - timedelta(days=_SHOWN)
    return PublishedScore(
        score=held,
        rules=versions[0],
        versions=versions,
        events=tuple(rulebook.integrity_events(scope="public")),
        days=tuple(history(since=since, until=held.day, brief=True)),
        data=_remembered(held.id),
    )
