"""A promise document between a form, YAML and the parser: one shape, three ways to write it."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import Any

import yaml

LONGEST = 50_000
EMPTY: dict[str, Any] = {"apiVersion": "troth/v1", "kind": "Promise", "metadata": {}, "spec": {}}


class _Plain(yaml.SafeLoader):
    """YAML without anchors: a short text cannot stand for a huge document."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("anchors and aliases are not read here")
        return super().compose_node(parent, index)


def from_yaml(text: str) -> dict[str, Any]:
    """Return the document in a YAML text. Raises ValueError with the line, in plain words."""
    if len(text) > LONGEST:
        raise ValueError(f"the document is longer than {LONGEST} characters")
    try:
        document = yaml.load(text, _Plain)  # noqa: S506 - a safe loader that reads even less
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ValueError(f"line {line}: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"this is not YAML: {error}") from None
    if not isinstance(document, dict):
        raise ValueError("write named fields: apiVersion, kind, metadata, spec")  # noqa: TRY004 - one kind of error for the form
    return _plain(document)


def to_yaml(document: Mapping[str, Any]) -> str:
    return str(yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=90))


def merged(base: Mapping[str, Any], changes: Mapping[str, object]) -> dict[str, Any]:
    """Return `base` with each dotted path set; None, "" and empty lists take a field away."""
    document = deepcopy(dict(base))
    for path, value in changes.items():
        *above, name = path.split(".")
        place = document
        for step in above:
            place = place.setdefault(step, {})
        if value in (None, "", []):
            place.pop(name, None)
        else:
            place[name] = value
    return _without_hollows(document)


def at(document: Mapping[str, Any], path: str) -> object:
    """Return what stands at a dotted path, None where nothing does."""
    place: object = document
    for step in path.split("."):
        place = place.get(step) if isinstance(place, Mapping) else None
    return place


def paths(document: Mapping[str, Any], above: str = "") -> set[str]:
    """Return the dotted path of every field that holds something other than named fields."""
    found = set()
    for name, value in document.items():
        inner = isinstance(value, Mapping) and value
        found |= paths(value, f"{above}{name}.") if inner else {f"{above}{name}"}
    return found


def categories(document: Mapping[str, Any]) -> list[str]:
    """Return the names of the exclusions that a document allows."""
    found = at(document, "spec.exclusions")
    items = found if isinstance(found, list) else [found] if found else []
    return [str(item["category"] if isinstance(item, Mapping) else item) for item in items]


def _without_hollows(document: dict[str, Any]) -> dict[str, Any]:
    spec = document["spec"]
    for holder, name in ((spec, "needs"), (spec, "signals"), (document["metadata"], "labels")):
        if holder.get(name) == {}:
            del holder[name]
    return document


def _plain(document: dict[Any, Any]) -> dict[str, Any]:
    """Return the document as JSON can hold it: dates as texts, names as texts."""
    text = json.dumps(document, default=_text, allow_nan=False)
    found: dict[str, Any] = json.loads(text)
    return found


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise ValueError(f"“{value}” cannot stand in a promise document")
