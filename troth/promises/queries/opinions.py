"""What is to be said of a promise at an instant: its windows, its pending cases, its strip."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from troth.core import windows
from troth.core.windows import Rolling, Span
from troth.promises.models import Version
from troth.promises.queries import readings, reckoning
from troth.promises.queries.circumstances import Look
from troth.promises.queries.dockets import Docket
from troth.promises.queries.readings import Asking
from troth.promises.queries.regimes import begun
from troth.promises.rules import attesting, judging
from troth.promises.rules.attesting import Validity
from troth.promises.rules.figures import Forecast
from troth.promises.rules.frames import Era
from troth.promises.rules.judging import State
from troth.promises.rules.results import Count, Day, Verdict, WindowResult
from troth.promises.rules.slices import Slices
from troth.promises.rules.terms import Terms
from troth.signals import queries as signals


@dataclass(frozen=True, slots=True)
class Opinion:
    """The judgement of one promise at an instant. `eras` hold every count behind it."""

    docket: Docket
    version: Version
    terms: Terms
    at: datetime
    as_of: datetime
    results: tuple[WindowResult, ...]
    pending: int
    eras: Sequence[Era]
    evidence: Sequence[Validity] = ()
    silent_at: datetime | None = None  # when its heartbeat is missed, unless a case happens


def live(dockets: Sequence[Docket], *, now: datetime) -> list[Opinion]:
    """Judge at `now` on what the metrics keep tallied."""
    askings = [Asking(begun(d.regimes(now, now), now), d.taken(now)) for d in dockets]
    eras = readings.kept(askings, until=now)
    look = Look(signals.store(), now)
    return [opinion(d, found, look, now) for d, found in zip(dockets, eras, strict=True)]


def tallied(dockets: Sequence[Docket], *, now: datetime) -> list[Opinion]:
    """Return opinions without results: the counts behind the kept judgements, for their strips."""
    askings = [Asking(begun(d.regimes(now, now), now), d.taken(now)) for d in dockets]
    eras = readings.kept(askings, until=now)
    look = Look(signals.store(), now)
    return [
        Opinion(d, d.version(now, now), d.terms(now, now), now, now, (), 0,
                _reckoned(d, found, look, now), _evidence(d.terms(now, now), look))
        for d, found in zip(dockets, eras, strict=True)
    ]  # fmt: skip


def exact(
    dockets: Sequence[Docket], *, at: datetime, as_of: datetime | None, now: datetime
) -> list[Opinion]:
    """Judge at any instant, on what had been recorded by `as_of`, from the signals themselves."""
    known = as_of or now
    askings = [Asking(begun(d.regimes(at, known), at), d.taken(known)) for d in dockets]
    eras = readings.counted(askings, at=at, as_of=as_of)
    look = Look(signals.store(), at, as_of)
    return [opinion(d, found, look, known) for d, found in zip(dockets, eras, strict=True)]


def opinion(docket: Docket, eras: Sequence[Era], look: Look, as_of: datetime) -> Opinion:
    at, terms = look.at, docket.terms(look.at, as_of)
    eras = _reckoned(docket, eras, look, as_of)
    pending = _pending(eras, at)
    silent_at = look.silent_at(terms)
    state = _state(docket, terms, look, as_of, pending)
    state = replace(state, silent=silent_at is not None and at > silent_at)
    evidence = _evidence(terms, look)
    results = tuple(
        attesting.judge(terms, window, evidence, state, at=at)
        if terms.evaluator == "attestation"
        else judging.judge(terms, window, eras, state, at=at)
        for window in terms.windows
    )
    version = docket.version(at, as_of)
    return Opinion(docket, version, terms, at, as_of, results, pending, eras, evidence, silent_at)


def _reckoned(docket: Docket, eras: Sequence[Era], look: Look, as_of: datetime) -> Sequence[Era]:
    """Return the eras, reckoned case by case where deadlines count in business hours."""
    if not docket.terms(look.at, as_of).counting.calendar:
        return eras
    regimes = begun(docket.regimes(look.at, as_of), look.at)
    return reckoning.eras(regimes, docket.taken(as_of), look)


def _evidence(terms: Terms, look: Look) -> list[Validity]:
    return look.evidence(terms.counting) if terms.evaluator == "attestation" else []


def _pending(eras: Sequence[Era], at: datetime) -> int:
    """Count the cases opened but not yet due: over all time, dated ones minus those fallen due."""
    end, found = at.timestamp(), 0
    for era in eras:
        opened = era.column("opened", windows.DAY).count(float("-inf"), end).total
        part = "proper" if ("proper", windows.DAY) in era.columns else "judged"
        if opened:
            found += opened - era.column(part, windows.DAY).count(float("-inf"), end).total
    return found


def _state(docket: Docket, terms: Terms, look: Look, as_of: datetime, pending: int) -> State:
    @cache
    def forecast() -> Forecast | None:
        return look.forecast(terms) if pending and terms.counting.due else None

    return State(
        suspended=docket.is_suspended(look.at, as_of),
        restated=docket.restated(as_of),
        as_of=as_of,
        forecast=forecast,
        slices=_slices(docket, terms, look, as_of),
        pending=pending,
    )


def _slices(docket: Docket, terms: Terms, look: Look, as_of: datetime) -> Slices | None:
    length = terms.counting.slice
    if length is None:
        return None
    first = look.first(terms.counting)
    since = first - windows.TICK if first else look.at
    if docket.versions[0].effective_from is not None:
        since = max(since, docket.versions[0].effective_from)
    return Slices(length, since, terms.tz, docket.taken_spans(as_of))


def strip(opinion: Opinion, *, days: int = 90) -> tuple[Day, ...]:
    """Return the last local days, adjusted by the exclusions that the headline applies."""
    terms, at = opinion.terms, opinion.at
    span = windows.span_of(Rolling(days * windows.DAY), at=at, zone=terms.tz)
    starts = list(windows.buckets(span, terms.tz, windows.DAY))
    edges = [int(start.timestamp()) for start in starts]
    restated = opinion.docket.restated(opinion.as_of)
    counts = _by_day(opinion, span)
    ends = [*starts[1:], windows.next_bucket(starts[-1], terms.tz, windows.DAY)]
    return tuple(
        _day(opinion, Span(start, end), counts.get(edge, Count()), restated=edge in restated)
        for start, end, edge in zip(starts, ends, edges, strict=True)
    )


def _by_day(opinion: Opinion, span: Span) -> dict[int, Count]:
    terms = opinion.terms
    if terms.evaluator == "attestation":
        window = Rolling(
            -(-int((span.end - span.start).total_seconds()) // windows.DAY) * windows.DAY
        )
        return dict(attesting.days(opinion.evidence, window, terms, at=opinion.at))
    head = opinion.results[0].excluded if opinion.results else ()
    applied = [part.category for part in head if part.applied]
    return day_counts(opinion.eras, applied, span.start.timestamp(), span.end.timestamp())


def day_counts(
    eras: Sequence[Era], applied: Sequence[str], first: float, end: float
) -> dict[int, Count]:
    """Return the adjusted count of each day (epoch seconds of its start) that has any case."""
    found: dict[int, Count] = {}
    for era in eras:
        for bucket, good, total in era.column("judged", windows.DAY).rows(first, end):
            found[bucket] = found.get(bucket, Count()) + Count(good, total)
        for name in applied:
            for bucket, good, total in era.column(f"excluded:{name}", windows.DAY).rows(first, end):
                found[bucket] = found.get(bucket, Count()) - Count(good, total)
    return found


def _day(opinion: Opinion, span: Span, count: Count, *, restated: bool) -> Day:
    terms = opinion.terms
    closes = span.end + timedelta(seconds=terms.needs.closing)
    day = Day(
        date=span.start.astimezone(terms.tz).date(),
        good=count.good,
        total=count.total,
        verdict=_day_verdict(terms, count),
        provisional=closes > opinion.as_of,
        restated=restated,
    )
    if opinion.docket.is_suspended(min(span.end, opinion.at), opinion.as_of):
        return replace(day, verdict=Verdict.SUSPENDED)
    return day


def _day_verdict(terms: Terms, count: Count) -> Verdict:
    if not count.total:
        return Verdict.NO_DATA
    allowed = (1 - terms.target) * count.total
    return Verdict.BROKEN if count.bad > allowed else Verdict.KEPT


def next_change(opinion: Opinion) -> datetime:
    """Return the next instant at which time alone may change what was said."""
    terms, at = opinion.terms, opinion.at
    grain = min(terms.grains)
    following = windows.next_bucket(windows.bucket_start(at, terms.tz, grain), terms.tz, grain)
    moments = [following + windows.TICK]
    if terms.counting.slice is not None:
        moments.append(_end_of_slice(terms, terms.counting.slice, at))
    moments += [v.effective_from for v in opinion.docket.versions if v.effective_from]
    for row in opinion.docket.suspensions:
        moments += [moment for moment in (row.starts_at, row.ends_at) if moment]
    moments += [end + windows.TICK for _, end in opinion.evidence]
    if opinion.silent_at is not None:
        moments.append(opinion.silent_at + windows.TICK)
    if opinion.pending:
        moments.append(at + timedelta(hours=1))
    return min(moment for moment in moments if moment > at)


def _end_of_slice(terms: Terms, length: int, at: datetime) -> datetime:
    """Return when the running slice is over: one without data counts from then on."""
    start = windows.bucket_start(at, terms.tz, windows.DAY)
    passed = int((at - start) / timedelta(seconds=length)) + 1
    return start + timedelta(seconds=passed * length)
