"""What an agent tells, taken once: what was not answered in time comes again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from troth.probes.actions.recording import record
from troth.probes.models import Lease
from troth.probes.wire import Report, Skip


class TakenOver(Exception):  # noqa: N818 - an answer, not an error in the code
    """Another process checks for the location by now, and told what it found missing."""


@transaction.atomic
def deliver(
    *, location: str, holder: str, reports: Sequence[Report], skips: Sequence[Skip], now: datetime
) -> int:
    """Take in what the process `holder` found; return how many results. On return it is on disk.

    Results that it told before, by their number, are left out: their answer was lost on the way.
    Raises TakenOver: whoever took the location over has told as skipped what was not told before,
    and an instant is not to be both. Raises what record raises.
    """
    row = Lease.objects.select_for_update().get(location=location)
    if row.holder not in ("", holder):
        raise TakenOver
    told = row.told if row.holder == holder else 0
    fresh = [one for one in reports if not one.number or one.number > told]
    taken = record(location=location, reports=fresh, skips=skips, now=now, probe=_plain(holder))
    highest = max((one.number for one in fresh), default=0)
    if row.holder == holder and highest > told:
        Lease.objects.filter(pk=row.pk).update(told=highest)
    return taken


def _plain(holder: str) -> str:
    host = holder.rsplit(":", 2)[0][:100]
    return "".join(c if c.isalnum() or c in "._-" else "-" for c in host) or "agent"
