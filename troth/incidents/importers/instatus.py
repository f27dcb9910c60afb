"""An Instatus page: answers of its API as JSON."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from troth.components.rules.results import Status
from troth.incidents.importing import reading
from troth.incidents.importing.running import affecting
from troth.incidents.importing.told import Found, Importer, Part, Refused, Said, Told, Unreadable
from troth.incidents.rules.impact import impact_of
from troth.incidents.rules.results import Kind, State

_STATUSES = {
    "OPERATIONAL": Status.OPERATIONAL, "UNDERMAINTENANCE": Status.MAINTENANCE,
    "DEGRADEDPERFORMANCE": Status.DEGRADED, "MINOROUTAGE": Status.DEGRADED,
    "PARTIALOUTAGE": Status.PARTIAL, "MAJOROUTAGE": Status.MAJOR,
}  # fmt: skip
_STATES = {
    "INVESTIGATING": State.INVESTIGATING, "IDENTIFIED": State.IDENTIFIED,
    "MONITORING": State.MONITORING, "RESOLVED": State.RESOLVED,
    "NOTSTARTEDYET": State.SCHEDULED, "INPROGRESS": State.IN_PROGRESS,
    "COMPLETED": State.COMPLETED, "VERIFYING": State.VERIFYING,
}  # fmt: skip
_NAMES = ("components", "incidents", "maintenances")
_SUMMARY = {"activeIncidents": "incidents", "activeMaintenances": "maintenances"}


def read(path: Path) -> Found:
    """Read {page?, components, incidents, maintenances}: answers of /v1/{page}/NAME, or lists.

    A page's summary.json and a list of components that hold their incidents are known, too.
    """
    whole = _answers(path)
    rows = {name: _rows(whole.get(name), name) for name in _NAMES}
    rows["incidents"] = rows["incidents"] or list(_inside(rows["components"]))
    told, refused = [], []
    for name, kind in (("incidents", Kind.INCIDENT), ("maintenances", Kind.MAINTENANCE)):
        for row in rows[name]:
            try:
                told.append(_told(row, kind))
            except (KeyError, TypeError, ValueError) as error:
                title = _text(row.get("name"))
                refused.append(Refused(source_id=_id(row), name=title, why=str(error)))
    page = whole.get("page")
    named = reading.string(page, "subdomain", "id", "name") if isinstance(page, dict) else ""
    return Found(
        source=f"instatus:{named or path.resolve().stem}", told=tuple(told),
        refused=tuple(refused), parts=tuple(_parts(rows)),
    )  # fmt: skip


def _answers(path: Path) -> dict[str, Any]:
    whole: Any = reading.answers(path)
    if isinstance(whole, list):
        whole = {("incidents" if _are_incidents(whole) else "components"): whole}
    if isinstance(whole, dict):
        summary = whole.get("summary")
        if isinstance(summary, dict):  # a folder with the page's summary.json
            whole = {**summary, **whole}
        whole = {_SUMMARY.get(name, name): value for name, value in whole.items()}
    if not isinstance(whole, dict) or not set(_NAMES) & set(whole):
        raise Unreadable(f"{path} holds none of {', '.join(_NAMES)} of an Instatus page.")
    return whole


def _are_incidents(rows: list[Any]) -> bool:
    return not rows or any(isinstance(one, dict) and "started" in one for one in rows)


def _rows(value: object, name: str) -> list[dict[str, Any]]:
    """Return the rows of a list, or of an answer that names the list once more."""
    if isinstance(value, dict) and name in value:
        value = value[name]
    return reading.objects(value or ())


def _inside(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the incidents that components hold, each once."""
    seen: set[str] = set()
    for component in components:
        for one in reading.objects(component.get("incidents") or ()):
            if _id(one) not in seen:
                seen.add(_id(one))
                yield one


def _id(row: Mapping[str, Any]) -> str:
    """Return what names it; a page's summary gives its address alone."""
    return reading.string(row, "id") or reading.string(row, "url").rpartition("/")[2]


def _parts(rows: Mapping[str, list[dict[str, Any]]]) -> Iterator[Part]:
    """Yield the page's components; without a list, those that incidents name in full."""
    found = {str(one["id"]): one for one in rows["components"] if "id" in one}
    for row in () if found else (*rows["incidents"], *rows["maintenances"]):
        for one in reading.objects(row.get("components") or ()):
            if "id" in one and "name" in one:
                found.setdefault(str(one["id"]), one)
    parents = {key: _text(one.get("name")) for key, one in found.items() if one.get("isParent")}
    parents |= {key: _text(found[key].get("name")) for one in found.values()
                if (key := _parent(one)) in found}  # fmt: skip
    for key, one in found.items():
        if key in parents:
            continue
        group = one.get("group")
        named = _text(group.get("name") if isinstance(group, dict) else group)
        yield Part(
            key=key, name=_text(one.get("name")) or key, description=_text(one.get("description")),
            group=named or parents.get(_parent(one), ""),
            position=reading.whole(one.get("order")),
        )  # fmt: skip


