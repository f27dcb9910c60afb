"""Outcomes as they are written down in a report, and how they differ from those before."""

from collections.abc import Mapping
from math import hypot
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from troth.core.windows import Span
from troth.desk.reporting.periods import Period
from troth.metrics import queries as metrics
from troth.metrics.outcomes.people import AGE
from troth.metrics.outcomes.results import Figure, Outcome
from troth.metrics.rules import MeasureError

_CURVES = ("retention",)


def asked(name: str, period: Period, span: Span) -> Outcome | str:
    """Return an outcome as it was known on the day of the report, or why there is none."""
    try:
        return metrics.outcome(name, span=span, at=period.due_at, zone=ZoneInfo(period.zone))
    except (metrics.OutcomeError, MeasureError) as error:
        return str(error)


def plain(one: Outcome) -> dict[str, Any]:
    """Return an outcome as plain values: the figure with all that it takes to believe it."""
    return {
        "name": one.name, "title": one.title, "from": one.span.start, "until": one.span.end,
        "unit": unit(one),
        "better": one.better, "state": one.state.value, "value": one.value, "low": one.low,
        "high": one.high, "n": one.n, "minimum_n": one.minimum_n, "numerator": one.numerator,
        "denominator": one.denominator, "excluded": dict(one.excluded),
        "definition": one.definition_version, "facts": dict(one.facts),
        "curve": msgspec.to_builtins(one.curves[0]) if one.name in _CURVES and one.curves else None,
    }  # fmt: skip


def unit(one: Outcome) -> str:
    """Return the unit of an outcome; of money its currency, where that is known."""
    currency = one.facts.get("currency") if one.unit == "money" else None
    return str(currency or one.unit)


def change(now: Outcome, before: Outcome, *, shared: bool) -> dict[str, float] | None:
    """Return the change: with an interval where the two times share no case, else without.

    None where one has no value, or where they are in different units or of different ages.
    """
    if unit(now) != unit(before) or now.facts.get(AGE) != before.facts.get(AGE):
        return None
    found = difference(now, before)
    return {"points": found["points"]} if found and shared else found


def difference(now: Outcome | Figure, before: Outcome | Figure) -> dict[str, float] | None:
    """Return now minus before with its 95 % interval, of two times that share no case.

    The interval is that of square-and-add, from the intervals of both (docs/outcomes.md). None
    where one of the two has no value.
    """
    if now.value is None or before.value is None:
        return None
    change = now.value - before.value
    ends = (now.low, now.high, before.low, before.high)
    if any(end is None for end in ends):
        return {"points": change}
    down = hypot(_apart(now.value, now.low), _apart(before.value, before.high))
    up = hypot(_apart(now.value, now.high), _apart(before.value, before.low))
    return {"points": change, "low": change - down, "high": change + up}


def _apart(value: float, end: float | None) -> float:
    return value - (value if end is None else end)


def excluded(row: Mapping[str, Any]) -> str:
    """Write what was left out of a figure, and why."""
    return ", ".join(f"{count} {reason}" for reason, count in row["excluded"].items() if count)
