"""Judging: find what may have changed, judge it, and leave a flip for each change of verdict."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from troth.core.steps import reached
from troth.metrics import queries as metrics
from troth.metrics.jobs import MOST, tally
from troth.promises.actions import bulk
from troth.promises.actions.closing import close
from troth.promises.models import Flip, Followed, Judgement, Promise, Restatement
from troth.promises.queries import dockets, opinions
from troth.promises.queries.opinions import Opinion
from troth.promises.rules.results import WindowResult
from troth.signals import actions as signals

_AT_ONCE = 1000  # promises judged in one transaction


@dataclass(frozen=True, slots=True)
class Judged:
    promises: int = 0
    flips: int = 0
    restatements: int = 0

    def __add__(self, other: "Judged") -> "Judged":
        return Judged(
            self.promises + other.promises,
            self.flips + other.flips,
            self.restatements + other.restatements,
        )


def judge_all(*, now: datetime, everything: bool = False) -> Judged:
    """Judge the promises whose counts moved or whose time has come; `everything`: all of them.

    Promises whose series have not been tallied yet wait for the next time.
    """
    chosen = list(_promises() if everything else _stale(_promises(), now))
    done = Judged()
    for start in range(0, len(chosen), _AT_ONCE):
        done += _judge(chosen[start : start + _AT_ONCE], now)
    return done


def is_due(*, now: datetime) -> bool:
    """Return whether `judge_all()` would judge anything: what an idle worker asks, in one query."""
    return _stale(_promises(), now).exists()


def bring_up_to_date(*, now: datetime) -> Judged:
    """Seal what waits in the inbox, count it, and judge what may have changed."""
    sealed = signals.seal(now=now)
    while sealed.rows or sealed.repeated:
        sealed = signals.seal(now=now)
    while tally(now=now) == MOST:
        pass
    return judge_all(now=now)


def _promises() -> QuerySet[Promise]:
    own = Followed.objects.filter(version__promise=OuterRef("pk"))
    return Promise.objects.filter(retired_at=None).exclude(
        Exists(own.filter(series__dirty__isnull=False))
    )


def _stale(promises: QuerySet[Promise], now: datetime) -> QuerySet[Promise]:
    moved = Followed.objects.filter(
        version__promise=OuterRef("pk"), series__revision__gt=OuterRef("judged_revision")
    )
    return promises.filter(Q(judge_at=None) | Q(judge_at__lte=now) | Exists(moved))


def _judge(promises: Sequence[Promise], now: datetime) -> Judged:
    revision = metrics.revision()
    found = opinions.live(dockets.load(promises), now=now)
    reached("judge.computed")
    with transaction.atomic():
        restated = close(found, now=now)
        flips = _write([_with_restated(opinion, marks) for opinion, marks in _marked(found)], now)
        _remember(found, revision)
        reached("judge.written")
    reached("judge.committed")
    return Judged(len(found), flips, restated)


def _marked(found: Sequence[Opinion]) -> Iterator[tuple[Opinion, set[int]]]:
    """Yield each opinion with the days restated by now, those of this very turn included."""
    marks: dict[int, set[int]] = defaultdict(set)
    ids = [opinion.docket.promise.pk for opinion in found]
    rows = Restatement.objects.filter(promise__in=ids).values_list("promise", "bucket")
    for promise, bucket in rows.distinct():
        marks[promise].add(bucket)
    for opinion in found:
        yield opinion, marks[opinion.docket.promise.pk]


def _with_restated(opinion: Opinion, days: set[int]) -> Opinion:
    if not days:
        return opinion
    results = tuple(
        replace(
            result,
            restated=any(
                result.starts_at.timestamp() <= day < result.at.timestamp() for day in days
            ),
        )
        for result in opinion.results
    )
    return replace(opinion, results=results)


def _write(found: Sequence[Opinion], now: datetime) -> int:
    """Write the judgements in the caller's transaction; return how many verdicts changed.

    The rows of the promises are locked first: of two workers, the second sees what the first has
    written, and writes nothing where that is newer.
    """
    ids = [opinion.docket.promise.pk for opinion in found]
    list(Promise.objects.select_for_update().filter(pk__in=ids).values_list("pk").order_by("pk"))
    kept: dict[tuple[int, str], tuple[str, datetime]] = {
        (promise, window): (verdict, at)
        for promise, window, verdict, at in Judgement.objects.filter(promise__in=ids).values_list(
            "promise_id", "window", "verdict", "at"
        )
    }
    rows, flips = [], []
    for opinion in found:
        promise = opinion.docket.promise.pk
        for result in opinion.results:
            was, at = kept.pop((promise, result.window), ("", None))
            if at is not None and at > now:
                continue
            rows.append(bulk.judgement(promise, result))
            if was != result.verdict:
                flips.append(_flip(promise, result, was))
    bulk.save_judgements(rows)
    Flip.objects.bulk_create(flips, batch_size=500)
    _drop(kept)
    return len(flips)


def _flip(promise: int, result: WindowResult, was: str) -> Flip:
    return Flip(promise_id=promise, window=result.window, was=was, now=result.verdict, at=result.at)


def _drop(kept: dict[tuple[int, str], tuple[str, datetime]]) -> None:
    """Remove the judgements of windows that the promise no longer has."""
    for promise, window in kept:
        Judgement.objects.filter(promise=promise, window=window).delete()


def _remember(found: Sequence[Opinion], revision: int) -> None:
    """Note what was taken in, unless the promise was changed meanwhile."""
    for opinion in found:
        promise = opinion.docket.promise
        promise.judge_at = opinions.next_change(opinion)
        promise.judged_at, promise.judged_revision = opinion.at, revision
    bulk.save_progress([opinion.docket.promise for opinion in found])


def stir(promise: Promise) -> None:
    """Have a promise judged at the next opportunity, in the caller's transaction."""
    Promise.objects.filter(pk=promise.pk).update(judge_at=None, turn=F("turn") + 1)