def _parent(row: Mapping[str, Any]) -> str:
    """Return the id of the group that a component says it stands in."""
    group = row.get("group")
    inside = group.get("id") if isinstance(group, dict) else None
    return str(inside or row.get("parentId") or row.get("groupId") or "")


def _text(value: object) -> str:
    """Return a text, which is {"default": …} where the page has several languages."""
    if isinstance(value, dict):
        value = value.get("default") or next(iter(value.values()), "")
    return str(value or "")


def _told(row: dict[str, Any], kind: Kind) -> Told:
    started_at = reading.instant(row.get("started") or row.get("start") or row.get("createdAt"))
    if started_at is None:
        raise ValueError("it has no started")
    flags: list[str] = []
    said = tuple(_said(one, kind, flags) for one in reading.objects(row.get("updates") or ()))
    ended_at = reading.instant(row.get("resolved") or row.get("end")) or _over(said)
    state = _state(row.get("status"), kind, flags)
    if not said:
        said = (Said(at=started_at, state=state, body=""),)
    status = _status(row, kind, flags)
    if not any(one.impacts for one in said):
        keys = [_key(one) for one in row.get("components") or ()]
        said = affecting(said, keys, status, since=started_at)
    planned = _planned(row, started_at) if kind is Kind.MAINTENANCE else None
    if ended_at is None and state is State.COMPLETED and planned is not None:
        ended_at = planned
        flags.append("its end is not told: the planned one counts")
    return Told(
        source_id=f"{kind}/{_id(row)}", name=_text(row.get("name")), kind=kind, said=said,
        started_at=started_at, ended_at=ended_at, state=state, flags=tuple(flags),
        impact=impact_of(kind, [status]), created_at=reading.instant(row.get("createdAt")),
        scheduled_for=started_at if kind is Kind.MAINTENANCE else None, scheduled_until=planned,
        is_flagged_open=kind is not Kind.MAINTENANCE or state is State.COMPLETED,
    )  # fmt: skip


def _planned(row: Mapping[str, Any], starts: datetime) -> datetime | None:
    """Return until when it is planned: it has a duration in minutes, as a number or a text."""
    minutes = reading.whole(row.get("duration"))
    return starts + timedelta(minutes=minutes) if minutes > 0 else None


def _over(said: tuple[Said, ...]) -> datetime | None:
    """Return when the last message says that it is over."""
    last = max(said, key=lambda one: one.at, default=None)
    is_over = last is not None and last.state in {State.RESOLVED, State.COMPLETED}
    return last.at if last and is_over else None


def _key(one: object) -> str:
    return str(one.get("id")) if isinstance(one, dict) else str(one)


def _said(row: dict[str, Any], kind: Kind, flags: list[str]) -> Said:
    at = reading.instant(row.get("started") or row.get("createdAt") or row.get("date"))
    if at is None:
        raise ValueError("an update has no instant")
    impacts = {
        _key(one.get("component") or one): _STATUSES[str(one["status"])]
        for one in reading.objects(row.get("components") or row.get("statuses") or ())
        if str(one.get("status")) in _STATUSES and (one.get("component") or one.get("id"))
    }
    return Said(
        at=at, state=_state(row.get("status"), kind, flags), impacts=impacts,
        body=_text(row.get("message")),
    )  # fmt: skip


def _state(value: object, kind: Kind, flags: list[str]) -> State:
    word = str(value or "").upper().replace("_", "")
    if word not in _STATES:
        flags.append(f"unknown status: {value!s}")
    default = State.SCHEDULED if kind is Kind.MAINTENANCE else State.INVESTIGATING
    return _STATES.get(word, default)


def _status(row: Mapping[str, Any], kind: Kind, flags: list[str]) -> Status:
    if kind is Kind.MAINTENANCE:
        return Status.MAINTENANCE
    word = str(row.get("impact") or "").upper()
    if word not in _STATUSES:
        flags.append(f"unknown impact: {row['impact']!s}" if row.get("impact")
                     else "no impact is told")  # fmt: skip
    return _STATUSES.get(word, Status.OPERATIONAL)


importer = Importer(
    label="An Instatus page: answers of its API",
    takes="a .json file with components, incidents and maintenances, or a folder of such files",
    example="troth import instatus instatus.json",
    read=read,
)
