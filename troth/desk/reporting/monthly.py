"""Loyalty in a month: what customers say, what they bring, and whether they come again."""

from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from troth.core.windows import Span
from troth.desk.reporting import courses, figures
from troth.desk.reporting.drafts import Draft
from troth.desk.reporting.periods import Period
from troth.metrics import queries as metrics
from troth.metrics.lookback import months_read, read_over
from troth.metrics.queries import NamedOutcome

NAMES: Final = (
    "csat", "nps", "clv", "repeat_purchase", "churn_contract", "churn_buying", "aov", "retention",
    "breakage",
)  # fmt: skip


def is_wanted() -> bool:
    """Return whether there are signals of any of its figures."""
    return bool(_known())


def _known() -> Sequence[NamedOutcome]:
    known = {one.name: one for one in metrics.outcomes_with_data()}
    return [known[name] for name in NAMES if name in known]


def compose(period: Period) -> Sequence[Draft]:
    """Return the loyalty health of a month, as it was known on the day of its report."""
    known = _known()
    rows = [_row(one, period) for one in known]
    titles = {one.name: one.definition.title for one in metrics.outcome_definitions()}
    missing = [titles[name] for name in NAMES if name not in {one.name for one in known}]
    values = {"known_at": period.due_at, "outcomes": rows, "without_signals": missing}
    return [Draft(f"Loyalty health {period.label}", values)]


def _row(one: NamedOutcome, period: Period) -> dict[str, Any]:
    months = months_read(one.definition)
    now = figures.asked(one.name, period, _span(one, period))
    if isinstance(now, str):
        return {"name": one.name, "problem": now}
    before = figures.asked(one.name, period.before, _span(one, period.before))
    row = {**figures.plain(now), "months": max(1, months), "before": None, "change": None}
    row["course"] = courses.of(one.name, period, row, is_of_month=not months)
    if not isinstance(before, str):
        change = figures.change(now, before, shared=months > 0)
        row |= {"before": figures.plain(before), "change": change}
    return row


def _span(one: NamedOutcome, period: Period) -> Span:
    return read_over(one.definition, period.span, ZoneInfo(period.zone))
