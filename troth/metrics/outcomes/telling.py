"""An outcome as JSON, as rows, and in words: the same for the store, the API and the command."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from troth.metrics.outcomes.results import Curve, Figure, Outcome, Part, State, Unit

COLUMNS = (
    "name", "part", "segment", "start", "end", "unit", "state", "value", "low", "high", "n",
    "minimum_n", "numerator", "denominator", "excluded", "definition_version", "computed_at",
)  # fmt: skip
_STATES = {
    State.NOT_ENOUGH: "not enough", State.NO_DATA: "no data", State.UNDEFINED: "no value",
}  # fmt: skip
_HOUR, _DAY, _MINUTE = 3_600, 86_400, 60


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON holds it: instants as text, nothing left out."""
    return {
        "name": outcome.name, "title": outcome.title, "unit": outcome.unit,
        "better": outcome.better, "start": outcome.span.start.isoformat(),
        "end": outcome.span.end.isoformat(), "segment": dict(outcome.segment),
        "state": outcome.state.value, "value": outcome.value, "low": outcome.low,
        "high": outcome.high, "n": outcome.n, "minimum_n": outcome.minimum_n,
        "numerator": outcome.numerator, "denominator": outcome.denominator,
        "excluded": dict(outcome.excluded), "definition_version": outcome.definition_version,
        "computed_at": outcome.computed_at.isoformat(), **details(outcome),
    }  # fmt: skip


def details(outcome: Outcome) -> dict[str, Any]:
    """Return what stands beside the figure: parts, curves, facts, and what it would need."""
    return {
        "parts": [_part(part) for part in outcome.parts],
        "curves": [_curve(curve) for curve in outcome.curves],
        "facts": dict(outcome.facts),
        "needs": outcome.needs,
    }


def _part(part: Part) -> dict[str, Any]:
    return {"name": part.name, "unit": part.unit, **_figure(part.figure)}


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "value": figure.value, "low": figure.low, "high": figure.high, "n": figure.n,
        "numerator": figure.numerator, "denominator": figure.denominator,
    }  # fmt: skip


def _curve(curve: Curve) -> dict[str, Any]:
    points = [
        {"x": one.x, "value": one.value, "low": one.low, "high": one.high, "n": one.n}
        for one in curve.points
    ]
    return {"name": curve.name, "points": points}


def as_csv(outcomes: Iterable[Outcome]) -> str:
    """Return outcomes and their parts as CSV, a row each."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for outcome in outcomes:
        row = as_json(outcome) | {"part": ""}
        row["segment"], row["excluded"] = _compact(row["segment"]), _compact(row["excluded"])
        writer.writerow(row)
        for part in row["parts"]:
            writer.writerow({**row, "excluded": "", **part, "part": part["name"],
                             "name": row["name"]})  # fmt: skip
    return file.getvalue()


def _compact(found: Mapping[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, sort_keys=True) if found else ""


def words(outcome: Outcome) -> str:
    """Return the figure as people read it, or why there is none."""
    if not outcome.is_shown:
        return _STATES[outcome.state]
    return number(outcome.value, outcome.unit)


def interval(low: float | None, high: float | None, unit: str) -> str:
    if low is None and high is None:
        return ""
    sides = [number(side, unit) if side is not None else "…" for side in (low, high)]
    return " to ".join(sides)


def number(value: float | None, unit: str) -> str:
    """Return a number in its unit: shares as per cent, seconds as a duration."""
    if value is None:
        return ""
    written = _WRITTEN.get(unit)
    return written(value) if written else f"{value:,.2f}"


def _duration(seconds: float) -> str:
    for length, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if abs(seconds) >= length:
            return f"{seconds / length:.1f} {name}"
    return f"{seconds:.1f} s"


_WRITTEN: Mapping[str, Callable[[float], str]] = {
    Unit.SHARE: lambda value: f"{value * 100:.2f} %",
    Unit.SECONDS: _duration,
    Unit.POINTS: lambda value: f"{value:+.2f}",
    "cases": lambda value: f"{value:,.0f}",
}
