"""A Cachet page: answers of its API as JSON, in one file by their names or a folder of files."""

from collections.abc import Iterator, Mapping
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
_UPCOMING, _DONE = 0, 2
_NAMES = ("components", "groups", "incidents", "schedules")


def read(path: Path) -> Found:
    """Read {components, groups, incidents, schedules}: each an answer of /api/v1/NAME or a list.

    Cachet's answer for an incident holds how its component is now, not how it was then: the
    component is told as degraded unless the incident's `component_status` says more.
    """
    whole = _answers(path)
    if not whole.get("incidents") and not whole.get("components"):
        raise Unreadable(f"{path} holds neither components nor incidents of a Cachet page.")
    told, refused = [], []
    for make, rows in ((_incident, whole["incidents"]), (_schedule, whole["schedules"])):
        for row in rows:
            try:
                told.append(make(row))
            except (KeyError, TypeError, ValueError) as error:
                name = reading.string(row, "name")
                refused.append(Refused(source_id=str(row.get("id")), name=name, why=str(error)))
    return Found(
        source=f"cachet:{path.resolve().stem}", told=tuple(told), refused=tuple(refused),
        parts=tuple(_parts(whole)),
    )  # fmt: skip


def _answers(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each answer; 2.x has flat rows, 3.x JSON:API attributes."""
    if path.is_dir():
        whole: Any = {file.stem: reading.data(file) for file in sorted(path.glob("*.json"))}
    else:
        whole = reading.data(path)
    if not isinstance(whole, dict):
        raise Unreadable(f"{path} is no object with {', '.join(_NAMES)}.")
    renamed = {"component-groups": "groups", "component_groups": "groups"}
    whole = {renamed.get(name, name): rows for name, rows in whole.items()}
    return {name: [_flat(one) for one in reading.objects(whole.get(name) or ())]
            for name in _NAMES}  # fmt: skip


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    inner = row.get("attributes")
    return {"id": row.get("id"), **inner} if isinstance(inner, dict) else row


def _parts(whole: Mapping[str, list[dict[str, Any]]]) -> Iterator[Part]:
    groups = {str(one.get("id")): str(one.get("name") or "") for one in whole["groups"]}
    for one in whole["components"]:
        key = str(one.get("id"))
        group = reading.string(one, "group_id", "component_group_id")
        yield Part(
            key=key, name=str(one.get("name") or key), group=groups.get(group, ""),
            description=str(one.get("description") or ""), position=_number(one.get("order")) or 0,
        )  # fmt: skip


def _number(value: object) -> int | None:
    """Return a code, which 3.x writes as {"value": 1, "human": …}."""
    if isinstance(value, dict):
        value = value.get("value")
    return int(value) if isinstance(value, int | str) and str(value).lstrip("-").isdigit() else None


def _at(row: Mapping[str, Any], *names: str) -> Any:  # noqa: ANN401 - an instant or None
    for name in names:
        value = row.get(name)
        found = reading.instant(value.get("string") if isinstance(value, dict) else value)
        if found is not None:
            return found
    return None


def _incident(row: dict[str, Any]) -> Told:
    at = _at(row, "occurred_at", "created_at")
    if at is None:
        raise ValueError("it has no occurred_at or created_at")
    flags: list[str] = []
    first = _state(row, flags)
    updates = [_said(one, at, flags) for one in reading.objects(row.get("updates") or ())]
    # With updates the incident carries the state that they have brought it to.
    opening = State.INVESTIGATING if updates else first
    status = _STATUSES.get(_number(row.get("component_status")) or 0, Status.DEGRADED)
    key = reading.string(row, "component_id")
    impacts = {} if key in {"", "0"} else {key: status}
    said = (Said(at=at, state=opening, body=reading.string(row, "message"), impacts=impacts),
            *updates)  # fmt: skip
    ended_at = min((one.at for one in updates if one.state is State.RESOLVED), default=None)
    if ended_at is None and first is State.RESOLVED:
        ended_at = _at(row, "updated_at")
        flags.append("its end is not told: when it was last changed counts")
    return Told(
        source_id=f"incident/{row['id']}", name=reading.string(row, "name"), said=said,
        started_at=at, ended_at=ended_at, created_at=_at(row, "created_at"), flags=tuple(flags),
        impact=_IMPACTS.get(status, Impact.NONE) if impacts else Impact.MINOR, state=first,
    )  # fmt: skip


def _state(row: Mapping[str, Any], flags: list[str]) -> State:
    code = _number(row.get("latest_status")) or _number(row.get("status"))
    if code not in _STATES:
        flags.append(f"unknown status: {code}")
    if code == 0:
        flags.append("scheduled, as Cachet called planned work before 2.4")
    state = _STATES.get(code if code is not None else -1, State.INVESTIGATING)
    return State.INVESTIGATING if state is State.SCHEDULED else state


def _said(row: dict[str, Any], default: Any, flags: list[str]) -> Said:  # noqa: ANN401
    row = _flat(row)
    at = _at(row, "created_at")
    if at is None:
        flags.append("an update has no instant: that of the incident counts")
    return Said(at=at or default, state=_state(row, flags), body=reading.string(row, "message"))


def _schedule(row: dict[str, Any]) -> Told:
    starts, ends = _at(row, "scheduled_at"), _at(row, "completed_at")
    if starts is None:
        raise ValueError("it has no scheduled_at")
    keys = [reading.string(one, "component_id", "id")
            for one in reading.objects(row.get("components") or ())]  # fmt: skip
    code = _number(row.get("status"))
    state = State.COMPLETED if code == _DONE or ends else State.SCHEDULED
    state = State.IN_PROGRESS if code not in {_UPCOMING, _DONE} and not ends else state
    return Told(
        source_id=f"schedule/{row['id']}", name=reading.string(row, "name"), started_at=starts,
        ended_at=ends, kind=Kind.MAINTENANCE, impact=Impact.MAINTENANCE, scheduled_for=starts,
        scheduled_until=ends, created_at=_at(row, "created_at"), state=state,
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
