"""What a location has to check."""

from troth.probes import sealing
from troth.probes.instants import ms
from troth.probes.models import Monitor, Roster, Sight
from troth.probes.wire import Task


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
