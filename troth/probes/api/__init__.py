"""Monitors and heartbeats as JSON, and where agents take their work and report."""

from ninja import Router

from troth.probes.api import agents, reading

router = Router(tags=["probes"])
for _part in (reading, agents):
    router.add_router("", _part.router)
