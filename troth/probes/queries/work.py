"""What a location has to check."""

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from troth.probes import sealing
from troth.probes.instants import ms
from troth.probes.keys import digest
from troth.probes.models import Agent, Lease, Monitor, Roster, Sight
from troth.probes.wire import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentShown:
    """A location elsewhere. `out_since`: it fails everywhere while others do not."""

    location: str
    name: str
    made_at: datetime
    seen_at: datetime | None
    version: str
    revoked_at: datetime | None
    out_since: datetime | None
    monitors: int


def revision() -> int:
    """Return a number that grows with each change of what is to be checked."""
    return Roster.objects.values_list("revision", flat=True).first() or 0


def tasks(location: str) -> list[Task]:
    """Return what a location checks, secrets in clear: for its runner alone.

    A monitor whose secrets were sealed with another key is left out.
    """
    rows = Sight.objects.filter(
        location=location, monitor__retired_at=None, monitor__paused_at=None
    ).select_related("monitor")
    found = (_task(one.monitor, one.last) for one in rows.order_by("monitor__slug"))
    return [task for task in found if task is not None]


def _task(row: Monitor, last: int) -> Task | None:
    try:
        secret = sealing.opened_values(row.sealed, label=f"monitor {row.slug}")
    except ValueError:
        return None
    return Task(
        slug=row.slug,
        kind=row.kind,
        settings={**row.settings, **secret},
        every=row.every_ms,
        timeout=row.timeout_ms,
        retries=row.retries,
        condition=row.condition,
        slow=row.slow_ms,
        last=last,
        asked=ms(row.asked_at) if row.asked_at else 0,
    )


def is_agents_key(*, location: str, key: str) -> bool:
    """Return whether a key is the living one of a location."""
    row = Agent.objects.filter(location=location, revoked_at=None).first()
    return row is not None and compare_digest(row.digest, digest(key))


def agents() -> list[AgentShown]:
    """Return the locations elsewhere, by name."""
    leases = {lease.location: lease for lease in Lease.objects.all()}
    return [
        AgentShown(
            location=row.location, name=row.name, made_at=row.made_at, seen_at=row.seen_at,
            version=row.version, revoked_at=row.revoked_at,
            out_since=leases[row.location].out_since if row.location in leases else None,
            monitors=Sight.objects.filter(location=row.location, monitor__retired_at=None).count(),
        )
        for row in Agent.objects.order_by("location")
    ]  # fmt: skip
