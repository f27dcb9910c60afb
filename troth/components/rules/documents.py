"""From the documents of files to what they declare. Pure; forms and the API use the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from troth.components.rules import doors, formula
from troth.components.rules.results import Status
from troth.core import fields
from troth.core.documents import OURS
from troth.core.fields import Fields
from troth.core.problems import DocumentError, Problem

KINDS = ("ComponentGroup", "Component", "StatusPage", "Formula", "Audience")
DOWN = (Status.MAJOR, Status.PARTIAL, Status.DEGRADED)
_LONGEST_NAME = 200
_LONGEST_TEXT = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A monitor or heartbeat, and the status that its "down" means for the component."""

    kind: str
    slug: str
    down: Status = Status.MAJOR


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentTerms:
    slug: str
    name: str
    description: str = ""
    owner: str = ""
    group: str = ""  # slug
    position: int = 0
    third_party: bool = False
    only_if_degraded: bool = False
    start_date: date | None = None
    audiences: tuple[str, ...] = ()
    promise: str = ""
    watches: tuple[Watched, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTerms:
    slug: str
    name: str
    description: str = ""
    parent: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTerms:
    slug: str
    name: str
    description: str = ""
    audiences: tuple[str, ...] = ()
    components: tuple[str, ...] = ()  # slugs; empty: all that the audiences may see
    privacy: str = "public"
    networks: tuple[str, ...] = ()
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceTerms:
    slug: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaTerms:
    weights: Mapping[str, str]  # as written
    reason: str = ""


def component(document: object) -> ComponentTerms:
    """Return what a document of the kind Component declares. Raises DocumentError."""
    opened = _open(document, "Component")
    spec = opened.spec
    spec.only("description", "owner", "group", "position", "third_party", "only_if_degraded",
              "start_date", "audiences", "promise", "monitors", "heartbeats")  # fmt: skip
    found = ComponentTerms(
        slug=opened.slug,
        name=opened.name,
        description=_text(spec, "description"),
        owner=_name(spec, "owner"),
        group=spec.read("group", "", fields.as_slug),
        position=spec.read("position", 0, fields.as_whole),
        third_party=spec.read("third_party", False, _yes),
        only_if_degraded=spec.read("only_if_degraded", False, _yes),
        start_date=spec.read("start_date", None, _day),
        audiences=_slugs(spec, "audiences"),
        promise=spec.read("promise", "", fields.as_slug),
        watches=(*_watched(spec, "monitors"), *_watched(spec, "heartbeats")),
    )
    opened.finish()
    return found


def group(document: object) -> GroupTerms:
    """Return what a document of the kind ComponentGroup declares. Raises DocumentError."""
    opened = _open(document, "ComponentGroup")
    spec = opened.spec
    spec.only("description", "parent", "position")
    found = GroupTerms(
        slug=opened.slug,
        name=opened.name,
        description=_text(spec, "description"),
        parent=spec.read("parent", "", fields.as_slug),
        position=spec.read("position", 0, fields.as_whole),
    )
    if found.parent and found.parent == found.slug:
        spec.note("parent", "a group cannot stand in itself")
    opened.finish()
    return found


def page(document: object) -> PageTerms:
    """Return what a document of the kind StatusPage declares. Raises DocumentError."""
    opened = _open(document, "StatusPage")
    spec = opened.spec
    spec.only("description", "audiences", "components", "privacy", "networks", "position")
    found = PageTerms(
        slug=opened.slug,
        name=opened.name,
        description=_text(spec, "description"),
        audiences=_slugs(spec, "audiences"),
        components=_slugs(spec, "components"),
        privacy=spec.choice("privacy", doors.PRIVACY, "public"),
        networks=_each(spec, "networks", lambda value: doors.as_network(fields.as_text(value))),
        position=spec.read("position", 0, fields.as_whole),
    )
    if found.privacy == "network" and not found.networks:
        spec.note("networks", "are missing: who is let in, for example [192.0.2.0/24]")
    opened.finish()
    return found


def audience(document: object) -> AudienceTerms:
    """Return what a document of the kind Audience declares. Raises DocumentError."""
    opened = _open(document, "Audience")
    opened.spec.only("description")
    found = AudienceTerms(
        slug=opened.slug, name=opened.name, description=_text(opened.spec, "description")
    )
    opened.finish()
    return found


def uptime_formula(document: object) -> FormulaTerms:
    """Return what a document of the kind Formula declares. Raises DocumentError."""
    opened = _open(document, "Formula")
    spec = opened.spec
    spec.only(*formula.NAMES, "reason")
    for name in formula.NAMES:
        spec.read(name, None, formula.as_weight)
    weights = {name: str(spec.values[name]) for name in formula.NAMES if spec.has(name)}
    found = FormulaTerms(weights=weights, reason=_text(spec, "reason"))
    opened.finish()
    return found


@dataclass(frozen=True, slots=True)
class _Opened:
    slug: str
    name: str
    spec: Fields
    problems: list[Problem]

    def finish(self) -> None:
        if self.problems:
            raise DocumentError(tuple(self.problems))


def _open(document: object, kind: str) -> _Opened:
    problems: list[Problem] = []
    top = Fields(document, "", problems)
    top.only("apiVersion", "kind", "metadata", "spec")
    top.choice("apiVersion", (OURS,), OURS)
    top.choice("kind", (kind,), kind)
    meta = top.inside("metadata")
    meta.only("name", "displayName")
    meta.needed("name", "its name in addresses, for example checkout")
    slug = meta.read("name", "", fields.as_slug)
    name = _name(meta, "displayName") or slug.replace("-", " ").capitalize()
    return _Opened(slug, name, top.inside("spec"), problems)


def as_name(value: object) -> str:
    """Return one line of text. Raises ValueError in plain words."""
    text = fields.as_text(value)
    if len(text) > _LONGEST_NAME:
        raise ValueError(f"has {len(text)} characters; {_LONGEST_NAME} is the most")
    if not text.isprintable():
        raise ValueError("has characters that cannot be seen, such as a line break")
    return text


def as_prose(value: object) -> str:
    text = fields.as_text(value)
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"has {len(text)} characters; {_LONGEST_TEXT:,} is the most")
    if "\x00" in text:
        raise ValueError("has a character that no text can hold (U+0000)")
    return text


def _name(spec: Fields, name: str) -> str:
    return spec.read(name, "", as_name)


def _text(spec: Fields, name: str) -> str:
    return spec.read(name, "", as_prose)


def _yes(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")  # noqa: TRY004 - one kind of error
    return value


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = fields.as_text(value)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text[:40]}” is no date; write for example 2026-01-31") from None


def _each(spec: Fields, name: str, parse: Any) -> tuple[Any, ...]:  # noqa: ANN401 - any value
    found = []
    for path, item in spec.items(name):
        try:
            found.append(parse(item))
        except ValueError as error:
            spec.note(path, str(error))
    return tuple(dict.fromkeys(found))


def _slugs(spec: Fields, name: str) -> tuple[str, ...]:
    return _each(spec, name, fields.as_slug)


def _watched(spec: Fields, name: str) -> tuple[Watched, ...]:
    kind = name.removesuffix("s")
    found = []
    for path, item in spec.items(name):
        holder = item if isinstance(item, Mapping) else {"name": item}
        inner = Fields(holder, f"{spec.path}.{path}", spec.problems)
        inner.only("name", "down")
        inner.needed("name", f"the name of a {kind}")
        found.append(
            Watched(
                kind=kind,
                slug=inner.read("name", "", fields.as_slug),
                down=Status(inner.choice("down", DOWN, Status.MAJOR)),
            )
        )
    return tuple(found)
