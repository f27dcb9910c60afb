"""A heartbeat's row as its rhythm, and as what its mail means."""

from datetime import timedelta

from troth.probes.models import Heartbeat
from troth.probes.rules import mailing
from troth.probes.rules.beating import Rhythm


def rhythm_of(row: Heartbeat) -> Rhythm:
    return Rhythm(
        period=None if row.period_s is None else timedelta(seconds=row.period_s),
        cron=row.cron,
        calendar=row.calendar,
        zone=row.zone,
        grace=timedelta(seconds=row.grace_s),
    )


def mail_filter(heartbeat: int) -> mailing.Filter:
    """Return which words in mail to a heartbeat (primary key) mean what."""
    said = Heartbeat.objects.values_list("mail", flat=True).get(pk=heartbeat)
    return mailing.filter_of(said)
