"""A heartbeat's row as its rhythm."""

from datetime import timedelta

from troth.probes.models import Heartbeat
from troth.probes.rules.beating import Rhythm


def rhythm_of(row: Heartbeat) -> Rhythm:
    return Rhythm(
        period=None if row.period_s is None else timedelta(seconds=row.period_s),
        cron=row.cron,
        calendar=row.calendar,
        zone=row.zone,
        grace=timedelta(seconds=row.grace_s),
    )
