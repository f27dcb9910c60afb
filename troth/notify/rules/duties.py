"""Routes and escalations as documents, read field by field with every problem told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from troth.core import fields
from troth.core.documents import OURS
from troth.core.fields import Fields
from troth.core.problems import DocumentError, Problem
from troth.notify.rules import families
from troth.notify.rules.escalating import MOST_STEPS
from troth.notify.rules.events import Severity, events_of

ALARMS: Final = families.INNER["alarms"]
_LONGEST_ROUTE: Final = 34  # with its prefix it is a subscription's uid
_LEVELS: Final = tuple(one.name.lower() for one in Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTerms:
    """`address` as written: a text, a reference to one, or None: as it was."""

    slug: str
    name: str
    channel: str
    address: object = None
    outlet: str = ""
    events: int = ALARMS
    floor: Severity = Severity.NONE
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationTerms:
    """`steps` are (minutes after the alarm began, slugs of routes)."""

    slug: str
    name: str
    steps: tuple[tuple[int, tuple[str, ...]], ...]
    floor: Severity = Severity.NONE
    keys: tuple[str, ...] = ()


def route(document: Mapping[str, Any]) -> RouteTerms:
    """Return what a document of kind Route says. Raises DocumentError with every problem."""
    problems: list[Problem] = []
    slug, name, spec = _opened(document, "Route", problems)
    spec.only("channel", "address", "outlet", "hears", "floor", "parts")
    if len(slug) > _LONGEST_ROUTE:
        problems.append(Problem("metadata.name", f"is longer than {_LONGEST_ROUTE} characters"))
    found = RouteTerms(
        slug=slug, name=name,
        channel=spec.needed("channel", "how it is reached, for example email"),
        address=spec.values.get("address"),
        outlet=spec.read("outlet", "", fields.as_slug),
        events=spec.read("hears", ALARMS, _heard),
        floor=_floor(spec), keys=_texts(spec, "parts"),
    )  # fmt: skip
    if problems:
        raise DocumentError(tuple(problems))
    return found


def escalation(document: Mapping[str, Any]) -> EscalationTerms:
    """Return what a document of kind Escalation says. Raises DocumentError."""
    problems: list[Problem] = []
    slug, name, spec = _opened(document, "Escalation", problems)
    spec.only("steps", "floor", "parts")
    steps = tuple(_step(Fields(one, f"spec.{path}", problems)) for path, one in spec.items("steps"))
    if not 1 <= len(steps) <= MOST_STEPS:
        spec.note("steps", f"there are 1 to {MOST_STEPS}: {{after: 15m, routes: [a-route]}}")
    found = EscalationTerms(
        slug=slug, name=name, steps=steps, floor=_floor(spec), keys=_texts(spec, "parts")
    )
    if problems:
        raise DocumentError(tuple(problems))
    return found


def route_document(terms: RouteTerms) -> dict[str, Any]:
    spec: dict[str, Any] = {"channel": terms.channel, "hears": heard(terms.events)}
    if terms.address:
        spec["address"] = terms.address
    if terms.outlet:
        spec["outlet"] = terms.outlet
    return _document("Route", terms, spec)


def escalation_document(terms: EscalationTerms) -> dict[str, Any]:
    steps = [{"after": f"{after}m", "routes": list(routes)} for after, routes in terms.steps]
    return _document("Escalation", terms, {"steps": steps})


def heard(events: int) -> list[str]:
    """Return the shortest names of what a route hears: alarms, families, single events."""
    return families.heard_names(events)


def _heard(value: object) -> int:
    names = [fields.as_text(one) for one in (value if isinstance(value, list) else [value])]
    found = families.heard(names)
    if not events_of(found):
        raise ValueError("name at least one thing, such as alarms")
    return found


def _opened(
    document: Mapping[str, Any], kind: str, problems: list[Problem]
) -> tuple[str, str, Fields]:
    whole = Fields(document, "", problems)
    whole.only("apiVersion", "kind", "metadata", "spec")
    if document.get("apiVersion") != OURS or document.get("kind") != kind:
        whole.note("kind", f"must be {kind} of {OURS}")
    meta, spec = whole.inside("metadata"), whole.inside("spec")
    meta.only("name", "title")
    slug = meta.read("name", "", fields.as_slug)
    if not slug:
        meta.needed("name", "a short name, such as shop-on-call")
    return slug, meta.text("title")[:100] or slug, spec


def _step(spec: Fields) -> tuple[int, tuple[str, ...]]:
    spec.only("after", "routes")
    routes = _texts(spec, "routes")
    if not routes:
        spec.note("routes", "name at least one route")
    return spec.read("after", 0, _minutes), routes


def _minutes(value: object) -> int:
    return 0 if value in (0, "0", "0m") else fields.as_seconds(value) // 60


def _floor(spec: Fields) -> Severity:
    return Severity(_LEVELS.index(spec.choice("floor", _LEVELS, _LEVELS[0])))


def _texts(spec: Fields, name: str) -> tuple[str, ...]:
    return tuple(str(one).strip() for _path, one in spec.items(name))


def _document(
    kind: str, terms: RouteTerms | EscalationTerms, spec: dict[str, Any]
) -> dict[str, Any]:
    if terms.floor:
        spec["floor"] = terms.floor.name.lower()
    if terms.keys:
        spec["parts"] = list(terms.keys)
    meta = {"name": terms.slug}
    if terms.name != terms.slug:
        meta["title"] = terms.name
    return {"apiVersion": OURS, "kind": kind, "metadata": meta, "spec": spec}
