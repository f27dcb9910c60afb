"""A cState site: config.yml and content/issues/*.md with front matter."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from troth.components.rules.results import Status
from troth.incidents.importing import reading
from troth.incidents.importing.running import affecting
from troth.incidents.importing.told import Found, Importer, Part, Refused, Said, Told, Unreadable
from troth.incidents.rules.results import Impact, Kind, State

_FRONT = re.compile(r"\A(---|\+\+\+)[ \t]*\r?\n(.*?)\r?\n\1[ \t]*(?:\r?\n|\Z)(.*)\Z", re.DOTALL)
_SEVERITIES = {
    "down": Impact.CRITICAL, "disrupted": Impact.MINOR, "notice": Impact.NONE,
}  # fmt: skip
# A file holds one text, rewritten as things went on: it is one message, of the latest state.
_STATES = {
    (Kind.INCIDENT, False): State.INVESTIGATING, (Kind.INCIDENT, True): State.RESOLVED,
    (Kind.MAINTENANCE, False): State.SCHEDULED, (Kind.MAINTENANCE, True): State.COMPLETED,
}  # fmt: skip
_NAMES = ("config.yml", "config.yaml", "hugo.yml", "hugo.yaml")


class _Loader(yaml.SafeLoader):
    """Leaves instants as they were written: whether they say a zone is to be seen."""


_Loader.yaml_implicit_resolvers = {
    letter: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path: Path) -> Found:
    """Read a site's folder. Severity notice is no downtime, disrupted is minor, down critical."""
    config = _config(path)
    params = config.get("params") or {}
    parts = tuple(
        Part(
            key=str(one["name"]), name=str(one["name"]), position=place,
            description=str(one.get("description") or "").strip(),
            group=_group(str(one.get("category") or ""), params),
        )
        for place, one in enumerate(reading.objects(params.get("systems")), 1)
        if one.get("name")
    )  # fmt: skip
    told: list[Told] = []
    refused: list[Refused] = []
    posts = _issues(path)
    for name, file in posts.items():
        try:
            _refuse_translation(name, posts, config)
            told.append(_told(file, name))
        except (ValueError, TypeError, yaml.YAMLError) as error:
            why = " ".join(str(error).split())
            refused.append(Refused(source_id=name, name=file.name, why=why))
    host = urlsplit(str(config.get("baseURL") or "")).hostname or path.resolve().name
    return Found(source=f"cstate:{host}", told=tuple(told), parts=parts, refused=tuple(refused))


def _config(path: Path) -> dict[str, Any]:
    file = next((path / name for name in _NAMES if (path / name).is_file()), None)
    if file is None:
        raise Unreadable(f"{path} holds no config.yml; name the folder of a cState site.")
    try:
        found = yaml.load(reading.text(file), Loader=_Loader)  # noqa: S506 - built on SafeLoader
    except yaml.YAMLError as error:
        raise Unreadable(f"{file} is not YAML: {error}.") from error
    if not isinstance(found, dict):
        raise Unreadable(f"{file} holds no settings.")
    return found


def _group(category: str, params: dict[str, Any]) -> str:
    """Return the name of a category, unless cState was told not to show it."""
    hidden = {
        str(one.get("name"))
        for one in reading.objects(params.get("categories"))
        if one.get("untitled")
    }
    return "" if category in hidden else category


def _issues(path: Path) -> dict[str, Path]:
    """Return the posts by their place, folders of a year and of one post with it too."""
    home = path / "content/issues"
    found: dict[str, Path] = {}
    for file in sorted(home.rglob("*.md")):
        place = file.relative_to(home)
        if place.name == "_index.md" or str(place) == "index.md":
            continue
        name = place.parent if place.name == "index.md" else place.with_suffix("")
        found[name.as_posix()] = file
    return found


def _refuse_translation(name: str, posts: dict[str, Path], config: dict[str, Any]) -> None:
    """Refuse what says in another language what another post says."""
    first, _, language = name.rpartition(".")
    if first in posts and language in (config.get("languages") or {}):
        raise ValueError(f"it says in another language what {first} says")


def _told(file: Path, name: str) -> Told:
    front, body = _split(reading.text(file))
    if front.get("draft") is True:
        raise ValueError("it is a draft, which was not public")
    started_at = reading.instant(front.get("date"))
    if started_at is None:
        raise ValueError("it has no date")
    ended_at = reading.instant(front.get("resolvedWhen"))
    severity = str(front.get("severity") or "").strip().lower()
    impact = _SEVERITIES.get(severity, Impact.NONE)
    is_over, is_planned = _is_over(front), _is_planned(front, severity)
    kind = Kind.MAINTENANCE if is_planned else Kind.INCIDENT
    said = (Said(at=started_at, state=_STATES[kind, is_over], body=body),)
    affected = [str(one) for one in _listed(front.get("affected"))]
    return Told(
        source_id=name, name=str(front.get("title") or ""), kind=kind,
        impact=Impact.MAINTENANCE if is_planned else impact,
        said=affecting(said, affected, Status.MAINTENANCE if is_planned else impact,
                       since=started_at),
        started_at=started_at, ended_at=ended_at, state=said[0].state, created_at=started_at,
        scheduled_for=started_at if is_planned else None,
        scheduled_until=ended_at if is_planned else None, is_flagged_open=not is_over,
        flags=tuple(_flags(front, severity, body, is_over=is_over)),
    )  # fmt: skip


def _split(text: str) -> tuple[dict[str, Any], str]:
    parts = _FRONT.match(text)
    if parts is None:
        raise ValueError("it has no front matter")
    if parts[1] == "+++":
        return tomllib.loads(parts[2]), parts[3].strip()
    front = yaml.load(parts[2], Loader=_Loader)  # noqa: S506 - built on SafeLoader
    if not isinstance(front, dict):
        raise ValueError("its front matter holds no fields")  # noqa: TRY004 - of the file
    return front, parts[3].strip()


def _listed(value: object) -> Iterable[object]:
    if value is None or value == "":
        return ()
    return [one for one in value if one] if isinstance(value, list) else (value,)


def _is_over(front: dict[str, Any]) -> bool:
    """CState calls informational posts resolved, too: they never were trouble."""
    return bool(front.get("resolved")) or bool(front.get("informational"))


def _is_planned(front: dict[str, Any], severity: str) -> bool:
    return severity == "maintenance" or front.get("section") == "maintenance"


def _flags(front: dict[str, Any], severity: str, body: str, *, is_over: bool) -> Iterator[str]:
    yield from (
        f"{name} names no zone: taken as UTC"
        for name in ("date", "resolvedWhen")
        if front.get(name) and not reading.is_zoned(front[name])
    )
    if severity not in _SEVERITIES and not _is_planned(front, severity):
        yield f"unknown severity: {severity or 'none'}"
    yield from _about_its_end(front, is_over=is_over)
    yield from (f"{name} in the source" for name in ("pinned", "informational") if front.get(name))
    if "{{<" in body or "{{%" in body:
        yield "its text holds Hugo shortcodes, shown as they are"


def _about_its_end(front: dict[str, Any], *, is_over: bool) -> Iterator[str]:
    has_end = bool(front.get("resolvedWhen"))
    if is_over and not has_end and not front.get("informational"):
        yield "resolved, but it does not say when"
    if not is_over and has_end:
        yield "says when it ended, but not that it is resolved"


importer = Importer(
    label="A cState site",
    takes="the site's folder, with config.yml and content/issues",
    example="troth import cstate path/to/site",
    read=read,
)
