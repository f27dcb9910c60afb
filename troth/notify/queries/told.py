"""What was told of a thing last, and what became of it."""

from collections.abc import Collection

from troth.notify.contents import story_of
from troth.notify.models import Delivery, Telling
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story


def last_told(about: str, *, but: Collection[Event] = ()) -> Story | None:
    """Return the newest story told of a thing, some events apart; None where none was."""
    rows = Telling.objects.filter(thread__about=about).exclude(event__in=[one.value for one in but])
    content = rows.order_by("-number").values_list("content", flat=True).first()
    return story_of(content) if content else None


def fates(about: str) -> dict[str, str]:
    """Return revision → what became of its message, such as "accepted"."""
    rows = Delivery.objects.filter(thread__about=about, replay_of=None).order_by("pk")
    return dict(rows.values_list("telling__revision", "state"))
