"""What a check comes to, and what others are told of a monitor's state."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What one check found. Degraded: what must hold holds, but slowly, or not fully."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


class Level(StrEnum):
    """How a monitor or a heartbeat is. Unknown is no data, and never shown as up."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateShown:
    """`since` is dated back to the first failure; `confirmed_at` is when it was certain."""

    slug: str
    name: str
    kind: str  # the monitor's kind, or "heartbeat"
    state: str  # up, degraded, down, unknown
    since: datetime | None
    confirmed_at: datetime | None
    checked_at: datetime | None
    reason: str
    no_data: bool  # unknown, paused, or nothing heard for too long
    paused: bool = False
    touchpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnShown:
    """A change of state, as a fact that is never changed again."""

    number: int
    slug: str
    was: str
    now: str
    at: datetime  # dated back to the first failure
    confirmed_at: datetime
    reason: str
    suppressed_by: str  # slug of a parent that was down: open nothing for it
