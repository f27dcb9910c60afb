"""Where each field of the form stands in the document, and how the two are written."""

from collections.abc import Callable
from typing import Any

PATHS: dict[str, str] = {
    "slug": "metadata.name",
    "name": "metadata.displayName",
    "pillar": "metadata.labels.pillar",
    "touchpoint": "metadata.labels.touchpoint",
    "step": "metadata.labels.step",
    "text": "spec.text",
    "audience": "spec.audience",
    "visibility": "spec.visibility",
    "evaluator": "spec.evaluator",
    "kind": "spec.signals.kind",
    "where": "spec.signals.where",
    "good": "spec.good",
    "due": "spec.due",
    "slice": "spec.slice",
    "slice_good": "spec.slice_good",
    "target": "spec.target",
    "windows": "spec.windows",
    "zone": "spec.zone",
    "cases": "spec.needs.cases",
    "heartbeat": "spec.needs.heartbeat",
    "watermark": "spec.needs.watermark",
    "no_data": "spec.needs.no_data",
    "exclusions": "spec.exclusions",
    "segments": "spec.segments",
    "hours": "spec.hours",
    "holidays": "spec.holidays",
    "cost": "spec.cost",
    "remedy": "spec.remedy",
    "source_url": "spec.source_url",
    "effective_from": "spec.effective_from",
}
# Which fields mean nothing to an evaluator: they are left out of its document.
MEANINGLESS: dict[str, tuple[str, ...]] = {
    "event": ("due", "slice", "slice_good"),
    "deadline": ("slice", "slice_good"),
    "timeslice": ("due",),
    "invariant": ("slice", "slice_good", "target"),
    "attestation": ("due", "slice", "slice_good", "good", "hours", "holidays", "cost"),
}
# What a document may hold that the form cannot show: it is changed as YAML.
BEYOND = ("spec.clock", "spec.verdict", "spec.at", "spec.signals.metric")


def field_of(path: str) -> str | None:
    """Return the form's field for a path such as `spec.windows[0]`, None where it has none."""
    place = path.split("[", maxsplit=1)[0]
    for name, known in PATHS.items():
        if place == known or place.startswith(f"{known}."):
            return name
    return None


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]


def _one_or_list(text: str) -> str | list[str]:
    parts = _list(text)
    return parts[0] if len(parts) == 1 else parts


def _categories(text: str) -> list[object]:
    """Read lines such as `force-majeure 1%` or `customer-changed-address`."""
    found: list[object] = []
    for line in text.splitlines():
        name, _, cap = line.strip().partition(" ")
        if name:
            found.append({"category": name, "cap": cap.strip()} if cap.strip() else name)
    return found


def _written_list(value: object) -> str:
    return ", ".join(map(_written_window, value)) if isinstance(value, list) else str(value)


def _written_window(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("rolling") or value.get("calendar") or "")
    return str(value)


def _written_categories(value: object) -> str:
    items = value if isinstance(value, list) else [value]
    return "\n".join(
        f"{item.get('category', '')} {item.get('cap', '')}".strip()
        if isinstance(item, dict)
        else str(item)
        for item in items
    )


def _due(value: object) -> str:
    return str(value.get("after", "")) if isinstance(value, dict) else str(value)


def _ticked(value: object) -> str:
    return "on" if value is True else ""


READ: dict[str, Callable[[str], Any]] = {
    "kind": _one_or_list,
    "windows": _list,
    "segments": _list,
    "exclusions": _categories,
}
WRITTEN: dict[str, Callable[[object], str]] = {
    "kind": _written_list,
    "windows": _written_list,
    "segments": _written_list,
    "exclusions": _written_categories,
    "due": _due,
    "hours": _ticked,
}
