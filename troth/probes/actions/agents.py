"""Agents: locations elsewhere, each with a key of its own that is shown once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from troth.probes.keys import digest
from troth.probes.models import Agent, Lease
from troth.probes.rules.documents import LOCAL, LOCATION
from troth.staff.actions import note
from troth.staff.actions.audit import Actor

PREFIX = "trothprobe_"
_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class IssuedAgent:
    """A new agent, and its key, which is known only now."""

    agent: Agent
    key: str


@transaction.atomic
def enrol(*, location: str, name: str, author: Actor, now: datetime) -> IssuedAgent:
    """Give a location a key; one that it had is worth nothing from then on. Raises ValueError."""
    if location == LOCAL or not LOCATION.fullmatch(location):
        raise ValueError("a location is a-z, 0-9 and inner hyphens, 40 at most, and not local")
    key = f"{PREFIX}{secrets.token_hex(24)}"
    values = {"name": name[:200], "digest": digest(key), "made_at": now, "revoked_at": None}
    agent, _ = Agent.objects.update_or_create(location=location, defaults=values)
    Lease.objects.filter(location=location).update(holder="", until=None)
    note(actor=author, verb="enrolled", thing="probe agent", thing_id=location, now=now)
    return IssuedAgent(agent, key)


@transaction.atomic
def revoke(*, agent: Agent, author: Actor, now: datetime) -> None:
    """End an agent's key. What its location last saw becomes unknown in its time."""
    if Agent.objects.filter(pk=agent.pk, revoked_at=None).update(revoked_at=now):
        note(actor=author, verb="revoked", thing="probe agent", thing_id=agent.location, now=now)


def seen_agent(*, location: str, version: str, now: datetime) -> None:
    """Remember when an agent last asked, to the half minute."""
    stale = Q(seen_at=None) | Q(seen_at__lt=now - _EVERY) | ~Q(version=version)
    Agent.objects.filter(stale, location=location).update(seen_at=now, version=version)
