"""Once a week, on Monday morning: what everybody was told in the week before, as one story."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from troth.notify.actions.telling import tell
from troth.notify.contents import story_of
from troth.notify.models import Telling, Thread
from troth.notify.rules import week as rules
from troth.notify.rules.events import Purpose
from troth.notify.rules.story import Story
from troth.notify.rules.week import Week

BY = "the installation"
_NEWS = (Purpose.STATUS, Purpose.PROMISES, Purpose.BREACH, Purpose.IDEAS, Purpose.PROOF)
_MOST = 50


def tell_week(*, now: datetime) -> int:
    """Tell the last week, once; nothing of a week in which nothing was told."""
    week = rules.to_tell(now, ZoneInfo(settings.TROTH.time_zone))
    if week is None or Thread.objects.filter(about=week.about).exists():
        return 0
    stories = list(_stories(week))
    if not stories:
        return 0
    link, languages = f"{settings.TROTH.base_url}/", settings.TROTH.languages
    with transaction.atomic():
        story = rules.story_of(week, stories, link=link, languages=languages)
        tell(story=story, by=BY, now=now)
    return 1


def _stories(week: Week) -> Iterator[Story]:
    """Yield the newest of what each thing told of was told to everybody, the newest first."""
    purposes = [one.value for one in _NEWS]
    rows = Telling.objects.filter(
        told_at__gte=week.since, told_at__lt=week.until, thread__purpose__in=purposes
    )
    seen: set[int] = set()
    for row in rows.order_by("-told_at", "-pk")[: _MOST * 20]:
        if row.thread_id in seen or len(seen) >= _MOST:
            continue
        story = story_of(row.content)
        if rules.is_for_all(story):
            seen.add(row.thread_id)
            yield story
