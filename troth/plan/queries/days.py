from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def today(now: datetime) -> date:
    """Return the installation's own day."""
    return now.astimezone(ZoneInfo(settings.TROTH.time_zone)).date()
