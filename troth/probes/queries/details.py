"""One monitor or heartbeat, with everything that its screen shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from troth.core import clock
from troth.probes import packed, sealing
from troth.probes.instants import instant
from troth.probes.models import Evidence, Heartbeat, Lease, Monitor, Ping, Sight
from troth.probes.queries.rhythms import rhythm_of
from troth.probes.queries.states import states, turn_rows
from troth.probes.rules.results import StateShown, TurnShown
from troth.ui import words

_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class CheckShown:
    at: datetime
    took: timedelta
    outcome: str

    @property
    def took_ms(self) -> float:
        return self.took / _MS


@dataclass(frozen=True, slots=True)
class SightShown:
    """What one location sees. `late` is how much after its instant the newest check began."""

    location: str
    state: str
    since: datetime | None
    checked_at: datetime | None
    late: timedelta
    took: timedelta
    outcome: str
    reason: str
    phases: Mapping[str, timedelta]
    checks: tuple[CheckShown, ...]  # oldest first
    is_out: bool  # it fails everywhere while others do not

    @property
    def took_ms(self) -> float:
        return self.took / _MS

    @property
    def late_ms(self) -> float:
        return self.late / _MS

    @property
    def phases_ms(self) -> dict[str, float]:
        return {name.replace("_", " "): took / _MS for name, took in self.phases.items()}

    @property
    def milliseconds(self) -> list[float | None]:
        """Return how long the last checks took, None where one was down."""
        return [None if one.outcome == "down" else one.took_ms for one in self.checks]


@dataclass(frozen=True, slots=True)
class EvidenceShown:
    uid: str
    location: str
    at: datetime
    outcome: str
    reason: str
    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorDetail:
    shown: StateShown
    kind: str
    settings: Mapping[str, Any]
    secrets: tuple[str, ...]  # names of those that are set
    every: timedelta
    timeout: timedelta
    slow: timedelta | None
    retries: int
    condition: str
    need: int
    of: int
    quorum: int
    parents: tuple[str, ...]
    children: tuple[str, ...]
    managed_by: str
    sights: tuple[SightShown, ...]
    turns: tuple[TurnShown, ...]
    evidence: tuple[EvidenceShown, ...]

    @property
    def every_told(self) -> str:
        return _told(self.every)

    @property
    def timeout_told(self) -> str:
        return _told(self.timeout)

    @property
    def slow_told(self) -> str:
        return _told(self.slow) if self.slow else ""


def _told(found: timedelta) -> str:
    """Return a duration to the millisecond: these are often parts of a second."""
    if found < timedelta(seconds=10) and found % timedelta(seconds=1):
        return f"{found // _MS}\u202fms"
    return words.duration(found)


@dataclass(frozen=True, slots=True)
class PingShown:
    at: datetime
    kind: str
    code: int | None
    method: str
    size: int
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatDetail:
    shown: StateShown
    period: timedelta | None
    grace: timedelta
    cron: str
    calendar: str
    zone: str
    expected_at: datetime | None
    upcoming: tuple[datetime, ...]
    started_at: datetime | None
    managed_by: str
    pings: tuple[PingShown, ...]
    turns: tuple[TurnShown, ...]

    @property
    def expected_there(self) -> str:
        """Return the next instant as the clock of its time zone shows it; nothing in UTC."""
        if self.expected_at is None or self.zone == "UTC":
            return ""
        return f"{self.expected_at.astimezone(ZoneInfo(self.zone)):%H:%M}"


def monitor_detail(slug: str, *, at: datetime | None = None) -> MonitorDetail | None:
    """Return one monitor; None where there is none, or it is retired."""
    row = Monitor.objects.filter(slug=slug, retired_at=None).first()
    if row is None:
        return None
    out = set(Lease.objects.exclude(out_since=None).values_list("location", flat=True))
    return MonitorDetail(
        shown=states([slug], at=at)[0],
        kind=row.kind,
        settings=row.settings,
        secrets=_secret_names(row),
        every=_duration(row.every_ms),
        timeout=_duration(row.timeout_ms),
        slow=None if row.slow_ms is None else _duration(row.slow_ms),
        retries=row.retries,
        condition=row.condition,
        need=row.need,
        of=row.of,
        quorum=row.quorum,
        parents=tuple(row.parents.values_list("slug", flat=True)),
        children=tuple(row.children.filter(retired_at=None).values_list("slug", flat=True)),
        managed_by=row.managed_by,
        sights=tuple(_sight(one, out) for one in row.sights.order_by("location")),
        turns=tuple(turn_rows(slug=slug)),
        evidence=tuple(_evidence(one) for one in _kept(slug)),
    )


def secret_names(slug: str) -> tuple[str, ...]:
    """Return the names of the secret settings that a monitor has."""
    row = Monitor.objects.filter(slug=slug).first()
    return _secret_names(row) if row else ()


def _secret_names(row: Monitor) -> tuple[str, ...]:
    try:
        return tuple(sorted(sealing.opened_values(row.sealed, label=f"monitor {row.slug}")))
    except ValueError:
        return ("sealed with another key",)


def _duration(milliseconds: int) -> timedelta:
    return timedelta(milliseconds=milliseconds)


def _sight(row: Sight, out: set[str]) -> SightShown:
    phases = msgspec.json.decode(bytes(row.phases)) if row.phases else {}
    return SightShown(
        location=row.location,
        state=row.state,
        since=instant(row.since) if row.since else None,
        checked_at=instant(row.last) if row.last else None,
        late=_duration(row.late),
        took=timedelta(microseconds=row.took),
        outcome=row.outcome,
        reason=row.reason,
        phases={name: timedelta(microseconds=took) for name, took in phases.items()},
        checks=tuple(
            CheckShown(instant(one.at), timedelta(microseconds=one.took), one.outcome.value)
            for one in packed.read_shown(bytes(row.shown))
        ),
        is_out=row.location in out,
    )


def _kept(slug: str) -> list[Evidence]:
    return list(Evidence.objects.filter(watch=slug).order_by("-at")[:10])


def _evidence(row: Evidence) -> EvidenceShown:
    return EvidenceShown(row.uid, row.location, row.at, row.outcome, row.reason, excerpt_of(row))


def excerpt_of(row: Evidence) -> str:
    """Return what a failing check saw, in clear; nothing where the key is another one."""
    try:
        told = msgspec.json.decode(sealing.opened(row.sealed, label=row.uid))
    except (ValueError, msgspec.DecodeError):
        return ""
    return str(told.get("excerpt", ""))


def heartbeat_detail(slug: str, *, at: datetime | None = None) -> HeartbeatDetail | None:
    """Return one heartbeat; None where there is none, or it is retired."""
    row = Heartbeat.objects.filter(slug=slug, retired_at=None).first()
    if row is None:
        return None
    rhythm = rhythm_of(row)
    now = at or clock.now()
    return HeartbeatDetail(
        shown=states([slug], at=at)[0],
        period=rhythm.period,
        grace=rhythm.grace,
        cron=row.cron,
        calendar=row.calendar,
        zone=row.zone,
        expected_at=rhythm.expected(row.last_at) if row.last_at else None,
        upcoming=tuple(rhythm.upcoming(row.last_at or now, 5)),
        started_at=row.started_at,
        managed_by=row.managed_by,
        pings=tuple(_ping(one) for one in row.pings.order_by("-pk")[:50]),
        turns=tuple(turn_rows(slug=slug)),
    )


def _ping(row: Ping) -> PingShown:
    return PingShown(row.at, row.kind, row.code, row.method, row.size, body_of(row))


def body_of(row: Ping) -> str:
    """Return a sign's body as text, whatever bytes it was."""
    if not row.sealed:
        return ""
    try:
        found = sealing.opened(row.sealed, label="ping")
    except ValueError:
        return ""
    return found.decode("utf-8", "replace")
