"""What was told of a thing last, and what became of it."""

from collections.abc import Collection, Sequence

from troth.notify.contents import story_of
from troth.notify.models import Alarm, Delivery, Telling
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story


def last_told(about: str, *, but: Collection[Event] = ()) -> Story | None:
    """Return the newest story told of a thing, some events apart; None where none was."""
    rows = Telling.objects.filter(thread__about=about).exclude(event__in=[one.value for one in but])
    content = rows.order_by("-number").values_list("content", flat=True).first()
    return story_of(content) if content else None


def taken(abouts: Sequence[str]) -> dict[str, str]:
    """Return thing → who said that it is theirs; what nobody took is left out."""
    rows = Alarm.objects.filter(thread__about__in=abouts).exclude(acknowledged_by="")
    return dict(rows.order_by("pk").values_list("thread__about", "acknowledged_by"))


def fates(about: str) -> dict[str, str]:
    """Return revision → what became of its message, such as "accepted"."""
    rows = Delivery.objects.filter(thread__about=about, replay_of=None).order_by("pk")
    return dict(rows.values_list("telling__revision", "state"))
