"""Readers hear of a component that is not as it was: the story is written with the note of it."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from troth.components.actions.marking import take_turn
from troth.components.models import Component, Revision, Told
from troth.components.queries import boards
from troth.components.queries.pages import address, slugs_showing
from troth.components.rules.results import Shown, Status
from troth.components.stories import Turned, story_of
from troth.core.ids import new_id
from troth.notify import actions as notify

BY = "the installation"


def is_untold() -> bool:
    """Return whether something visible changed since readers were told last."""
    return Revision.objects.filter(number__gt=F("told")).exists()


@transaction.atomic
def tell_changes(*, now: datetime) -> int:
    """Tell of each component that turned; return how many did.

    What is seen for the first time is noted and not told, and so is what has no data: nothing is
    known of it. What came and went before it could be told is not told.
    """
    take_turn(visible=False)
    number = Revision.objects.values_list("number", flat=True).get(pk=1)
    rows = list(Component.objects.filter(retired_at=None).select_related("told"))
    shown = boards.some({row.uid for row in rows}, at=now, days=1)
    told = sum(_is_told(row, shown[row.uid], now) for row in rows)
    Revision.objects.filter(pk=1).update(told=number)
    return told


def _is_told(row: Component, shown: Shown, now: datetime) -> bool:
    before = getattr(row, "told", None)
    if shown.status is Status.NO_DATA or (before and before.status == shown.status):
        return False
    if before is None:
        Told.objects.create(component=row, status=shown.status, at=now)
        return False
    was = Status(before.status)
    before.episode = before.episode or new_id("ep")
    _tell(shown, was, before.episode, now)
    before.status, before.at = shown.status, now
    if shown.status is Status.OPERATIONAL:
        before.episode = ""
    before.save()
    return True


def _tell(shown: Shown, was: Status, episode: str, now: datetime) -> None:
    on = slugs_showing(frozenset({shown.uid}))
    if not on:
        return
    turned = Turned(
        shown=shown, was=was, now=shown.status, at=shown.since or now, episode=episode, pages=on,
        audiences=shown.audiences, link=address(f"components/{shown.slug}/", on=on),
    )  # fmt: skip
    notify.tell(story=story_of(turned), by=BY, now=now)
