"""Alarms for our own people: they ring step by step until somebody says “mine” or it is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from troth.notify import links
from troth.notify.actions.telling import tell, thread_of
from troth.notify.models import Alarm, Delivery, Escalation, Telling, Thread
from troth.notify.queries.told import last_told
from troth.notify.rules import escalating
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story

_AT_ONCE = 100
ON_THE_DESK: Final = "On the desk"  # the fact that leads to what an alarm is about


@transaction.atomic
def raise_alarm(*, story: Story, by: str, now: datetime) -> None:
    """Tell our own people of trouble, and let the escalations that it concerns begin.

    In the caller's transaction. The same story again raises nothing new. Its link leads to where
    whoever is rung says “I have it” without signing in; where it is about stands beside that.
    """
    telling = tell(story=_answerable(story, now), by=by, now=now)
    parts = [part.key for part in story.parts]
    for row in Escalation.objects.filter(retired_at=None):
        steps = escalating.steps_of(row.steps)
        if escalating.concerns(
            keys=row.keys, floor=row.floor, parts=parts, severity=int(story.severity)
        ):
            Alarm.objects.get_or_create(
                thread=telling.thread, escalation=row, cleared_at=None,
                defaults={
                    "raised_at": now,
                    "next_at": escalating.rings_at(steps, number=0, raised_at=now),
                },
            )  # fmt: skip


def _answerable(story: Story, now: datetime) -> Story:
    link = links.alarm_url(thread_of(story, now).pk)
    facts = (*story.facts, (ON_THE_DESK, story.link)) if story.link else story.facts
    return msgspec.structs.replace(story, link=link, facts=facts)


def is_ringing(*, now: datetime) -> bool:
    """Return whether a step is due."""
    return _due(now).exists()


def ring(*, now: datetime) -> int:
    """Ring every step that is due; return how many. Of two workers one rings a step."""
    return sum(_rung(pk, now) for pk in list(_due(now).values_list("pk", flat=True)[:_AT_ONCE]))


def _due(now: datetime) -> QuerySet[Alarm]:
    return Alarm.objects.filter(next_at__lte=now, acknowledged_at=None, cleared_at=None)


@transaction.atomic
def _rung(pk: int, now: datetime) -> int:
    alarm = _due(now).select_for_update().filter(pk=pk).first()
    if alarm is None:
        return 0
    steps = escalating.steps_of(alarm.escalation.steps)
    number, alarm.step = alarm.step, alarm.step + 1
    alarm.next_at = escalating.rings_at(steps, number=alarm.step, raised_at=alarm.raised_at)
    alarm.save(update_fields=["step", "next_at"])
    story = last_told(alarm.thread.about, but=(Event.ALERT_TAKEN,))
    if story is None or number >= len(steps):
        return 0
    again = _named(story, f"{alarm.escalation.slug} {number + 1}")
    told = (("Step", f"{number + 1} of {len(steps)}, {alarm.escalation.name}"),)
    again = msgspec.structs.replace(again, facts=(*story.facts, *told))
    tell(story=again, by="the installation", now=now, only=steps[number].readers)
    return 1


@transaction.atomic
def acknowledge(*, about: str, by: str, now: datetime) -> int:
    """Say that somebody has it: it rings no further, and those who were rung hear who.

    Returns how many alarms that silenced; none where it was taken or over before.
    """
    waiting = Alarm.objects.filter(thread__about=about, acknowledged_at=None, cleared_at=None)
    rung = _rung_readers(about)
    done = waiting.update(acknowledged_at=now, acknowledged_by=by[:100])
    story = last_told(about)
    if done and story is not None:
        taken = _named(story, f"taken {int(now.timestamp())}")
        title = f"{by} has it: {story.title}"
        tell(story=msgspec.structs.replace(taken, title=title, event=Event.ALERT_TAKEN),
             by=by, now=now, only=rung)  # fmt: skip
    return done


@transaction.atomic
def clear_alarm(*, about: str, why: str, by: str, now: datetime) -> int:
    """Say that it is over to all who heard of it; return how many alarms ended."""
    story = last_told(about)
    done = Alarm.objects.filter(thread__about=about, cleared_at=None).update(
        cleared_at=now, next_at=None
    )
    if story is None or story.event is Event.ALERT_CLEARED:
        return done
    Telling.objects.filter(thread__about=about, spread_at=None).update(spread_at=now)
    over = _named(story, f"cleared {int(now.timestamp())}")
    title = f"Over: {story.title.removeprefix('Over: ')}"
    tell(story=msgspec.structs.replace(over, title=title, what=why, event=Event.ALERT_CLEARED,
                                       is_urgent=False, until=now),
         by=by, now=now, only=_rung_readers(about))  # fmt: skip
    return done


def _rung_readers(about: str) -> Sequence[str]:
    """Return the subscriptions that any telling of a thing was addressed to."""
    threads = Thread.objects.filter(about=about)
    found = Delivery.objects.filter(thread__in=threads).values_list("subscription__uid", flat=True)
    return list(found.distinct())


def _named(story: Story, word: str) -> Story:
    """Return the story as one more revision of the same thing."""
    return msgspec.structs.replace(
        story, revision=f"{story.revision.partition(' ')[0]} {word}"[:64]
    )
