"""Loyalty in a month: what customers say, what they bring, and whether they come again."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from troth.core.windows import Span, midnight
from troth.desk.reporting import courses, figures
from troth.desk.reporting.drafts import Draft
from troth.desk.reporting.periods import Period
from troth.metrics import queries as metrics
from troth.metrics.outcomes.results import Outcome

# Outcome → months that it looks back over: a history must reach back to where it began.
LOOKS_BACK: Final = {
    "csat": 1, "nps": 1, "clv": 36, "repeat_purchase": 12, "churn_contract": 1,
    "churn_buying": 36, "aov": 1, "retention": 36, "breakage": 1,
}  # fmt: skip


def is_wanted() -> bool:
    """Return whether there are signals of any of its figures."""
    return bool(_names())


def _names() -> Sequence[str]:
    known = {one.name for one in metrics.outcomes_with_data()}
    return [name for name in LOOKS_BACK if name in known]


def compose(period: Period) -> Sequence[Draft]:
    """Return the loyalty health of a month, as it was known on the day of its report."""
    rows = [_row(name, period) for name in _names()]
    titles = {one.name: one.definition.title for one in metrics.outcome_definitions()}
    missing = [titles[name] for name in LOOKS_BACK if name not in _names()]
    known = {"known_at": period.due_at, "outcomes": rows, "without_signals": missing}
    return [Draft(f"Loyalty health {period.label}", known)]


def _row(name: str, period: Period) -> dict[str, Any]:
    now = figures.asked(name, period, _span(name, period))
    if isinstance(now, str):
        return {"name": name, "problem": now}
    before = figures.asked(name, period.before, _span(name, period.before))
    row = {**figures.plain(now), "months": LOOKS_BACK[name], "before": None, "change": None}
    row["course"] = courses.of(name, period, row, is_of_month=LOOKS_BACK[name] == 1)
    if not isinstance(before, str):
        row |= {"before": figures.plain(before), "change": _change(name, now, before)}
    return row


def _change(name: str, now: Outcome, before: Outcome) -> dict[str, float] | None:
    """Return the change: with an interval where the two months share no case, else without."""
    if figures.unit(now) != figures.unit(before):
        return None
    found = figures.difference(now, before)
    if found and LOOKS_BACK[name] > 1:
        return {"points": found["points"]}
    return found


def _span(name: str, period: Period) -> Span:
    count = period.first.year * 12 + period.first.month - LOOKS_BACK[name]
    first = date(count // 12, count % 12 + 1, 1)
    return Span(midnight(first, ZoneInfo(period.zone)), period.span.end)
