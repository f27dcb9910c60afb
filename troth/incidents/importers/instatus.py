"""An Instatus page: answers of its API as JSON."""

from collections.abc import Iterator, Mapping
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


def read(path: Path) -> Found:
    """Read {page?, components, incidents, maintenances}: answers of /v1/{page}/NAME, or lists."""
    whole: Any = (
        {file.stem: reading.data(file) for file in sorted(path.glob("*.json"))}
        if path.is_dir()
        else reading.data(path)
    )
    if isinstance(whole, list):
        whole = {"incidents": whole}
    if not isinstance(whole, dict) or not set(_NAMES) & set(whole):
        raise Unreadable(f"{path} holds none of {', '.join(_NAMES)} of an Instatus page.")
    rows = {name: reading.objects(whole.get(name) or ()) for name in _NAMES}
    told, refused = [], []
    for name, kind in (("incidents", Kind.INCIDENT), ("maintenances", Kind.MAINTENANCE)):
        for row in rows[name]:
            try:
                told.append(_told(row, kind))
            except (KeyError, TypeError, ValueError) as error:
                title = _text(row.get("name"))
                refused.append(Refused(source_id=str(row.get("id")), name=title, why=str(error)))
    page = whole.get("page")
    named = reading.string(page, "subdomain", "id", "name") if isinstance(page, dict) else ""
    return Found(
        source=f"instatus:{named or path.resolve().stem}", told=tuple(told),
        refused=tuple(refused), parts=tuple(_parts(rows)),
    )  # fmt: skip


def _parts(rows: Mapping[str, list[dict[str, Any]]]) -> Iterator[Part]:
    """Yield the page's components; without a list, those that incidents name in full."""
    found = {str(one["id"]): one for one in rows["components"] if "id" in one}
    for row in () if found else (*rows["incidents"], *rows["maintenances"]):
        for one in reading.objects(row.get("components") or ()):
            if "id" in one and "name" in one:
                found.setdefault(str(one["id"]), one)
    for key, one in found.items():
        group = one.get("group")
        yield Part(
            key=key, name=_text(one.get("name")) or key, description=_text(one.get("description")),
            group=_text(group.get("name") if isinstance(group, dict) else group),
            position=int(one.get("order") or 0),
        )  # fmt: skip


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
    state = _state(row.get("status"), kind, flags)
    if not said:
        said = (Said(at=started_at, state=state, body=""),)
    status = _status(row, kind, flags)
    if not any(one.impacts for one in said):
        keys = [_key(one) for one in row.get("components") or ()]
        said = affecting(said, keys, status, since=started_at)
    is_planned = kind is Kind.MAINTENANCE
    ended_at = reading.instant(row.get("resolved") or row.get("end"))
    return Told(
        source_id=f"{kind}/{row['id']}", name=_text(row.get("name")), kind=kind, said=said,
        started_at=started_at, ended_at=_end(row, ended_at, started_at), state=state,
        impact=impact_of(kind, [status]), flags=tuple(flags),
        scheduled_for=started_at if is_planned else None,
        scheduled_until=_end(row, ended_at, started_at) if is_planned else None,
        created_at=reading.instant(row.get("createdAt")),
        is_flagged_open=not is_planned or state is State.COMPLETED,
    )  # fmt: skip


def _end(row: Mapping[str, Any], ended_at: Any, started_at: Any) -> Any:  # noqa: ANN401
    """Return the end; a maintenance has a duration in minutes instead."""
    minutes = row.get("duration")
    if ended_at is None and isinstance(minutes, int | float):
        return reading.instant(started_at.timestamp() + 60 * minutes)
    return ended_at


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
        flags.append(f"unknown impact: {row.get('impact')!s}")
    return _STATUSES.get(word, Status.OPERATIONAL)


importer = Importer(
    label="An Instatus page: answers of its API",
    takes="a .json file with components, incidents and maintenances, or a folder of such files",
    example="troth import instatus instatus.json",
    read=read,
)
