"""Promises written as OpenSLO v1, so that any OpenSLO tool can read them.

What OpenSLO cannot say goes into annotations, from which `openslo.read` makes the same terms again.
"""

from datetime import datetime
from typing import Any

from troth.core import windows
from troth.core.windows import Calendar, Window
from troth.promises.rules.openslo import PREFIX, SOURCE, VERSION
from troth.promises.rules.terms import Counting, Terms

# OpenSLO's targets lie below 1; the true one stands in the annotation.
_NEARLY_ALL = 0.999999999


def write(terms: Terms) -> dict[str, Any]:
    """Return the promise as one OpenSLO document of kind SLO."""
    meta = {
        "name": terms.slug,
        "displayName": terms.name,
        "labels": _said(
            {"pillar": terms.pillar, "touchpoint": terms.touchpoint, "step": terms.step}
        ),
        "annotations": {PREFIX + name: text for name, text in _annotations(terms).items()},
    }
    sliced = terms.counting.slice is not None
    spec = {
        "description": terms.text,
        "service": terms.touchpoint or "customers",
        "indicator": _indicator(terms),
        "timeWindow": [_window(terms.windows[0], terms.zone)],
        "budgetingMethod": "Timeslices" if sliced else "Occurrences",
        "objectives": [_objective(terms)],
    }
    return {"apiVersion": VERSION, "kind": "SLO", "metadata": _said(meta), "spec": spec}


def _annotations(terms: Terms) -> dict[str, str]:
    needs, counting = terms.needs, terms.counting
    return _said(
        {
            "text": terms.text,
            "evaluator": terms.evaluator,
            "target": str(terms.target),
            "windows": ",".join(map(str, terms.windows)),
            "zone": terms.zone,
            "visibility": terms.visibility,
            "effective-from": _instant(terms.effective_from),
            "audience": terms.audience,
            "source-url": terms.source_url,
            "remedy": terms.remedy,
            "no-data": needs.no_data,
            "heartbeat": _duration(needs.heartbeat),
            "watermark": _duration(needs.watermark),
            "coverage": str(needs.coverage),
            "min-cases": str(needs.cases),
            "due": counting.due,
            "slice-good": counting.slice_good,
            "exclusions": ",".join(
                category.name if category.cap is None else f"{category.name}(max {category.cap})"
                for category in terms.categories
            ),
            "segments": ",".join(terms.segments),
            "hours": "true" if terms.hours else "",
            "holidays": terms.holidays,
            "cost": "" if terms.cost == 1 else f"{terms.cost:g}",
        }
    )


def _instant(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _duration(seconds: int | None) -> str:
    return "" if seconds is None else windows.written(seconds)


def _indicator(terms: Terms) -> dict[str, Any]:
    counting = terms.counting
    cases = _said({"kind": _kinds(counting), "where": counting.where, "judgedAt": counting.at})
    kept = _said({"kind": _kinds(counting), "keptWhen": counting.good})
    return {
        "metadata": {"name": f"{terms.slug}-kept"},
        "spec": {
            "ratioMetric": {
                "counter": False,
                "good": {"metricSource": {"type": SOURCE, "spec": kept}},
                "total": {"metricSource": {"type": SOURCE, "spec": cases}},
            }
        },
    }


def _kinds(counting: Counting) -> object:
    return counting.kinds[0] if len(counting.kinds) == 1 else list(counting.kinds)


def _window(window: Window, zone: str) -> dict[str, Any]:
    if isinstance(window, Calendar):
        start = {"startTime": "2020-01-01 00:00:00", "timeZone": zone}
        return {"duration": f"1{window.unit}", "isRolling": False, "calendar": start}
    return {"duration": str(window), "isRolling": True}


def _objective(terms: Terms) -> dict[str, Any]:
    target = _NEARLY_ALL if terms.target == 1 else float(terms.target)
    found: dict[str, Any] = {"displayName": "kept", "target": target}
    if terms.counting.slice is not None:
        found |= {"timeSliceTarget": 1.0, "timeSliceWindow": windows.written(terms.counting.slice)}
    return found


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None, {}, [])}
