"""Write: what may be done with monitors, heartbeats and the agents that check for us."""

from troth.probes.actions.agents import IssuedAgent, enrol, revoke, seen_agent
from troth.probes.actions.declaring import (
    ask_now,
    declare_heartbeat,
    declare_monitor,
    new_key,
    pause,
    resume,
    retire,
)
from troth.probes.actions.delivering import TakenOver, deliver
from troth.probes.actions.leasing import give_lease_back, take_lease
from troth.probes.actions.pinging import Arrived, OutdatedError, beat, take
from troth.probes.actions.recording import record
from troth.probes.actions.watching import forget_before, watch

__all__ = [
    "Arrived",
    "IssuedAgent",
    "OutdatedError",
    "TakenOver",
    "ask_now",
    "beat",
    "declare_heartbeat",
    "declare_monitor",
    "deliver",
    "enrol",
    "forget_before",
    "give_lease_back",
    "new_key",
    "pause",
    "record",
    "resume",
    "retire",
    "revoke",
    "seen_agent",
    "take",
    "take_lease",
    "watch",
]
