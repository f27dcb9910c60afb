"""An alarm as whoever was rung sees it, who may not be signed in."""

from dataclasses import dataclass
from datetime import datetime

from troth.notify.contents import story_of
from troth.notify.models import Alarm, Delivery, Telling, Thread
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmShown:
    """What rings. `rung` are the names of those who were rung or are told of it."""

    about: str
    uid: str
    story: Story
    rung: tuple[str, ...]
    raised_at: datetime
    is_ringing: bool
    taken_by: str
    taken_at: datetime | None
    cleared_at: datetime | None
    next_at: datetime | None


def alarm(thread: int) -> AlarmShown | None:
    """Return the alarm of a thread (its id); None where none was ever raised."""
    row = Thread.objects.filter(pk=thread).first()
    raised = Telling.objects.filter(thread=thread, event=Event.ALERT_RAISED.value)
    last = raised.order_by("-number").first()
    if row is None or last is None:
        return None
    alarms = list(Alarm.objects.filter(thread=row).order_by("-raised_at"))
    open_ = [one for one in alarms if one.cleared_at is None and one.acknowledged_at is None]
    newest = alarms[0] if alarms else None
    return AlarmShown(
        about=row.about, uid=row.uid, story=story_of(last.content), rung=_rung(row),
        raised_at=newest.raised_at if newest else last.told_at, is_ringing=bool(open_),
        taken_by=newest.acknowledged_by if newest else "",
        taken_at=newest.acknowledged_at if newest else None,
        cleared_at=newest.cleared_at if newest else None,
        next_at=min((one.next_at for one in open_ if one.next_at), default=None),
    )  # fmt: skip


def _rung(row: Thread) -> tuple[str, ...]:
    told = Delivery.objects.filter(thread=row, subscription__is_ours=True)
    names = told.values_list("subscription__note", flat=True).distinct()
    return tuple(sorted(name for name in names if name))
