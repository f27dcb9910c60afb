"""How much of the error budgets an incident burned: the seconds that components account to it."""

from datetime import datetime
from fractions import Fraction

from troth.components import queries as components
from troth.components.queries import Downtime
from troth.core import clock
from troth.core.windows import Span
from troth.incidents.models import Incident, UpdateImpact


def burned(row: Incident, *, until: datetime | None = None) -> int:
    """Return the weighted seconds of downtime that components account to this incident.

    It is the same sum that their uptime promises judge, over all components that it touched; while
    it named none, the whole was down, as `troth uptime` counts it.
    """
    said = UpdateImpact.objects.filter(update__incident=row, update__published_at__isnull=False)
    uids = sorted(set(said.values_list("component", flat=True)))
    end = row.resolved_at or row.merged_at or until or clock.now()
    span = Span(min(row.started_at, end), end)
    found = [components.downtime(uid, span) for uid in uids]
    found.append(components.downtime_of_whole(span))
    return int(sum((_share(one, row.uid) for one in found), Fraction(0)))


def _share(found: Downtime, ref: str) -> Fraction:
    return dict(found.by_ref).get(ref, Fraction(0))
