"""What is watched and how it is."""

from datetime import datetime
from typing import Annotated

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from troth.core.moments import Instant
from troth.probes import queries
from troth.probes.rules.results import StateShown, TurnShown
from troth.staff.access import ApiKey

router = Router(auth=ApiKey("read"))
Slug = Annotated[str, Path(pattern=r"^[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?$")]


class StateOut(Schema):
    """How a monitor or a heartbeat is. `no_data`: nothing is known, whatever it was before."""

    slug: str
    name: str
    kind: str
    state: str = Field(description="up, degraded, down or unknown.")
    since: datetime | None = Field(description="Dated back to the first failure.")
    confirmed_at: datetime | None
    checked_at: datetime | None
    reason: str
    no_data: bool
    paused: bool
    touchpoint: str


class TurnOut(Schema):
    """A change of state."""

    number: int
    was: str
    now: str
    at: datetime
    confirmed_at: datetime
    reason: str
    suppressed_by: str


class CheckOut(Schema):
    at: datetime
    took_ms: float
    outcome: str


class SightOut(Schema):
    """What one location sees."""

    location: str
    state: str
    since: datetime | None
    checked_at: datetime | None
    late_ms: float
    took_ms: float
    outcome: str
    reason: str
    phases_ms: dict[str, float]
    checks: list[CheckOut]
    is_out: bool


class MonitorOut(StateOut):
    every_s: float
    timeout_s: float
    slow_s: float | None
    condition: str
    settings: dict[str, object]
    secrets: list[str] = Field(description="Names of the secret settings that are set.")
    parents: list[str]
    sights: list[SightOut]
    turns: list[TurnOut]


class PingOut(Schema):
    at: datetime
    kind: str
    code: int | None
    method: str
    size: int


class HeartbeatOut(StateOut):
    period_s: float | None
    grace_s: float
    cron: str
    calendar: str
    zone: str
    expected_at: datetime | None
    pings: list[PingOut]
    turns: list[TurnOut]


class AtFilter(Schema):
    at: Instant | None = None


@router.get("/monitors", response=list[StateOut])
def list_monitors(request: HttpRequest, asked: Query[AtFilter]) -> list[StateShown]:
    """List monitors and heartbeats, by name. With `at`, silence is judged at that instant."""
    return queries.states(at=asked.at)


@router.get("/monitors/{slug}", response=MonitorOut)
def read_monitor(request: HttpRequest, slug: Slug) -> dict[str, object]:
    """Return one monitor: what each location sees of it, its last checks and its turns."""
    found = queries.monitor_detail(slug)
    if found is None:
        raise Http404(f"there is no monitor {slug}")
    return {
        **_state(found.shown),
        "every_s": found.every.total_seconds(),
        "timeout_s": found.timeout.total_seconds(),
        "slow_s": found.slow.total_seconds() if found.slow else None,
        "condition": found.condition,
        "settings": dict(found.settings),
        "secrets": list(found.secrets),
        "parents": list(found.parents),
        "sights": [_sight(one) for one in found.sights],
        "turns": [_turn(one) for one in found.turns],
    }


@router.get("/heartbeats/{slug}", response=HeartbeatOut)
def read_heartbeat(request: HttpRequest, slug: Slug) -> dict[str, object]:
    """Return one heartbeat: when it is expected, its last signs and its turns."""
    found = queries.heartbeat_detail(slug)
    if found is None:
        raise Http404(f"there is no heartbeat {slug}")
    return {
        **_state(found.shown),
        "period_s": found.period.total_seconds() if found.period else None,
        "grace_s": found.grace.total_seconds(),
        "cron": found.cron,
        "calendar": found.calendar,
        "zone": found.zone,
        "expected_at": found.expected_at,
        "pings": [PingOut.from_orm(one) for one in found.pings],
        "turns": [_turn(one) for one in found.turns],
    }


def _state(shown: StateShown) -> dict[str, object]:
    return {name: getattr(shown, name) for name in StateOut.model_fields}


def _turn(shown: TurnShown) -> dict[str, object]:
    return {name: getattr(shown, name) for name in TurnOut.model_fields}


def _sight(one: queries.SightShown) -> dict[str, object]:
    plain = ("location", "state", "since", "checked_at", "outcome", "reason", "is_out",
             "late_ms", "took_ms", "phases_ms")  # fmt: skip
    return {name: getattr(one, name) for name in plain} | {
        "checks": [
            {"at": check.at, "took_ms": check.took_ms, "outcome": check.outcome}
            for check in one.checks
        ],
    }
