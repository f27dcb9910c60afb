"""The register of claims, each with our own figure beside it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from troth.core.windows import Span
from troth.metrics.lookback import read_over
from troth.metrics.outcomes.results import Outcome
from troth.metrics.queries.outcome_names import (
    UTC,
    OutcomeError,
    asks_any_kind,
    definitions,
    named,
    with_data,
)
from troth.metrics.queries.outcomes import outcome
from troth.plan.models import Claim

_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ClaimShown:
    """A claim and, of the last year, our own figure: None where none is named."""

    row: Claim
    ours: Outcome | None


def claims(*, now: datetime, search: str = "", retired: bool = False) -> list[ClaimShown]:
    """Return the claims that we quote, or those that we no longer do. The last word is measured."""
    rows = Claim.objects.filter(retired_at__isnull=not retired)
    wanted = search.casefold()
    found = [row for row in rows if wanted in f"{row.text}\n{row.source}\n{row.number}".casefold()]
    figures = {name: _figure(name, now) for name in {row.ours for row in found} if name}
    return [ClaimShown(row, figures.get(row.ours)) for row in found]


def _figure(name: str, now: datetime) -> Outcome | None:
    """Return the figure of a year, or of its history; None where none can be told any more."""
    try:
        one = named(name)
        span = read_over(one.definition, Span(now - _YEAR, now), one.zone or UTC)
        return outcome(name, span=span, at=now)
    except OutcomeError:
        return None


def figures() -> list[tuple[str, str]]:
    """Return (name, title) of every figure that can stand beside a claim."""
    apart = [one for one in with_data() if one.kind]
    plain = [one for one in definitions() if not asks_any_kind(one)]
    return [(one.name, one.definition.title) for one in [*plain, *apart]]


def one_claim(uid: str) -> Claim | None:
    return Claim.objects.filter(uid=uid).first()
