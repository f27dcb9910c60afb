"""Read: what others may ask about what we watch."""

from troth.probes.queries.addresses import (
    heartbeat_by_key,
    heartbeat_by_slug,
    ping_path,
    slug_path,
)
from troth.probes.queries.details import (
    CheckShown,
    EvidenceShown,
    HeartbeatDetail,
    MonitorDetail,
    PingShown,
    SightShown,
    heartbeat_detail,
    monitor_detail,
)
from troth.probes.queries.states import (
    is_any_late,
    is_anything_watched,
    is_runner_wanted,
    states,
    turn_rows,
    turns,
)
from troth.probes.queries.work import AgentShown, agents, is_agents_key, revision, tasks

__all__ = [
    "AgentShown",
    "CheckShown",
    "EvidenceShown",
    "HeartbeatDetail",
    "MonitorDetail",
    "PingShown",
    "SightShown",
    "agents",
    "heartbeat_by_key",
    "heartbeat_by_slug",
    "heartbeat_detail",
    "is_agents_key",
    "is_any_late",
    "is_anything_watched",
    "is_runner_wanted",
    "monitor_detail",
    "ping_path",
    "revision",
    "slug_path",
    "states",
    "tasks",
    "turn_rows",
    "turns",
]
