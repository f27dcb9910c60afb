"""Tell a story: written with the fact, in the caller's transaction. It is spread after that."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from troth.core.ids import new_id
from troth.core.steps import reached
from troth.notify.actions.addressing import address
from troth.notify.contents import content_of
from troth.notify.models import Telling, Thread
from troth.notify.rules.story import Story


@transaction.atomic
def tell(*, story: Story, by: str, now: datetime, only: Sequence[str] | None = None) -> Telling:
    """Write a story down for all whom it concerns, or for some subscriptions (uids) `only`.

    The same revision and event of the same thing told again changes nothing and returns what was
    told. Earlier tellings are spread no further, the newest one says it; one for some readers
    `only` leaves them as they are.
    """
    thread = thread_of(story, now)
    known = thread.tellings.filter(revision=story.revision, event=story.event.value).first()
    if known is not None:
        return known
    Thread.objects.filter(pk=thread.pk).update(
        newest=F("newest") + 1, told_at=now, title=story.title[:300]
    )
    thread.refresh_from_db(fields=["newest"])
    if only is None:
        thread.tellings.filter(spread_at=None).update(spread_at=now)
    telling = _written(thread, story, by, now)
    if only is not None:
        address(telling=telling, subscriptions=only, now=now)
        telling.spread_at, telling.matched = now, telling.deliveries.count()
        telling.save(update_fields=["spread_at", "matched"])
    reached("notify.told")
    return telling


def thread_of(story: Story, now: datetime) -> Thread:
    """Return the thread of a story, locked until the transaction ends."""
    Thread.objects.bulk_create(
        [
            Thread(
                about=story.about,
                uid=new_id("thr"),
                title=story.title[:300],
                purpose=story.event.purpose.value,
                told_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    return Thread.objects.select_for_update().get(about=story.about)


def _written(thread: Thread, story: Story, by: str, now: datetime) -> Telling:
    return Telling.objects.create(
        thread=thread,
        number=thread.newest,
        event=story.event.value,
        revision=story.revision,
        content=content_of(story),
        severity=int(story.severity),
        is_urgent=story.is_urgent,
        is_correction=story.is_correction,
        told_at=now,
        by=by[:100],
    )
