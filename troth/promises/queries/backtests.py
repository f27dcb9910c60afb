"""What a draft would have been worth: judged on the past before it is promised."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from troth.core import windows
from troth.core.windows import DAY, Span
from troth.metrics import queries as metrics
from troth.promises.queries import defined, gaps, reckoning
from troth.promises.queries.circumstances import Look
from troth.promises.queries.readers import check_reader
from troth.promises.queries.regimes import Regime
from troth.promises.rules import attesting, measures, wording
from troth.promises.rules import document as documents
from troth.promises.rules.frames import Column
from troth.promises.rules.results import Backtest, Count, Month
from troth.promises.rules.terms import Terms
from troth.signals import queries as signals

TIGHT = Fraction(4, 5)  # a promise that fewer of the cases would have met is too tight
SUGGESTED = 0.9  # the share of the cases that a suggested time covers


def backtest(*, document: Mapping[str, object], months: int = 12, now: datetime) -> Backtest:
    """Judge a draft on the last whole months, on what is known now. Raises `DocumentError`."""
    terms = read(document)
    starts = list(_starts(terms, months, now))
    spans = [Span(a, b) for a, b in pairwise(starts)]
    whole = Span(starts[0], starts[-1])
    found = [_month(terms, span, count) for span, count in _counts(terms, spans, whole)]
    good, total = sum(m.good for m in found), sum(m.total for m in found)
    kept = sum(month.kept is True for month in found)
    judged = sum(month.kept is not None for month in found)
    tight = bool(total) and Fraction(good, total) < TIGHT
    suggested = _suggested(terms, whole)
    return Backtest(
        months=tuple(found),
        kept=kept,
        judged=judged,
        share=good / total if total else None,
        tight=tight,
        suggested=suggested,
        sentence=wording.backtested(kept, judged, months),
        warning=wording.too_tight(good, total, suggested) if tight else "",
        gap=gaps.measured_gap(terms, whole),
    )


def preview(*, document: Mapping[str, object]) -> tuple[str, ...]:
    """Return the draft in plain sentences. Raises `rules.terms.DocumentError`."""
    terms = read(document)
    check_reader(terms)
    return wording.how_counted(terms)


def read(draft: Mapping[str, object]) -> Terms:
    """Return the terms of a draft, metrics looked up by name. Raises DocumentError."""
    return documents.read(draft, metrics=defined.metric)


def _starts(terms: Terms, months: int, now: datetime) -> Iterator[datetime]:
    """Yield the starts of the last whole calendar months, oldest first, and the end of the last."""
    edges = [windows.calendar_start(now, terms.tz, "M")]
    for _ in range(months):
        edges.append(windows.calendar_start(edges[-1], terms.tz, "M"))
    yield from reversed(edges)


def _counts(terms: Terms, spans: Sequence[Span], whole: Span) -> Iterator[tuple[Span, Count]]:
    if terms.evaluator == "attestation":
        evidence = Look(signals.store(), whole.end).evidence(terms.counting)
        seen = any(start < whole.end for start, _ in evidence)
        for span in spans:
            yield span, Count(int(attesting.is_attested(evidence, span.end)), int(seen))
        return
    column = _column(terms, whole)
    for span in spans:
        yield span, column.count(span.start.timestamp(), span.end.timestamp())


def _column(terms: Terms, whole: Span) -> Column:
    if terms.counting.calendar:
        regime = Regime(0, terms, measures.Bounds())
        (era,) = reckoning.eras([regime], {}, Look(signals.store(), whole.end))
        return era.column("judged", DAY)
    measure = measures.parts(terms, measures.Bounds(), {}).get(("judged", DAY))
    if measure is None:
        return Column.of([])
    tallies = metrics.ask(measure=measure, span=whole, zone=terms.tz, grain=DAY, at=whole.end)
    return Column.of([(int(t.bucket.timestamp()), t.good, t.total) for t in tallies])


def _month(terms: Terms, span: Span, count: Count) -> Month:
    kept = count.bad <= (1 - terms.target) * count.total if count.total else None
    return Month(span.start, count.good, count.total, kept)


def _suggested(terms: Terms, whole: Span) -> timedelta | None:
    return gaps.within(terms, whole, SUGGESTED) if terms.counting.has_deadline else None
