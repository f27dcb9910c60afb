"""Uptime Kuma: its database, its backup as JSON, or what its status pages answer."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from troth.components.rules.results import Status
from troth.incidents.importing import kuma_plans, reading
from troth.incidents.importing.tables import Tables, is_database
from troth.incidents.importing.told import (
    Found,
    Importer,
    Part,
    Refused,
    Said,
    Told,
    Unreadable,
    source_of,
)
from troth.incidents.rules.results import Impact, State
from troth.signals.envelope import Signal

_DOWN, _UP, _PENDING, _MAINTENANCE = 0, 1, 2, 3
_WORDS = {_DOWN: "down", _UP: "up", _PENDING: "pending", _MAINTENANCE: "maintenance"}
_STYLES = {"danger": Impact.MAJOR, "warning": Impact.MINOR}
_SHOWN = 10  # names in one note

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kuma:
    """What Kuma holds, whichever way it was written. `beats` may be asked more than once."""

    source: str
    monitors: list[Row]
    beats: Callable[[], Iterable[Row]]
    incidents: list[Row]
    plans: list[Row]  # maintenances
    groups: Mapping[str, str]  # monitor → the group that a status page shows it in
    zone: str = ""  # the server's
    names: dict[str, str] = field(default_factory=dict)

    def shows(self, key: str) -> bool:
        """Return whether the public sees a monitor: where no page is told, all are."""
        return not self.groups or key in self.groups


def read(path: Path) -> Found:
    """Read kuma.db, {monitorList, heartbeatList?, …}, or answers of /api/status-page/….

    Where it tells its status pages, only what they show becomes components and incidents; the
    rest is kept as signals.
    """
    kuma = _of_tables(path) if is_database(path) else _of_answers(path)
    kuma.names.update((str(one.get("id")), str(one.get("name") or "")) for one in kuma.monitors)
    refused: list[Refused] = []
    seen: set[str] = set()
    downs = list(_downs(_beats(kuma.beats(), refused, seen), kuma))
    at = datetime.fromtimestamp(int(path.stat().st_mtime), tz=UTC)
    written = kuma_plans.Written(kuma.zone, at)
    told = [*_made(kuma.incidents, "incident", refused),
            *kuma_plans.read(kuma.plans, written, refused)]  # fmt: skip
    return Found(
        source=kuma.source, told=(*downs, *told), refused=tuple(refused),
        parts=tuple(_parts(kuma)), signals=_Checks(kuma), notes=tuple(_notes(kuma, seen)),
    )  # fmt: skip


def _of_answers(path: Path) -> Kuma:
    whole = reading.answers(path)
    if path.is_dir() and isinstance(whole, dict):
        whole = {name: value for one in whole.values() if isinstance(one, dict)
                 for name, value in one.items()}  # fmt: skip
    if isinstance(whole, list) and any(
        "notificationIDList" in one for one in reading.objects(whole)
    ):
        # What scripts write that ask its socket for monitors.
        whole = {"monitorList": whole}
    known = {"monitorList", "monitor", "publicGroupList", "heartbeatList"}
    if not isinstance(whole, dict) or not known & set(whole):
        raise Unreadable(f"{path} is no backup of Uptime Kuma: it names no monitorList.")
    pages = reading.objects(whole.get("publicGroupList") or ())
    shown = [one for page in pages for one in reading.objects(page.get("monitorList") or ())]
    groups = {str(one.get("id")): str(page.get("name") or "") for page in reversed(pages)
              for one in reading.objects(page.get("monitorList") or ())}  # fmt: skip
    beats = list(_beats_of(whole.get("heartbeatList") or whole.get("heartbeat") or ()))
    return Kuma(
        source=source_of(
            f"kuma:{reading.string(whole, 'primaryBaseURL', 'hostname') or path.stem}"
        ),
        monitors=_listed(whole, "monitor") or shown, beats=lambda: beats,
        incidents=_listed(whole, "incident") or _single(whole), groups=groups,
        plans=_listed(whole, "maintenance"),
    )  # fmt: skip


def _listed(whole: Mapping[str, Any], name: str) -> list[Row]:
    return reading.objects(whole.get(f"{name}List") or whole.get(f"{name}s")
                           or whole.get(name) or ())  # fmt: skip


def _single(whole: Mapping[str, Any]) -> list[Row]:
    """Return the incident that a status page of 1.x has at most one of."""
    found = whole.get("incident")
    return [found] if isinstance(found, dict) and "title" in found else []


def _beats_of(value: object) -> Iterator[Row]:
    """Yield heartbeats of a list, or of lists by monitor, in the order of time."""
    if isinstance(value, Mapping):
        value = [{"monitor_id": key, **one} for key, rows in value.items()
                 for one in reading.objects(rows)]  # fmt: skip
    rows = reading.objects(value)
    yield from sorted(rows, key=lambda one: str(one.get("time") or ""))


def _of_tables(path: Path) -> Kuma:
    """Read kuma.db of 1.x or 2.x. Heartbeats come from the file, one after the other."""
    tables = Tables(path)
    settings = {str(one.get("key")): str(one.get("value") or "").strip('"')
                for one in tables.rows("setting")}  # fmt: skip
    titles = {one.get("id"): str(one.get("name") or "") for one in tables.rows("group")
              if one.get("public")}  # fmt: skip
    groups = {str(one["monitor_id"]): titles[one["group_id"]]
              for one in tables.rows("monitor_group") if one.get("group_id") in titles}  # fmt: skip
    monitors = list(tables.rows("monitor", order="id"))
    if not monitors:
        raise Unreadable(f"{path} is a database without monitors: not that of an Uptime Kuma.")
    return Kuma(
        source=source_of(f"kuma:{settings.get('primaryBaseURL') or path.stem}"), monitors=monitors,
        beats=lambda: tables.rows("heartbeat", order="monitor_id, time"), groups=groups,
        incidents=list(tables.rows("incident")), plans=list(_plans(tables)),
        zone=settings.get("serverTimezone", ""),
    )  # fmt: skip


def _plans(tables: Tables) -> Iterator[Row]:
    of: dict[object, list[Row]] = defaultdict(list)
    slots: dict[object, list[Row]] = defaultdict(list)
    for one in tables.rows("monitor_maintenance"):
        of[one["maintenance_id"]].append({"id": one["monitor_id"]})
    for one in tables.rows("maintenance_timeslot"):  # 1.19 to 1.21.1
        slots[one["maintenance_id"]].append(one)
    for row in tables.rows("maintenance"):
        yield {**row, "monitors": of[row["id"]], "timeslots": slots[row["id"]]}


def _parts(kuma: Kuma) -> Iterator[Part]:
    for place, one in enumerate(kuma.monitors, 1):
        key = str(one.get("id"))
        if one.get("type") != "group" and kuma.shows(key):
            parent = kuma.names.get(str(one.get("parent")), "")
            yield Part(
                key=key, name=str(one.get("name") or key), position=place,
                description=str(one.get("description") or ""),
                group=kuma.groups.get(key, parent),
            )  # fmt: skip


def _notes(kuma: Kuma, seen: set[str]) -> Iterator[str]:
    strangers = sorted(seen - set(kuma.names))
    yield from (f"unknown component: monitor {key}, kept as signals" for key in strangers)
    hidden = [name for key, name in kuma.names.items() if not kuma.shows(key)]
    if hidden:
        yield (
            f"{len(hidden)} monitors that no status page shows are kept as signals alone: "
            f"{', '.join(hidden[:_SHOWN])}{' …' if len(hidden) > _SHOWN else ''}"
        )


def _beats(rows: Iterable[Row], odd: list[Refused], seen: set[str]) -> Iterator[Row]:
    """Yield heartbeats; a time without a zone is UTC, as Kuma writes it."""
    for row in rows:
        key = reading.string(row, "monitor_id", "monitorID", "monitorId")
        seen.add(key)
        try:
            at = reading.instant(row.get("time"))
            status = int(row["status"])
        except (KeyError, TypeError, ValueError) as error:
            odd.append(Refused(source_id=key, name="heartbeat", why=str(error)))
            continue
        if at is None:
            odd.append(Refused(source_id=key, name="heartbeat", why="it has no time"))
        else:
            yield {"at": at, "monitor": key, "status": status, "row": row}


def _downs(beats: Iterable[Row], kuma: Kuma) -> Iterator[Told]:
    """Yield each time from a heartbeat that says down to the first that says up."""
    since: dict[str, Row] = {}
    for one in beats:
        key = one["monitor"]
        if key in kuma.names and not kuma.shows(key):
            continue
        if one["status"] == _DOWN:
            since.setdefault(key, one)
        elif one["status"] in {_UP, _MAINTENANCE} and key in since:
            yield _down(since.pop(key), one, kuma.names)
    for one in since.values():
        yield _down(one, None, kuma.names)


def _down(first: Row, last: Row | None, names: Mapping[str, str]) -> Told:
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


def _made(rows: Iterable[Row], what: str, refused: list[Refused]) -> Iterator[Told]:
    for row in rows:
        try:
            yield _incident(row)
        except (KeyError, TypeError, ValueError) as error:
            refused.append(Refused(source_id=f"{what}/{row.get('id')}",
                                   name=str(row.get("title") or ""), why=str(error)))  # fmt: skip


def _incident(row: Row) -> Told:
    """Return an incident: in Kuma it is one text, that names no component and no end.

    In 2.x it is over when it is not active; in 1.x, which never changes that, when it is no
    longer pinned.
    """
    at = reading.instant(row.get("created_date") or row.get("createdDate"))
    changed = reading.instant(row.get("last_updated_date") or row.get("lastUpdatedDate"))
    if at is None:
        raise ValueError("it has no created_date")
    is_over = not row.get("active", True) or not row.get("pin", True)
    state = State.RESOLVED if is_over else State.INVESTIGATING
    style = str(row.get("style") or "")
    flags = [f"its impact is taken from its colour: {style[:40]}"] if style in _STYLES else []
    flags += ["its end is not told: when it was last changed counts"] if is_over else []
    return Told(
        source_id=f"incident/{row['id']}", name=str(row.get("title") or ""), started_at=at,
        said=(Said(at=at, state=state, body=str(row.get("content") or "")),), state=state,
        ended_at=(changed or at) if is_over else None, created_at=at, flags=tuple(flags),
        impact=_STYLES.get(style, Impact.NONE),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Checks:
    """Every heartbeat as a signal; it may be gone through more than once."""

    kuma: Kuma

    def __iter__(self) -> Iterator[Signal]:
        for one in _beats(self.kuma.beats(), [], set()):
            yield _signal(one, self.kuma)


def _signal(one: Row, kuma: Kuma) -> Signal:
    ping, key = one["row"].get("ping"), f"{one['monitor']}/{one['at'].isoformat()}"
    return Signal(
        source=kuma.source, kind="check", happened_at=one["at"], key=key,
        id=f"{key}/{one['status']}", outcome=_WORDS.get(one["status"], "unknown"),
        value=float(ping) if isinstance(ping, int | float) else None, unit="ms",
        segment={"monitor": (kuma.names.get(one["monitor"]) or one["monitor"])[:100]},
    )  # fmt: skip


importer = Importer(
    label="Uptime Kuma: its database, its backup, or what its status pages answer",
    takes="kuma.db, a .json file, or a folder of answers of /api/status-page/",
    example="troth import kuma kuma.db",
    read=read,
)
