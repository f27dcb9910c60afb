"""Planned work as Uptime Kuma writes it: by one of six strategies, in a zone of its own."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from troth.components.rules.results import Status
from troth.core import clock
from troth.incidents.importing import reading
from troth.incidents.importing.told import Refused, Said, Told
from troth.incidents.rules.results import Impact, Kind, State

_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")
_ENDLESS = {"manual": "is switched by hand", "": "names no dates"}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """In which zone the server writes, and when the file was written."""

    zone: str
    at: datetime


def read(rows: Iterable[Row], written: Written, refused: list[Refused]) -> Iterator[Told]:
    """Yield what has dates. What recurs has no past here: it is refused."""
    for row in rows:
        try:
            yield from _told(row, written)
        except (KeyError, TypeError, ValueError) as error:
            refused.append(Refused(source_id=f"maintenance/{row.get('id')}",
                                   name=str(row.get("title") or ""), why=str(error)))  # fmt: skip


def _told(row: Row, written: Written) -> Iterator[Told]:
    slots = _slots(row)
    if slots:
        for number, (starts, ends) in enumerate(slots):
            part = f"/{number}" if len(slots) > 1 else ""
            yield _one(row, (starts, ends), (), written.at, part=part)
        return
    strategy = str(row.get("strategy") or "single")
    if strategy != "single":
        raise ValueError(_recurs(row, strategy))
    dates = row.get("dateRange") or (row.get("start_date"), row.get("end_date"))
    zone, flags = _zone(row, written.zone)
    begins, ends = (_local(one, zone) for one in (*dates, None, None)[:2])
    if begins is None:
        raise ValueError("it names no dates")
    yield _one(row, (begins, ends), flags, written.at)


def _slots(row: Row) -> list[tuple[datetime, datetime | None]]:
    """Return the windows that versions 1.19 to 1.21.1 wrote down one by one, in UTC."""
    found = []
    for one in reading.objects(row.get("timeslots") or row.get("timeslotList") or ()):
        if "serverTimezoneOffset" not in one and "generated_next" not in one:
            continue  # a later version: the dates of the maintenance itself
        starts = reading.instant(one.get("start_date") or one.get("startDate"))
        if starts is not None:
            found.append((starts, reading.instant(one.get("end_date") or one.get("endDate"))))
    return found


def _recurs(row: Row, strategy: str) -> str:
    cron, lasts = row.get("cron"), row.get("duration")
    rule = f" (cron “{cron}”, {lasts} s)" if cron else ""
    how = _ENDLESS.get(strategy, f"recurs by {strategy}{rule}")
    return f"it {how}, and Kuma keeps no dates of it: plan it here"


def _zone(row: Row, server: str) -> tuple[tzinfo, tuple[str, ...]]:
    """Return the zone of a maintenance's dates, and a flag where it names none that is known."""
    name = str(row.get("timezone") or "")
    if name in {"", "SAME_AS_SERVER"}:
        name = server
    try:
        if name:
            return ZoneInfo(name), ()
    except (ZoneInfoNotFoundError, ValueError):
        pass
    offset = _OFFSET.fullmatch(str(row.get("timezoneOffset") or ""))
    if offset is not None:
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(ahead if offset[1] == "+" else -ahead), ()
    said = f"zone “{name[:40]}” is not known" if name else "its dates name no zone"
    return UTC, (f"{said}: they are taken as UTC",)


def _local(value: object, zone: tzinfo) -> datetime | None:
    if not value or reading.is_zoned(value):
        return reading.instant(value)
    found = reading.instant(value)
    return found.replace(tzinfo=zone).astimezone(UTC) if found else None


def _one(
    row: Row, window: tuple[datetime, datetime | None], flags: tuple[str, ...], known: datetime,
    *, part: str = "",
) -> Told:  # fmt: skip
    """Return one window; Kuma says not when it was announced: no later than the file `known`."""
    (starts, ends), now = window, clock.now()
    state = State.SCHEDULED if starts > now else State.IN_PROGRESS
    state = State.COMPLETED if ends is not None and ends <= now else state
    is_over = state is State.COMPLETED
    if not row.get("active", True) and not is_over:
        flags = (*flags, "it was switched off before it was over")
    keys = [str(one.get("id") or one.get("monitor_id"))
            for one in reading.objects(row.get("monitors") or ())]  # fmt: skip
    at = min(starts, known)
    said = Said(at=at, state=state, body=str(row.get("description") or ""), since=starts,
                impacts=dict.fromkeys(keys, Status.MAINTENANCE))  # fmt: skip
    return Told(
        source_id=f"maintenance/{row['id']}{part}", name=str(row.get("title") or ""),
        kind=Kind.MAINTENANCE, impact=Impact.MAINTENANCE, started_at=starts, state=state,
        ended_at=ends if is_over else None, scheduled_for=starts, scheduled_until=ends,
        created_at=at, said=(said,), flags=flags, is_flagged_open=is_over,
    )  # fmt: skip
