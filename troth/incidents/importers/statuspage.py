"""An Atlassian Statuspage: answers of its API as JSON, or its Atom history."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from troth.incidents.importing import markup, reading
from troth.incidents.importing.running import affecting
from troth.incidents.importing.told import Found, Importer, Part, Refused, Said, Told, Unreadable
from troth.incidents.rules.results import Impact, Kind, State

_ATOM = "{http://www.w3.org/2005/Atom}"
_NUMBER = re.compile(r"/(\d+)$")


def read(path: Path) -> Found:
    """Read JSON of /api/v2/*.json or /v1/pages/{id}/…, or the feed /history.atom.

    Of /v1/ answers for incidents, one incident, components, component-groups and a webhook's body
    are known. A folder is read as all its .json files. The Atom history tells no components and no
    impact.
    """
    if path.is_dir():
        return _of_answers(list(reading.answers(path).values()), path)
    if reading.text(path).lstrip()[:1] == "<":
        return _of_feed(path)
    return _of_answers([reading.data(path)], path)


def _of_answers(answers: list[Any], path: Path) -> Found:
    rows = {str(row["id"]): row for answer in answers for row in _incidents(answer)}
    components = {str(one["id"]): one for answer in answers for one in _components(answer)}
    page = next(filter(None, map(_page, answers)), "")
    if not rows and not components:
        raise Unreadable(f"{path} holds neither incidents nor components of a Statuspage.")
    for row in rows.values():
        for one in reading.objects(row.get("components")):
            components.setdefault(str(one.get("id")), one)
    told, refused = _all_told(rows.values())
    return Found(
        source=f"statuspage:{page or 'unknown'}", told=tuple(told), refused=tuple(refused),
        parts=tuple(_parts(components)),
    )  # fmt: skip


def _incidents(answer: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    if isinstance(answer, dict) and "incident_updates" in answer:
        answer = [answer]  # one incident by its id
    if not isinstance(answer, list | dict):
        return
    lists = [answer] if isinstance(answer, list) else [
        answer.get("incidents"), answer.get("scheduled_maintenances"), [answer.get("incident")],
    ]  # fmt: skip
    for found in lists:
        for row in reading.objects(found or ()):
            if "incident_updates" in row and "id" in row:
                yield row


def _components(answer: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    if isinstance(answer, dict):
        answer = () if "incident_updates" in answer else answer.get("components")
    found = answer or ()
    for row in reading.objects(found):
        if "incident_updates" not in row and "name" in row and "id" in row:
            yield row


def _page(answer: Any) -> str:  # noqa: ANN401 - JSON
    """Return the page's id, which its incidents name, too."""
    if isinstance(answer, dict) and isinstance(answer.get("page"), dict):
        return str(answer["page"].get("id") or "")
    first = next(iter([*_incidents(answer), *_components(answer)]), {})
    return str(first.get("page_id") or first.get("organization_id") or "")


def _parts(components: dict[str, dict[str, Any]]) -> Iterator[Part]:
    groups = {key: str(one["name"]) for key, one in components.items() if _is_group(one)}
    inside = {str(key): name for group, name in groups.items()
              for key in components[group].get("components") or ()}  # fmt: skip
    for key, one in components.items():
        if key in groups or not one.get("name"):
            continue
        start = _day(one.get("start_date"))
        yield Part(
            key=key, uid=key, name=str(one["name"]), position=reading.whole(one.get("position")),
            description=str(one.get("description") or ""),
            group=groups.get(str(one.get("group_id"))) or inside.get(key, ""), start=start,
            only_if_degraded=bool(one.get("only_show_if_degraded")),
        )  # fmt: skip


def _is_group(one: dict[str, Any]) -> bool:
    """Return whether it is a group; v1 lists groups apart, with their components and no status."""
    return bool(one.get("group")) or ("status" not in one and "components" in one)


def _day(value: object) -> date | None:
    try:
        found = reading.instant(value)
    except ValueError:
        return None
    return found.date() if found else None


def _all_told(rows: Any) -> tuple[list[Told], list[Refused]]:  # noqa: ANN401
    told, refused = [], []
    for row in rows:
        try:
            told.append(_told(row))
        except (KeyError, TypeError, ValueError) as error:
            name = str(row.get("name") or "")
            refused.append(Refused(source_id=str(row.get("id")), name=name, why=str(error)))
    return told, refused


def _told(row: dict[str, Any]) -> Told:
    scheduled_for = reading.instant(row.get("scheduled_for"))
    kind = Kind.MAINTENANCE if scheduled_for else Kind.INCIDENT
    said = tuple(_said(one, kind) for one in reading.objects(row.get("incident_updates")))
    created_at = reading.instant(row.get("created_at"))
    started_at = scheduled_for or reading.instant(row.get("started_at")) or created_at
    if started_at is None:
        raise ValueError("it has no beginning")
    impact = reading.impact(row.get("impact"))
    flags = () if impact else (_no_impact(row),)
    if not said:
        said = (Said(at=started_at, state=reading.state(row.get("status"), _first(kind)), body=""),)
    if not any(one.impacts for one in said):  # older updates tell no components of their own
        keys = [str(one["id"]) for one in reading.objects(row.get("components"))]
        said = affecting(said, keys, impact or Impact.NONE, since=started_at)
    said = (*said, *_postmortem(row, said))
    return Told(
        source_id=str(row["id"]), name=str(row.get("name") or ""), kind=kind, said=said,
        impact=impact, started_at=started_at, ended_at=reading.instant(row.get("resolved_at")),
        created_at=created_at, uid=str(row["id"]), scheduled_for=scheduled_for,
        scheduled_until=reading.instant(row.get("scheduled_until")), flags=flags,
        state=reading.state(row.get("status"), said[0].state), is_flagged_open=_is_odd(row),
    )  # fmt: skip


def _no_impact(row: dict[str, Any]) -> str:
    return f"unknown impact: {row['impact']!s}" if "impact" in row else "no impact is told"


def _postmortem(row: dict[str, Any], said: tuple[Said, ...]) -> Iterator[Said]:
    """Yield a published post-mortem that v1 tells beside the updates."""
    at = reading.instant(row.get("postmortem_published_at"))
    body = row.get("postmortem_body")
    if at and body and all(one.state is not State.POSTMORTEM for one in said):
        yield Said(at=at, state=State.POSTMORTEM, body=str(body))


def _is_odd(row: dict[str, Any]) -> bool:
    """Return whether it is odd that there is no end: where its status says that it is over."""
    return str(row.get("status")) in {"resolved", "postmortem", "completed"}


def _first(kind: Kind) -> State:
    return State.SCHEDULED if kind is Kind.MAINTENANCE else State.INVESTIGATING


def _said(row: dict[str, Any], kind: Kind) -> Said:
    at = reading.instant(row.get("display_at") or row.get("created_at"))
    if at is None:
        raise ValueError("an update has no instant")
    affected = {
        str(one["code"]): status
        for one in reading.objects(row.get("affected_components") or ())
        if one.get("code") and (status := reading.status(one.get("new_status")))
    }
    return Said(
        at=at, state=reading.state(row.get("status"), _first(kind)),
        body=str(row.get("body") or ""), impacts=affected,
    )  # fmt: skip


def _of_feed(path: Path) -> Found:
    text = reading.text(path)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Unreadable(f"{path} declares entities, as no feed needs to.")
    try:
        root = ET.fromstring(text)  # noqa: S314 - without entities it cannot grow
    except ET.ParseError as error:
        raise Unreadable(f"{path} is not a feed: {error}.") from error
    entries = root.findall(f"{_ATOM}entry")
    if not entries:
        raise Unreadable(f"{path} holds no entries of an Atom feed.")
    told, refused = [], []
    for entry in entries:
        try:
            told.append(_of_entry(entry))
        except ValueError as error:
            title = entry.findtext(f"{_ATOM}title") or ""
            refused.append(Refused(source_id=_id(entry), name=title, why=str(error)))
    link = entries[0].find(f"{_ATOM}link")
    host = urlsplit(link.get("href", "") if link is not None else "").hostname
    return Found(
        source=f"statuspage:{host or path.stem}", told=tuple(told), refused=tuple(refused),
        notes=("an Atom history tells no components and no impact: nothing counts in uptime",),
    )  # fmt: skip


def _id(entry: Any) -> str:  # noqa: ANN401 - an element
    found = _NUMBER.search(entry.findtext(f"{_ATOM}id") or "")
    return found[1] if found else (entry.findtext(f"{_ATOM}id") or "")


def _of_entry(entry: Any) -> Told:  # noqa: ANN401 - an element
    published = reading.instant(entry.findtext(f"{_ATOM}published"))
    updated = reading.instant(entry.findtext(f"{_ATOM}updated")) or published
    if published is None or updated is None:
        raise ValueError("it has no published or updated")
    lines = markup.messages(entry.findtext(f"{_ATOM}content") or "", last=updated)
    is_planned = any(word.lower() == "scheduled" for _, word, _ in lines)
    kind = Kind.MAINTENANCE if is_planned else Kind.INCIDENT
    state, said = _first(kind), []
    for at, word, body in sorted(lines, key=lambda one: one[0]):
        state = reading.state(word, state)
        said.append(Said(at=at, state=state, body=body))
    if not said:
        raise ValueError("its content holds no updates")
    over = [one.at for one in said if one.state in {State.RESOLVED, State.COMPLETED}]
    begun = [one.at for one in said if one.state is State.IN_PROGRESS]
    started_at = begun[0] if begun else said[0].at
    link = entry.find(f"{_ATOM}link")
    path = urlsplit(link.get("href", "")).path if link is not None else ""
    return Told(
        source_id=_id(entry), name=entry.findtext(f"{_ATOM}title") or "", said=tuple(said),
        kind=kind, started_at=started_at, ended_at=over[0] if over else None, impact=Impact.NONE,
        created_at=said[0].at, uid=path.rpartition("/")[2],
        scheduled_for=started_at if is_planned else None,
        scheduled_until=over[0] if is_planned and over else None,
    )  # fmt: skip


importer = Importer(
    label="An Atlassian Statuspage: API answers as JSON, or its Atom history",
    takes="a .json or .atom file, or a folder of .json files",
    example="troth import statuspage incidents.json",
    read=read,
)
