"""Times as clocks on the reader's wall show them, for forms that ask by a link."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.conf import settings
from django.template import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def reader_zone(context: Context) -> ZoneInfo:
    """Return the zone of whoever is signed in, else the installation's."""
    chosen = getattr(context.get("user"), "zone", "")
    try:
        return ZoneInfo(chosen or settings.TROTH.time_zone)
    except (ZoneInfoNotFoundError, ValueError):  # one that this host no longer knows
        return ZoneInfo(settings.TROTH.time_zone)


@register.filter
def on_wall(at: datetime | None, zone: ZoneInfo) -> str:
    """Write an instant as a field for a local time takes it."""
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if at else ""
