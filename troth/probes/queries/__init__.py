"""Read: what others may ask about what we watch."""

from troth.probes.queries.addresses import (
    heartbeat_by_key,
    heartbeat_by_slug,
    mail_to,
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
    secret_names,
)
from troth.probes.queries.documents import heartbeat_document, monitor_document
from troth.probes.queries.rhythms import mail_filter
from troth.probes.queries.states import (
    is_any_late,
    is_anything_watched,
    is_runner_wanted,
    is_taken,
    latencies,
    monitor_slugs,
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
    "heartbeat_document",
    "is_agents_key",
    "is_any_late",
    "is_anything_watched",
    "is_runner_wanted",
    "is_taken",
    "latencies",
    "mail_filter",
    "mail_to",
    "monitor_detail",
    "monitor_document",
    "monitor_slugs",
    "ping_path",
    "revision",
    "secret_names",
    "slug_path",
    "states",
    "tasks",
    "turn_rows",
    "turns",
]
