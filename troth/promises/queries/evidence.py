"""What the score rests on: cases by promise, local day and segment, as the promises count them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from troth.core import clock, windows
from troth.core.windows import Rolling
from troth.promises.models import Closed, Promise
from troth.promises.queries import dockets, opinions
from troth.promises.queries.dockets import Docket
from troth.promises.queries.opinions import Opinion
from troth.promises.queries.regimes import Regime, begun
from troth.promises.rules import attesting
from troth.promises.rules.frames import Era
from troth.promises.rules.terms import Terms
from troth.promises.scoring.evidence import Evidence, Rows

SCOPES = ("public", "all")
_ATTESTED = Rolling(400 * windows.DAY)

Row = tuple[int, int, int, int, float]  # day, segment, good, total, share that might fail


def evidence(
    *,
    scope: str = "public",
    at: datetime | None = None,
    as_of: datetime | None = None,
    slugs: Sequence[str] | None = None,
) -> list[Evidence]:
    """Return what is known of each promise, retired ones too, up to the instant `at`.

    From the kept tallies; with `as_of` counted from the signals, as known then. `scope` is public
    or all. queries.segmenting splits it.
    """
    now = clock.now()
    loaded = dockets.load(list(_promises(scope, slugs)))
    held = opinions_of(loaded, at=at, as_of=as_of, now=now)
    found = [of_opinion(opinion) for opinion in held]
    gone = [docket for docket in loaded if docket.promise.retired_at is not None]
    return [*found, *_retired(gone, as_of or now)]


def _promises(scope: str, slugs: Sequence[str] | None) -> "QuerySet[Promise]":
    rows = Promise.objects.all() if scope == "all" else Promise.objects.filter(visibility="public")
    return rows if slugs is None else rows.filter(slug__in=slugs)


def opinions_of(
    loaded: Sequence[Docket], *, at: datetime | None, as_of: datetime | None, now: datetime
) -> list[Opinion]:
    """Return the counts behind the promises that are still made."""
    given = [docket for docket in loaded if docket.promise.retired_at is None]
    if as_of is None:
        return opinions.tallied(given, now=now)
    return opinions.exact(given, at=at or as_of, as_of=as_of, now=now)


def last_day(at: datetime, zone: ZoneInfo) -> int:
    """Return the ordinal of the last local day that is over at an instant."""
    return (at + windows.TICK).astimezone(zone).date().toordinal() - 1


@lru_cache(maxsize=65_536)
def ordinal(bucket: int, zone: ZoneInfo) -> int:
    """Return the ordinal of the local day whose start this is (epoch seconds)."""
    return datetime.fromtimestamp(bucket, tz=zone).date().toordinal()


def of_opinion(opinion: Opinion) -> Evidence:
    """Return what one promise's counts say, by local day."""
    terms, docket = opinion.terms, opinion.docket
    rows, excluded = _rows(opinion)
    return Evidence(
        slug=docket.promise.slug,
        name=terms.name,
        pillar=terms.pillar,
        rows=Rows.of(list(_given(rows, docket, terms, opinion.as_of))),
        promised=_promised(docket, opinion.at, opinion.as_of),
        scale=terms.counting.evidence,
        excluded=excluded,
    )


def _rows(opinion: Opinion) -> tuple[list[Row], int]:
    """Return the rows of a promise without what is excluded, and how many cases that is."""
    terms = opinion.terms
    if terms.evaluator == "attestation":
        told = attesting.days(opinion.evidence, _ATTESTED, terms, at=opinion.at)
        tolerance = float(1 - terms.target)
        first = min((start for start, _ in opinion.evidence), default=None)
        return [
            (ordinal(bucket, terms.tz), 0, count.good, count.total, tolerance)
            for bucket, count in told
            if first is not None and bucket >= first.timestamp() - windows.DAY
        ], 0
    applied = within_caps(opinion.eras, terms)
    found: list[Row] = []
    excluded = 0
    for era in opinion.eras:
        counts = _era(era, applied)
        excluded += sum(out for _, _, out in counts.values())
        tolerance = float(era.tolerance)
        found += [
            (ordinal(bucket, terms.tz), 0, good, total, tolerance)
            for bucket, (good, total, _) in counts.items()
        ]
    return found, excluded


def within_caps(eras: Sequence[Era], terms: Terms) -> list[str]:
    """Return the categories of exclusion that stay within their caps, over all that is known."""
    if not terms.categories:
        return []
    ever = float("-inf"), float("inf")
    total = sum(era.column("judged", windows.DAY).count(*ever).total for era in eras)
    return [
        category.name
        for category in terms.categories
        if category.cap is None
        or sum(e.column(f"excluded:{category.name}", windows.DAY).count(*ever).total for e in eras)
        <= category.cap * total
    ]


def _era(era: Era, applied: Iterable[str]) -> dict[int, tuple[int, int, int]]:
    """Return bucket → (good, total, excluded)."""
    ever = float("-inf"), float("inf")
    found = {b: (g, n, 0) for b, g, n in era.column("judged", windows.DAY).rows(*ever)}
    for name in applied:
        for bucket, good, total in era.column(f"excluded:{name}", windows.DAY).rows(*ever):
            was = found.get(bucket, (0, 0, 0))
            found[bucket] = (was[0] - good, was[1] - total, was[2] + total)
    return found


def _given(rows: Iterable[Row], docket: Docket, terms: Terms, as_of: datetime) -> Iterator[Row]:
    """Yield the rows of days on which the promise was given: not those of a suspension."""
    if not docket.suspensions:
        yield from rows
        return
    off: dict[int, bool] = {}
    for row in rows:
        if row[0] not in off:
            end = windows.midnight(date.fromordinal(row[0] + 1), terms.tz)
            off[row[0]] = docket.is_suspended(end - windows.TICK, as_of)
        if not off[row[0]]:
            yield row


def _promised(docket: Docket, at: datetime, as_of: datetime) -> tuple[tuple[int, float], ...]:
    regimes = begun(docket.regimes(at, as_of), at)
    zone = regimes[-1].terms.tz
    return tuple((_start(regime, zone), float(1 - regime.terms.target)) for regime in regimes)


def _start(regime: Regime, zone: ZoneInfo) -> int:
    start = regime.bounds.start
    return start.astimezone(zone).date().toordinal() if start else 1


def _retired(gone: Sequence[Docket], known: datetime) -> Iterator[Evidence]:
    """Yield what closed days tell of promises that are made no longer: nothing counts them now."""
    by_promise: dict[int, list[Closed]] = defaultdict(list)
    for row in Closed.objects.filter(promise__in=[docket.promise for docket in gone]):
        by_promise[row.promise_id].append(row)
    for docket in gone:
        ended = docket.promise.retired_at or known
        terms = docket.terms(ended, known)
        promised = _promised(docket, ended, known)
        plain = Evidence(
            docket.promise.slug, terms.name, terms.pillar, Rows.of([]), promised,
            scale=terms.counting.evidence, retired=ended.astimezone(terms.tz).date().toordinal(),
        )  # fmt: skip
        days = [(ordinal(row.bucket, terms.tz), row) for row in by_promise[docket.promise.pk]]
        rows = [(day, 0, row.good, row.total, plain.tolerance(day)) for day, row in days]
        yield replace(plain, rows=Rows.of(list(_given(rows, docket, terms, known))))
