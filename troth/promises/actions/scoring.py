"""The score of each day, computed and written down: append-only, the newest row of a day holds."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction

from troth.core import work
from troth.promises.actions.finding import find_events
from troth.promises.models import IntegrityEvent, Promise, Score, ScoreData, ScoreRules
from troth.promises.queries import felt, rulebook, scores
from troth.promises.queries.evidence import evidence
from troth.promises.scoring import composing, exporting, telling
from troth.promises.scoring.evidence import Evidence

AGAIN = timedelta(hours=1)
FIRST_DAYS = 90  # how far back an installation tells its score when it first does
RECENT_DAYS = 7  # late signals and corrections of these days make another row
_JOB = "promises.score"


def is_unscored(*, now: datetime) -> bool:
    """Return whether a day is over that has no score, or something it rests on was decided."""
    last = Score.objects.filter(scope="public").order_by("-day", "-id").first()
    if last is None:
        return Promise.objects.exists()
    if last.day.toordinal() < scores.day_of(now):
        return True
    looked = work.finished_at(_JOB)
    since = max(last.computed_at, looked) if looked else last.computed_at
    return (
        now - since >= AGAIN
        or ScoreRules.objects.filter(created_at__gt=since).exists()
        or IntegrityEvent.objects.filter(recorded_at__gt=since).exists()
        or IntegrityEvent.objects.filter(withdrawn_at__gt=since).exists()
    )


def score_days(*, now: datetime) -> int:
    """Compute the score of the days that are over; return how many rows were written.

    A day is written again where it came out differently. Beside the public score there is one of
    all promises, where any is not public.
    """
    find_events(now=now)
    end = scores.day_of(now)
    written = _score_scope("public", end, now)
    if Promise.objects.exclude(visibility="public").filter(retired_at=None).exists():
        written += _score_scope("all", end, now)
    return written


def _score_scope(scope: str, end: int, now: datetime) -> int:
    found = evidence(scope=scope, at=now)
    known = {
        one.day.toordinal(): one
        for one in scores.history(since=_since(end), scope=scope, brief=True)
    }
    written = 0
    for day in _days(found, known, end):
        held, values = _computed(found, day, scope)
        before = known.get(day)
        if before is None or before.digest != values["digest"]:
            _write(held, values, found, now, newest=day == end)
            written += 1
    return written


def _since(end: int) -> date:
    return date.fromordinal(end - FIRST_DAYS)


def _days(found: Sequence[Evidence], known: dict[int, Any], end: int) -> Sequence[int]:
    """Return the days to be looked at: all of ninety at first, later the recent and missing."""
    firsts = [each.first for each in found if each.first is not None]
    start = max(min(firsts, default=end), end - FIRST_DAYS + 1)
    return [day for day in range(start, end + 1) if day > end - RECENT_DAYS or day not in known]


def _computed(
    found: Sequence[Evidence], day: int, scope: str
) -> tuple[composing.Score, dict[str, Any]]:
    at = scores.end_of(day)
    rules = rulebook.constants(at)
    deeds = rulebook.deeds(scope=scope)
    held = composing.score(found, rules, day=day, deeds=deeds)
    detail = {
        **telling.detail(held),
        "drivers": telling.drivers(found, held, deeds=deeds),
        "felt": msgspec.to_builtins(felt.felt(rules.felt, at=at)),
    }
    digits = exporting.published(held)
    text = msgspec.json.encode([detail, digits, rules.version], order="sorted")
    digest = hashlib.blake2b(text, digest_size=16).hexdigest()
    return held, {"scope": scope, "detail": detail, "digest": digest, "grade": held.grade}


@transaction.atomic
def _write(
    held: composing.Score, values: dict[str, Any], found: Sequence[Evidence], now: datetime,
    *, newest: bool,
) -> None:  # fmt: skip
    shown = held.value is not None and held.band is not None
    row, is_new = Score.objects.get_or_create(
        scope=values.pop("scope"), day=date.fromordinal(held.day), computed_at=now,
        defaults={
            **values,
            "rules": ScoreRules.objects.filter(number=held.constants.version).first(),
            "value": held.value,
            "low": held.band.low if shown and held.band else None,
            "high": held.band.high if shown and held.band else None,
        },
    )  # fmt: skip
    if newest and is_new:
        ScoreData.objects.filter(score__scope=row.scope).delete()
        packed = scores.packed(exporting.document(held, found))
        ScoreData.objects.create(score=row, document=packed)
