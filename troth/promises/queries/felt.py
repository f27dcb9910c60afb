"""The felt score: what people say of us in a survey. Beside the measured one, never in it.

Answers to statements (the four of TrustID are humanity, transparency, capability, reliability) on
one scale, put onto 0..100; the score is the mean over the statements. A person who answers one
high answers the others high too, so that the interval takes the statements as one.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from troth.core import clock, windows
from troth.core.windows import Span
from troth.metrics import queries as metrics
from troth.promises.scoring.constants import Felt
from troth.signals.store import Tally

_Z90 = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: the mean answer on 0..100, from `n` answers."""

    name: str
    points: float
    n: int


@dataclass(frozen=True, slots=True)
class FeltScore:
    """What is felt: `value`, `low` and `high` are None below the fewest answers."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    statements: tuple[Statement, ...]
    since: datetime
    until: datetime
    metric: str


def felt(
    rules: Felt, *, at: datetime | None = None, as_of: datetime | None = None
) -> FeltScore | None:
    """Return what people answered over the days before `at`; None where no survey is declared."""
    metric = metrics.metric(rules.metric) if rules.metric else None
    if metric is None or metric.value is None:
        return None
    until = at or as_of or clock.now()
    span = Span(until - timedelta(days=rules.days), until)
    measure = replace(metric.measure(), by=(rules.by,), sketch=False)
    tallies = metrics.ask(
        measure=measure, span=span, zone=ZoneInfo(settings.TROTH.time_zone), grain=windows.DAY,
        as_of=as_of, at=until,
    )  # fmt: skip
    return _score(rules, _added(tallies), span)


def _added(tallies: Sequence[Tally]) -> Mapping[str, tuple[int, float, float]]:
    found: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for tally in tallies:
        one = found[tally.segment[0] or ""]
        for place, amount in enumerate((tally.n, tally.sum, tally.squares)):
            one[place] += amount
    return {name: (int(n), total, squares) for name, (n, total, squares) in found.items() if n}


def _score(rules: Felt, answers: Mapping[str, tuple[int, float, float]], span: Span) -> FeltScore:
    width = rules.high - rules.low
    rows = sorted(answers.items())
    statements = tuple(
        Statement(name, 100 * (total / n - rules.low) / width, n) for name, (n, total, _) in rows
    )
    n = min((one.n for one in statements), default=0)
    value = low = high = None
    if n >= rules.enough:
        value = sum(one.points for one in statements) / len(statements)
        spread = sum(_deviation(*told) for _, told in rows) / len(rows) * 100 / width
        half = _Z90 * spread / math.sqrt(n)
        low, high = max(0.0, value - half), min(100.0, value + half)
    return FeltScore(value, low, high, n, statements, span.start, span.end, rules.metric)


def _deviation(n: int, total: float, squares: float) -> float:
    return math.sqrt(max(0.0, squares / n - (total / n) ** 2) * n / max(1, n - 1))
