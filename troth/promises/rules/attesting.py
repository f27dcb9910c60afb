"""Attestation: is there evidence that is valid now, and on how many days was there."""

from collections.abc import Sequence
from datetime import datetime

from troth.core.windows import Window, buckets, next_bucket
from troth.promises.rules.frames import frame
from troth.promises.rules.judging import State
from troth.promises.rules.results import Count, Verdict, WindowResult
from troth.promises.rules.terms import Terms

Validity = tuple[datetime, datetime]  # valid at t where first < t <= second


def is_attested(evidence: Sequence[Validity], at: datetime) -> bool:
    return any(start < at <= end for start, end in evidence)


def days(
    evidence: Sequence[Validity], window: Window, terms: Terms, *, at: datetime
) -> list[tuple[int, Count]]:
    """Return for each bucket of the window whether evidence was valid at its end, or is now."""
    place, found = frame(window, at, terms.tz), []
    for start in buckets(place.span, terms.tz, place.grain):
        moment = min(at, next_bucket(start, terms.tz, place.grain))
        if terms.effective_from is None or moment > terms.effective_from:
            found.append((int(start.timestamp()), Count(int(is_attested(evidence, moment)), 1)))
    return found


def judge(
    terms: Terms, window: Window, evidence: Sequence[Validity], state: State, *, at: datetime
) -> WindowResult:
    """Judge at the instant `at`: kept while evidence is valid, broken once it has expired.

    The counts are days (buckets) with valid evidence; they describe, the present decides. Where
    there never was any evidence, the no-data policy decides.
    """
    counts = sum((count for _, count in days(evidence, window, terms, at=at)), Count())
    verdict, why = _verdict(terms, evidence, state, at)
    return WindowResult(
        window=str(window),
        starts_at=frame(window, at, terms.tz).span.start,
        at=at,
        verdict=verdict,
        why=why,
        good=counts.good,
        total=counts.total,
        raw_good=counts.good,
        raw_total=counts.total,
        target=terms.target,
    )


def _verdict(
    terms: Terms, evidence: Sequence[Validity], state: State, at: datetime
) -> tuple[Verdict, str]:
    if state.suspended:
        return Verdict.SUSPENDED, "suspended"
    if is_attested(evidence, at):
        return Verdict.KEPT, "attested"
    if any(start < at for start, _ in evidence):
        return Verdict.BROKEN, "not_attested"
    policies = {"unknown": Verdict.NO_DATA, "kept": Verdict.KEPT, "broken": Verdict.BROKEN}
    return policies[terms.needs.no_data], "untested"
