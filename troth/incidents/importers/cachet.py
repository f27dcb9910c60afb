"""A Cachet page: answers of its API as JSON, in one file by their names or a folder of files."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from troth.components.rules.results import Status
from troth.incidents.importing import reading
from troth.incidents.importing.told import Found, Importer, Part, Refused, Said, Told, Unreadable
from troth.incidents.rules.results import Impact, Kind, State

# Of incidents: 0 scheduled, 1 investigating, 2 identified, 3 watching, 4 fixed.
_STATES = {
    0: State.SCHEDULED, 1: State.INVESTIGATING, 2: State.IDENTIFIED, 3: State.MONITORING,
    4: State.RESOLVED,
}  # fmt: skip
# Of components: 1 operational, 2 performance issues, 3 partial outage, 4 major outage.
_STATUSES = {1: Status.OPERATIONAL, 2: Status.DEGRADED, 3: Status.PARTIAL, 4: Status.MAJOR}
_IMPACTS = {Status.DEGRADED: Impact.MINOR, Status.PARTIAL: Impact.MAJOR,
            Status.MAJOR: Impact.CRITICAL}  # fmt: skip
_PLANNED = {0: State.SCHEDULED, 1: State.IN_PROGRESS, 2: State.COMPLETED}
_NAMES = ("components", "groups", "incidents", "schedules")
_RENAMED = {
    "component-groups": "groups", "component_groups": "groups", "componentGroups": "groups",
    "incident_updates": "updates", "incidentUpdates": "updates",
}  # fmt: skip
_TIMES = ("occurred", "created", "updated", "scheduled", "completed")


Row = dict[str, Any]


def read(path: Path) -> Found:
    """Read {components, groups, incidents, schedules}: each an answer of the API, or a list.

    1.x writes Unix seconds; 2.x flat rows, since 2.4 with their updates; 3.x JSON:API, whose
    components, groups and updates stand in `relationships` and `included`. Cachet's answer for an
    incident holds how its component is now, not how it was then: the component is told as degraded
    unless the incident's `component_status` says more. What it hides from visitors is refused.
    """
    whole = _answers(path)
    if not whole["incidents"] and not whole["components"]:
        raise Unreadable(f"{path} holds neither components nor incidents of a Cachet page.")
    told, refused = [], []
    for what, make in (("incident", _incident), ("schedule", _schedule)):
        for row in whole[f"{what}s"]:
            try:
                told.append(make(row))
            except (KeyError, TypeError, ValueError) as error:
                refused.append(Refused(source_id=f"{what}/{row.get('id')}", why=str(error),
                                       name=reading.string(row, "name")))  # fmt: skip
    return Found(
        source=f"cachet:{path.resolve().stem}", told=tuple(told), refused=tuple(refused),
        parts=tuple(_parts(whole)), notes=tuple(_notes(whole)),
    )  # fmt: skip


def _answers(path: Path) -> dict[str, list[Row]]:
    """Return the flat rows of each answer, what they relate to put into them."""
    whole: Any = reading.answers(path)
    if isinstance(whole, dict) and isinstance(whole.get("data"), list):
        whole = {_named(whole["data"]): whole}
    if not isinstance(whole, dict):
        raise Unreadable(f"{path} is no object with {', '.join(_NAMES)}.")
    found = {name: [_flat(one) for key, rows in whole.items() if _RENAMED.get(key, key) == name
                    for one in _rows(rows)]
             for name in (*_NAMES, "updates")}  # fmt: skip
    for answer in (whole, *whole.values()):
        for one in reading.objects(answer.get("included") if isinstance(answer, dict) else ()):
            name = _RENAMED.get(str(one.get("type")), str(one.get("type")))
            if name in found and all(str(one.get("id")) != str(row.get("id"))
                                     for row in found[name]):  # fmt: skip
                found[name].append(_flat(one))
    _join_updates(found)
    return found


def _named(rows: list[Any]) -> str:
    """Return what one answer of the API, saved as it came, is about."""
    first = rows[0] if rows and isinstance(rows[0], dict) else {}
    said = {*first, *(first.get("attributes") or ())}
    marks = {"schedules": {"completed_at", "completed"}, "groups": {"enabled_components"},
             "incidents": {"message"}}  # fmt: skip
    return next((name for name, known in marks.items() if known & said), "components")


def _rows(value: object) -> list[Row]:
    """Return the rows of a list or an answer; 2.x lists groups as {"grouped": …, "ungrouped"}."""
    return reading.objects(value) if isinstance(value, list | dict) else []


def _flat(row: Row) -> Row:
    """Return a row of 3.x as one of 2.x has it; others as they are."""
    inner = row.get("attributes")
    if not isinstance(inner, dict):
        return row
    related = {name: one.get("data") for name, one in _related(row)}
    times = {f"{name}_at": inner[name].get("string") for name in _TIMES
             if isinstance(inner.get(name), dict)}  # fmt: skip
    group = related.get("group")
    return {
        "id": row.get("id"), **inner, **times, "updates": related.get("updates") or (),
        "components": related.get("components") or (),
        "group_id": group.get("id") if isinstance(group, dict) else None,
    }  # fmt: skip


def _related(row: Row) -> list[tuple[str, Row]]:
    found = row.get("relationships")
    return [(name, one) for name, one in found.items() if isinstance(one, dict)] if isinstance(
        found, dict) else []  # fmt: skip


def _join_updates(found: dict[str, list[Row]]) -> None:
    """Put updates that stand apart into what they belong to."""
    by_id = {str(one.get("id")): one for one in found["updates"]}
    of: dict[str, list[Row]] = {}
    for one in found["updates"]:
        owner = reading.string(one, "incident_id", "updateable_id")
        if owner and "chedule" not in reading.string(one, "updateable_type"):
            of.setdefault(owner, []).append(one)
    for row in found["incidents"]:
        named = [by_id.get(str(one.get("id")), one)
                 for one in reading.objects(row.get("updates") or ())]  # fmt: skip
        told = [one for one in named if "message" in one or "attributes" in one]
        row["updates"] = told or of.get(str(row.get("id")), [])


def _notes(whole: Mapping[str, list[Row]]) -> Iterator[str]:
    first = next((one.get("created_at") for one in whole["incidents"]), None)
    if isinstance(first, str) and not _is_zoned(first):
        yield "Cachet writes its times without a zone: they are taken as UTC"
    hidden = [reading.string(one, "name") for one in whole["components"] if _is_hidden(one)]
    if hidden:
        yield f"hidden there, and so not declared here: {', '.join(hidden)}"


def _is_hidden(component: Row) -> bool:
    return bool(component.get("deleted_at")) or not component.get("enabled", True)


def _is_zoned(value: str) -> bool:
    try:
        return reading.is_zoned(value)
    except ValueError:
        return True  # said where it stands


def _parts(whole: Mapping[str, list[Row]]) -> Iterator[Part]:
    groups = {str(one.get("id")): str(one.get("name") or "") for one in whole["groups"]}
    inside = {reading.string(each, "id"): groups[str(one.get("id"))] for one in whole["groups"]
              for each in _related_components(one)}  # fmt: skip
    for one in whole["components"]:
        key = str(one.get("id"))
        if _is_hidden(one):
            continue
        group = reading.string(one, "group_id", "component_group_id")
        yield Part(
            key=key, name=str(one.get("name") or key), position=reading.whole(one.get("order")),
            group=groups.get(group) or inside.get(key, ""),
            description=str(one.get("description") or ""),
        )  # fmt: skip


def _related_components(row: Row) -> list[Row]:
    """Return the components that a group or an incident names, `enabled_components` in 2.x."""
    return reading.objects(row.get("components") or row.get("enabled_components") or ())


def _number(value: object) -> int | None:
    """Return a code, which 3.x writes as {"value": 1, "human": …}."""
    if isinstance(value, dict):
        value = value.get("value")
    return int(value) if isinstance(value, int | str) and str(value).lstrip("-").isdigit() else None


def _at(row: Mapping[str, Any], *names: str) -> datetime | None:
    for name in names:
        value = row.get(name)
        found = reading.instant(value.get("string") if isinstance(value, dict) else value)
        if found is not None:
            return found
    return None


def _refuse_hidden(row: Row) -> None:
    """Refuse what visitors never saw: an import is public. 1 is shown to all, since 1.x."""
    if row.get("deleted_at"):
        raise ValueError("it was deleted there")
    if "visible" in row and _number(row["visible"]) not in {1, None}:
        raise ValueError("it is hidden from visitors there, and what is imported is public")


def _incident(row: Row) -> Told:
    _refuse_hidden(row)
    at = _at(row, "occurred_at", "created_at")
    if at is None:
        raise ValueError("it has no occurred_at or created_at")
    flags: list[str] = []
    first = _state(row, flags)
    updates = [_said(one, at, flags) for one in reading.objects(row.get("updates") or ())]
    # With updates the incident carries the state that they have brought it to.
    opening = State.INVESTIGATING if updates else first
    impacts = _impacts(row)
    said = (Said(at=at, state=opening, body=reading.string(row, "message"), impacts=impacts),
            *updates)  # fmt: skip
    ended_at = min((one.at for one in updates if one.state is State.RESOLVED), default=None)
    if ended_at is None and first is State.RESOLVED:
        ended_at = _at(row, "updated_at")
        flags.append("its end is not told: when it was last changed counts")
    worst = max(impacts.values(), key=_severity, default=Status.DEGRADED)
    return Told(
        source_id=f"incident/{row['id']}", name=reading.string(row, "name"), said=said,
        started_at=at, ended_at=ended_at, created_at=_at(row, "created_at"), flags=tuple(flags),
        impact=_IMPACTS.get(worst, Impact.NONE), state=first,
    )  # fmt: skip


def _severity(status: Status) -> int:
    return list(_STATUSES.values()).index(status)


def _impacts(row: Row) -> dict[str, Status]:
    """Return its components: one in 1.x and 2.x, any number in 3.x."""
    single = row.get("component")
    key = reading.string(row, "component_id") or (
        reading.string(single, "id") if isinstance(single, dict) else "")  # fmt: skip
    rows = [*_related_components(row)]
    if key not in {"", "0"} and all(reading.string(one, "id") != key for one in rows):
        rows.append({"id": key, "component_status": row.get("component_status")})
    return {reading.string(one, "component_id", "id"): _status_of(one) for one in rows}


def _status_of(one: Row) -> Status:
    pivot = one.get("pivot")
    held = pivot if isinstance(pivot, dict) else one
    return _STATUSES.get(_number(held.get("component_status")) or 0, Status.DEGRADED)


def _state(row: Mapping[str, Any], flags: list[str]) -> State:
    code = _number(row.get("latest_status")) or _number(row.get("status"))
    if code not in _STATES:
        flags.append(f"unknown status: {code}")
    if code == 0:
        flags.append("scheduled, as Cachet called planned work before 2.4")
    state = _STATES.get(code if code is not None else -1, State.INVESTIGATING)
    return State.INVESTIGATING if state is State.SCHEDULED else state


def _said(row: Row, default: datetime, flags: list[str]) -> Said:
    row = _flat(row)
    at = _at(row, "created_at")
    if at is None:
        flags.append("an update has no instant: that of the incident counts")
    return Said(at=at or default, state=_state(row, flags), body=reading.string(row, "message"))


def _schedule(row: Row) -> Told:
    """Return planned work. Its end counts once it is complete: 2.4 writes the moment of asking."""
    starts, ends = _at(row, "scheduled_at"), _at(row, "completed_at")
    if starts is None:
        raise ValueError("it has no scheduled_at")
    code = _number(row.get("status"))
    state = _PLANNED.get(code if code is not None else -1, State.SCHEDULED)
    flags: tuple[str, ...] = ()
    if code is None and ends is not None:
        state = State.COMPLETED
    if state is not State.COMPLETED and ends is not None:
        flags, ends = (f"it is {state}, so that its completed_at does not count",), None
    keys = [reading.string(one, "component_id", "id") for one in _related_components(row)]
    return Told(
        source_id=f"schedule/{row['id']}", name=reading.string(row, "name"), started_at=starts,
        ended_at=ends, kind=Kind.MAINTENANCE, impact=Impact.MAINTENANCE, scheduled_for=starts,
        scheduled_until=ends, created_at=_at(row, "created_at"), state=state, flags=flags,
        said=(Said(at=starts, state=state, body=reading.string(row, "message"),
                   impacts=dict.fromkeys(filter(None, keys), Status.MAINTENANCE)),),
        is_flagged_open=state is State.COMPLETED,
    )  # fmt: skip


importer = Importer(
    label="A Cachet page: answers of its API",
    takes="a .json file with components, groups, incidents, schedules, or a folder of such",
    example="troth import cachet cachet.json",
    read=read,
)
