"""The documents that prepare for the worst: kinds IncidentTemplate and Cadence. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from troth.components.rules.results import Status
from troth.core import windows
from troth.core.documents import OURS
from troth.core.fields import Fields, as_seconds, as_slug
from troth.core.problems import DocumentError, Problem
from troth.incidents.rules.cadence import PACES, Grid, Pace
from troth.incidents.rules.results import Impact, Kind, State, Urgency

T = TypeVar("T")
TEMPLATE, CADENCE = "IncidentTemplate", "Cadence"
KINDS = (TEMPLATE, CADENCE)
_TEXTS = ("body", "problem", "affects", "workaround", "recovery", "data_loss", "recovered")
_STATUSES = tuple(one.value for one in Status if one is not Status.NO_DATA)
_FLAGS = ("two_person", "publish_drafts", "promise_postmortem")
_SPANS = ("remind", "escalate", "notice", "maintenance_reminder", "postmortem", "confirm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An incident template. `components` are slugs; `opens_for` names what opens it by itself.

    `body`, `problem` and `affects` may hold {component}, {monitor}, {promise} and {reason}.
    """

    slug: str
    name: str
    title: str
    kind: Kind = Kind.INCIDENT
    state: State | None = None
    body: str = ""
    problem: str = ""
    affects: str = ""
    workaround: str = ""
    recovery: str = ""  # with data_loss: lets the end of an outage resolve it
    data_loss: str = ""
    recovered: str = ""  # the message for that
    urgency: Urgency | None = None
    impact: Impact | None = None
    components: Mapping[str, Status] = field(default_factory=dict)
    opens_for: tuple[str, ...] = ()  # "monitor:shop", "promise:uptime"
    audiences: tuple[str, ...] = ()
    two_person: bool | None = None
    publish: bool | None = None  # by itself once confirmed; None: as the cadence says


def read_template(document: Mapping[str, Any]) -> Prepared:
    """Return a template. Raises DocumentError with every problem."""
    spec, slug, name, problems = _opened(document, TEMPLATE)
    spec.only(*_TEXTS, "title", "kind", "state", "urgency", "impact", "components", "opens_for",
              "audiences", "two_person", "publish")  # fmt: skip
    kind = Kind(spec.choice("kind", [Kind.INCIDENT, Kind.BREACH], Kind.INCIDENT))
    texts = {text: spec.text(text) for text in _TEXTS}
    found = Prepared(
        slug=slug, name=name or slug, title=spec.needed("title", "the name of the incident"),
        kind=kind, state=_word(spec, "state", State), urgency=_word(spec, "urgency", Urgency),
        impact=_word(spec, "impact", Impact), components=_components(spec),
        opens_for=tuple(_opener(spec, path, item) for path, item in spec.items("opens_for")),
        audiences=tuple(str(item) for _, item in spec.items("audiences")),
        two_person=_flag(spec, "two_person"), publish=_flag(spec, "publish"), **texts,
    )  # fmt: skip
    return _without(problems, found)


def read_cadence(document: Mapping[str, Any]) -> Grid:
    """Return a cadence; what it leaves out is as built in. Raises DocumentError."""
    spec, _slug, _name, problems = _opened(document, CADENCE)
    spec.only("updates", *_SPANS, *_FLAGS)
    built_in = Grid()
    said: dict[str, Any] = {name: _span(spec, name) or getattr(built_in, name) for name in _SPANS}
    said |= {name: bool(_flag(spec, name)) for name in _FLAGS}
    paces = {urgency: _pace(spec.inside("updates"), urgency) for urgency in Urgency}
    return _without(problems, Grid(paces=paces, **said))


def written(grid: Grid, slug: str = "default") -> dict[str, Any]:
    """Return a grid as the document that reads back as it."""
    paces = {
        str(urgency): {"every": _text(pace.every)}
        | ({"at_first": _text(pace.at_first), "for_the_first": _text(pace.for_the_first)}
           if pace.at_first else {})
        for urgency, pace in grid.paces.items()
    }  # fmt: skip
    spans = {name: _text(getattr(grid, name)) for name in _SPANS}
    spec = {"updates": paces, **spans, **{name: getattr(grid, name) for name in _FLAGS}}
    return {"apiVersion": OURS, "kind": CADENCE, "metadata": {"name": slug}, "spec": spec}


def _opened(document: Mapping[str, Any], kind: str) -> tuple[Fields, str, str, list[Problem]]:
    problems: list[Problem] = []
    whole = Fields(document, "", problems)
    whole.only("apiVersion", "kind", "metadata", "spec")
    if document.get("apiVersion") != OURS or document.get("kind") != kind:
        whole.note("kind", f"must be {kind} of apiVersion {OURS}")
    meta = whole.inside("metadata")
    meta.only("name", "title")
    if not meta.has("name"):
        meta.note("name", "is missing: a short name of a-z, 0-9 and hyphens")
    slug = meta.read("name", "", as_slug)
    return whole.inside("spec"), slug, meta.text("title"), problems


def _without(problems: list[Problem], found: T) -> T:
    if problems:
        raise DocumentError(tuple(problems))
    return found


def _word(spec: Fields, name: str, words: type[Any]) -> Any:  # noqa: ANN401 - a member, or None
    found = spec.choice(name, [str(word) for word in words], "")
    return words(found) if found else None


def _flag(spec: Fields, name: str) -> bool | None:
    value = spec.values.get(name)
    if value is not None and not isinstance(value, bool):
        spec.note(name, "must be true or false")
        return None
    return value


def _components(spec: Fields) -> dict[str, Status]:
    inside = spec.inside("components")
    return {
        str(slug): Status(inside.choice(str(slug), _STATUSES, Status.MAJOR))
        for slug in inside.values
    }


def _opener(spec: Fields, path: str, item: object) -> str:
    kind, _, slug = str(item).partition(":")
    if kind not in ("monitor", "promise") or not slug:
        spec.note(path, "names what opens it: monitor:<name> or promise:<name>")
    return str(item)


def _pace(updates: Fields, urgency: Urgency) -> Pace:
    updates.only(*Urgency)
    if not updates.has(urgency):
        return PACES[urgency]
    inside = updates.inside(urgency)
    inside.only("every", "at_first", "for_the_first")
    return Pace(
        every=_span(inside, "every") or PACES[urgency].every,
        at_first=_span(inside, "at_first"),
        for_the_first=_span(inside, "for_the_first") or PACES[urgency].for_the_first,
    )


def _span(fields: Fields, name: str) -> timedelta | None:
    seconds = fields.read(name, 0, as_seconds)
    return timedelta(seconds=seconds) if seconds else None


def _text(span: timedelta) -> str:
    return windows.written(int(span.total_seconds()))
