"""An Uptime Kuma backup (JSON), and what its database's tables hold where they are exported."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from troth.components.rules.results import Status
from troth.incidents.importing import reading
from troth.incidents.importing.told import Found, Importer, Part, Refused, Said, Told, Unreadable
from troth.incidents.rules.results import Impact, Kind, State
from troth.signals.envelope import Signal

_DOWN, _UP, _PENDING, _MAINTENANCE = 0, 1, 2, 3
_WORDS = {_DOWN: "down", _UP: "up", _PENDING: "pending", _MAINTENANCE: "maintenance"}
_STYLES = {"danger": Impact.MAJOR, "warning": Impact.MINOR}


def read(path: Path) -> Found:
    """Read {version, monitorList, heartbeatList?, incidentList?, maintenanceList?}.

    The backup itself holds monitors alone; heartbeats, incidents and maintenance are read where
    an export names them so (or heartbeat, incident, maintenance, as the tables are called).
    """
    whole = reading.data(path)
    if not isinstance(whole, dict) or not ({"monitorList", "monitor"} & set(whole)):
        raise Unreadable(f"{path} is no backup of Uptime Kuma: it names no monitorList.")
    monitors = _listed(whole, "monitor")
    names = {str(one.get("id")): str(one.get("name") or "") for one in monitors}
    source = f"kuma:{reading.string(whole, 'primaryBaseURL', 'hostname') or path.stem}"
    beats, odd = _beats(_listed(whole, "heartbeat"))
    told, refused = _incidents(_listed(whole, "incident"), _listed(whole, "maintenance"))
    strangers = sorted({one["monitor"] for one in beats} - set(names))
    return Found(
        source=source, refused=(*odd, *refused), told=(*_downs(beats, names), *told),
        parts=tuple(_parts(monitors, names)), signals=tuple(_signals(source, beats, names)),
        notes=tuple(f"unknown component: monitor {key}, kept as signals" for key in strangers),
    )  # fmt: skip


def _listed(whole: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return reading.objects(whole.get(f"{name}List") or whole.get(name) or ())


def _parts(monitors: list[dict[str, Any]], names: Mapping[str, str]) -> Iterator[Part]:
    for place, one in enumerate(monitors, 1):
        if one.get("type") != "group":
            yield Part(
                key=str(one.get("id")), name=str(one.get("name") or one.get("id")),
                description=str(one.get("description") or ""), position=place,
                group=names.get(str(one.get("parent")), ""),
            )  # fmt: skip


def _beats(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[Refused]]:
    """Return heartbeats in the order of time; a time without a zone is UTC, as Kuma writes it."""
    found, odd = [], []
    for row in rows:
        key = reading.string(row, "monitor_id", "monitorID", "monitorId")
        try:
            at = reading.instant(row.get("time"))
            status = int(row["status"])
        except (KeyError, TypeError, ValueError) as error:
            odd.append(Refused(source_id=key, name="heartbeat", why=str(error)))
            continue
        if at is None:
            odd.append(Refused(source_id=key, name="heartbeat", why="it has no time"))
        else:
            found.append({"at": at, "monitor": key, "status": status, "row": row})
    return sorted(found, key=lambda one: one["at"]), odd


def _downs(beats: list[dict[str, Any]], names: Mapping[str, str]) -> Iterator[Told]:
    """Yield each time from a heartbeat that says down to the first that says up."""
    since: dict[str, dict[str, Any]] = {}
    for one in beats:
        key = one["monitor"]
        if one["status"] == _DOWN:
            since.setdefault(key, one)
        elif one["status"] in {_UP, _MAINTENANCE} and key in since:
            yield _down(since.pop(key), one, names)
    for one in since.values():
        yield _down(one, None, names)


def _down(first: dict[str, Any], last: dict[str, Any] | None, names: Mapping[str, str]) -> Told:
    key, at = first["monitor"], first["at"]
    said = [Said(at=at, state=State.INVESTIGATING, impacts={key: Status.MAJOR},
                 body=str(first["row"].get("msg") or ""))]  # fmt: skip
    if last is not None:
        body = str(last["row"].get("msg") or "")
        said.append(Said(at=last["at"], state=State.RESOLVED, body=body))
    return Told(
        source_id=f"monitor/{key}/{at.isoformat()}", name=f"{names.get(key) or key} is down",
        said=tuple(said), started_at=at, ended_at=last["at"] if last else None,
        impact=Impact.CRITICAL, created_at=at,
    )  # fmt: skip


def _incidents(
    incidents: list[dict[str, Any]], maintenance: list[dict[str, Any]]
) -> tuple[list[Told], list[Refused]]:
    told, refused = [], []
    for make, rows in ((_incident, incidents), (_maintenance, maintenance)):
        for row in rows:
            try:
                told.append(make(row))
            except (KeyError, TypeError, ValueError) as error:
                name = str(row.get("title") or "")
                refused.append(Refused(source_id=str(row.get("id")), name=name, why=str(error)))
    return told, refused


def _incident(row: dict[str, Any]) -> Told:
    """Return an incident: in Kuma it is one text, that names no component and no end."""
    at = reading.instant(row.get("created_date") or row.get("createdDate"))
    changed = reading.instant(row.get("last_updated_date") or row.get("lastUpdatedDate"))
    if at is None:
        raise ValueError("it has no created_date")
    is_over = not row.get("active", False)
    state = State.RESOLVED if is_over else State.INVESTIGATING
    return Told(
        source_id=f"incident/{row['id']}", name=str(row.get("title") or ""), started_at=at,
        said=(Said(at=at, state=state, body=str(row.get("content") or "")),), state=state,
        ended_at=(changed or at) if is_over else None, impact=_style(row), created_at=at,
        flags=("its end is not told: when it was last changed counts",) if is_over else (),
    )  # fmt: skip


def _style(row: Mapping[str, Any]) -> Impact:
    return _STYLES.get(str(row.get("style")), Impact.NONE)


def _maintenance(row: dict[str, Any]) -> Told:
    dates = row.get("dateRange") or (row.get("start_date"), row.get("end_date"))
    starts, ends = (reading.instant(one) for one in (*dates, None, None)[:2])
    if starts is None:
        raise ValueError(f"its strategy {row.get('strategy')!s} names no dates")
    keys = [str(one.get("id") or one.get("monitor_id"))
            for one in reading.objects(row.get("monitors") or ())]  # fmt: skip
    state = State.COMPLETED if ends else State.SCHEDULED
    return Told(
        source_id=f"maintenance/{row['id']}", name=str(row.get("title") or ""),
        kind=Kind.MAINTENANCE, impact=Impact.MAINTENANCE, started_at=starts, ended_at=ends,
        scheduled_for=starts, scheduled_until=ends, created_at=starts, state=state,
        said=(Said(at=starts, state=state, body=str(row.get("description") or ""),
                   impacts=dict.fromkeys(keys, Status.MAINTENANCE)),),
    )  # fmt: skip


def _signals(
    source: str, beats: list[dict[str, Any]], names: Mapping[str, str]
) -> Iterator[Signal]:
    for one in beats:
        ping = one["row"].get("ping")
        key = f"{one['monitor']}/{one['at'].isoformat()}"
        yield Signal(
            source=source, kind="check", happened_at=one["at"], key=key,
            id=f"{key}/{one['status']}", outcome=_WORDS.get(one["status"], "unknown"),
            value=float(ping) if isinstance(ping, int | float) else None, unit="ms",
            segment={"monitor": (names.get(one["monitor"]) or one["monitor"])[:100]},
        )  # fmt: skip


importer = Importer(
    label="An Uptime Kuma backup",
    takes="a .json file",
    example="troth import kuma Uptime_Kuma_Backup.json",
    read=read,
)
