"""Incidents parsed from a Statuspage's history, one JSON object a line, as GitHub's were."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from troth.incidents.importing import reading
from troth.incidents.importing.flagging import shown
from troth.incidents.importing.running import affecting
from troth.incidents.importing.told import Found, Importer, Part, Refused, Said, Told, Unreadable
from troth.incidents.rules.results import Impact, Kind, State

_NEEDS = ("id", "title", "updates", "started_at")


def read(path: Path) -> Found:
    """Read {id, title, url, impact, started_at, resolved_at, downtime_*, updates, components}."""
    rows = reading.lines(path)
    if not rows or not all(name in rows[0] for name in _NEEDS):
        raise Unreadable(f"{path} has no incidents with {', '.join(_NEEDS)} in each line.")
    told, refused = [], []
    for row in rows:
        try:
            told.append(_told(row))
        except (KeyError, TypeError, ValueError) as error:
            refused.append(_refused(row, error))
    names = dict.fromkeys(name for row in rows for name in row.get("components") or ())
    parts = tuple(Part(key=name, name=name, position=place) for place, name in enumerate(names, 1))
    host = urlsplit(reading.string(rows[0], "url")).hostname or "unknown"
    return Found(source=f"statuspage:{host}", told=tuple(told), parts=parts, refused=tuple(refused))


def _told(row: dict[str, Any]) -> Told:
    kind = Kind.MAINTENANCE if "Scheduled" in row.get("status_sequence", ()) else Kind.INCIDENT
    impact = reading.impact(row.get("impact"))
    said = _said(row, kind)
    started_at, ended_at = _window(row, said, kind)
    is_planned = kind is Kind.MAINTENANCE
    return Told(
        source_id=str(row["id"]), name=str(row["title"]), kind=kind, impact=impact,
        said=affecting(said, row.get("components") or (), impact or Impact.NONE,
                       since=started_at),
        started_at=started_at, ended_at=ended_at, created_at=said[0].at if said else None,
        scheduled_for=started_at if is_planned else None,
        scheduled_until=ended_at if is_planned else None,
        uid=urlsplit(reading.string(row, "url")).path.rpartition("/")[2],
        flags=_flags(row, impact),
    )  # fmt: skip


def _said(row: dict[str, Any], kind: Kind) -> tuple[Said, ...]:
    found: list[Said] = []
    state = State.SCHEDULED if kind is Kind.MAINTENANCE else State.INVESTIGATING
    for one in row["updates"]:
        at = reading.instant(one["at"])
        if at is None:
            raise ValueError("an update has no instant")
        state = reading.state(one.get("status"), state)  # "Update" says no state of its own
        found.append(Said(at=at, state=state, body=str(one.get("message") or "")))
    return tuple(found)


def _window(row: dict[str, Any], said: tuple[Said, ...], kind: Kind) -> Any:  # noqa: ANN401
    """Return when it was down: as told afterwards where that differs from the updates."""
    starts = reading.instant(row.get("downtime_start") or row["started_at"])
    ends = reading.instant(row.get("downtime_end") or row.get("resolved_at"))
    if starts is None:
        raise ValueError("it has no beginning")
    if kind is Kind.MAINTENANCE:  # the source counts from the announcement
        begun = [one.at for one in said if one.state is State.IN_PROGRESS]
        starts = begun[0] if begun else starts
    return starts, ends


def _flags(row: dict[str, Any], impact: Impact | None) -> tuple[str, ...]:
    found = []
    if impact is None:
        found.append(f"unknown impact: {row.get('impact')!s}")
    window = row.get("impact_window")
    if window:
        pairs = ((window.get("start_at"), row["started_at"]),
                 (window.get("end_at"), row.get("resolved_at")))  # fmt: skip
        if any(left != right for left, right in pairs):
            found.append(_differs(row))
    if row.get("components_source"):
        found.append(f"its components were guessed from its text ({row['components_source']})")
    return tuple(found)


def _differs(row: dict[str, Any]) -> str:
    starts, ends = reading.instant(row["started_at"]), reading.instant(row.get("resolved_at"))
    span = f"{shown(starts) if starts else '?'} to {shown(ends) if ends else '?'}"
    return f"its updates say {span}; the time told afterwards counts"


def _refused(row: dict[str, Any], error: Exception) -> Refused:
    return Refused(
        source_id=str(row.get("id", "")), name=str(row.get("title", "")),
        why=f"{error}" if isinstance(error, ValueError) else f"a field is missing: {error}",
    )  # fmt: skip


importer = Importer(
    label="A Statuspage's incidents, one JSON object a line",
    takes="a .jsonl file, plain or .gz",
    example="troth import github-status incidents.jsonl.gz",
    read=read,
)
