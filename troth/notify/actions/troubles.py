"""An outlet that cannot be reached says so where staff see it."""

from datetime import datetime

from django.db.models.functions import Coalesce

from troth.notify.models import Outlet


def note_trouble(*, channel: str, pk: int | None, said: str, now: datetime) -> None:
    """Write down that an outlet fails, or with nothing `said` that it works again."""
    rows = Outlet.objects.filter(retired_at=None)
    rows = rows.filter(channel=channel, is_default=True) if pk is None else rows.filter(pk=pk)
    if said:
        rows.update(failing_since=Coalesce("failing_since", now), problem=said[:300])
    else:
        rows.update(failing_since=None, problem="")
