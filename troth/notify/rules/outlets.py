"""An outlet as a document, read field by field with every problem told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from troth.core.documents import OURS
from troth.core.fields import Fields, as_slug, as_whole
from troth.core.problems import DocumentError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is declared of an outlet; `secrets` None: kept as they were."""

    slug: str
    name: str
    channel: str
    settings: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, Any] | None = None
    is_default: bool = False
    per_second: float | None = None
    at_once: int | None = None


def outlet(document: Mapping[str, Any]) -> Wanted:
    """Return what a document of kind Outlet says. Raises DocumentError with every problem."""
    problems: list[Problem] = []
    whole = Fields(document, "", problems)
    whole.only("apiVersion", "kind", "metadata", "spec")
    if document.get("apiVersion") != OURS or document.get("kind") != "Outlet":
        whole.note("kind", f"must be Outlet of {OURS}")
    meta, spec = whole.inside("metadata"), whole.inside("spec")
    meta.only("name", "title")
    spec.only("channel", "settings", "secrets", "default", "per_second", "at_once")
    slug = meta.read("name", "", as_slug)
    if not slug:
        meta.needed("name", "a short name, such as team-chat")
    found = Wanted(
        slug=slug,
        name=meta.text("title")[:100] or slug,
        channel=spec.needed("channel", "how it reaches people, for example slack"),
        settings=_values(spec, "settings") or {},
        secrets=_values(spec, "secrets"),
        is_default=spec.read("default", False, _switch),
        per_second=spec.read("per_second", None, _rate),
        at_once=spec.read("at_once", None, as_whole),
    )
    if problems:
        raise DocumentError(tuple(problems))
    return found


def document(found: Wanted) -> dict[str, Any]:
    """Return the document of an outlet, without its secrets and without what is usual."""
    spec: dict[str, Any] = {"channel": found.channel}
    if found.settings:
        spec["settings"] = found.settings
    if found.is_default:
        spec["default"] = True
    if found.per_second is not None:
        spec["per_second"] = found.per_second
    if found.at_once is not None:
        spec["at_once"] = found.at_once
    meta = {"name": found.slug}
    if found.name != found.slug:
        meta["title"] = found.name
    return {"apiVersion": OURS, "kind": "Outlet", "metadata": meta, "spec": spec}


def _values(spec: Fields, name: str) -> dict[str, Any] | None:
    value = spec.values.get(name)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        spec.note(name, "must hold named fields")
        return None
    return {str(key): inner for key, inner in value.items()}


def _switch(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("must be true or false")


def _rate(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10_000:  # noqa: PLR2004 - more than any provider takes
        raise ValueError("must be a number of messages a second, at most 10,000")
    return float(value)
