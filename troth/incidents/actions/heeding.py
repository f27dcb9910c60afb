"""Fades are answered: our own people are rung, and a person may make a draft of one.

A fade is nothing that customers are told of by itself: it rings for those who can look into it. It
is one story from its opening to its end, with a revision each time that it has doubled.
"""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from troth.core.windows import midnight
from troth.incidents.actions.asked import Message, NotAllowed, Opening
from troth.incidents.actions.crew import note
from troth.incidents.actions.keeping import take_turn
from troth.incidents.actions.speaking import open_
from troth.incidents.models import FadeAnswer, Incident
from troth.incidents.queries.fades import about, fresh, moved
from troth.metrics import queries as metrics
from troth.metrics import wording
from troth.metrics.drift.pictures import FadeView
from troth.notify import actions as notify
from troth.notify.rules.events import Event, Severity
from troth.notify.rules.story import Part, Story
from troth.staff.actions.audit import Actor, published_name
from troth.ui import words

AT_ONCE: Final = 200
OLD: Final = timedelta(days=1)  # what was recorded before that is history, not news
BY: Final = "the installation"
_BODY = "We see that {name} is not what it was, and are looking into it."


def is_unheeded() -> bool:
    """Return whether a fade waits for its answer: what an idle worker asks, in one query."""
    return fresh().values("pk").union(moved().values("pk"), all=True).exists()


def heed_fades(*, now: datetime) -> int:
    """Ring for what fades, say what grows and what is over; return how many fades."""
    new, on = (list(rows.values_list("pk", flat=True)[:AT_ONCE]) for rows in (fresh(), moved()))
    return sum(_heard(pk, now) for pk in new) + sum(_went_on(pk, now) for pk in on)


@transaction.atomic
def _heard(pk: int, now: datetime) -> int:
    """Claim a fade by its own row and ring for it; another worker's is left alone."""
    take_turn()
    fade = metrics.fade(pk)
    row, is_mine = FadeAnswer.objects.get_or_create(fade_id=pk, defaults={"at": now, "why": "old"})
    if not is_mine or fade is None:
        return 0
    row.why, row.growth = _why(fade, now), fade.growth
    row.save(update_fields=["why", "growth"])
    if row.why == "rung":
        notify.raise_alarm(story=story_of(fade), by=BY, now=now)
    return 1


def _why(fade: FadeView, now: datetime) -> str:
    if not fade.is_open:
        return "over"
    if fade.recorded_at < now - OLD:
        return "old"
    # Silence that nobody declared to be one is seen on the desk; it wakes nobody up.
    is_quiet = fade.kind == "no_data" and not fade.evidence.get("declared")
    return "quiet" if is_quiet else "rung"


@transaction.atomic
def _went_on(pk: int, now: datetime) -> int:
    take_turn()
    row = moved().select_for_update(of=("self",)).filter(pk=pk).first()
    fade = metrics.fade(row.fade_id) if row else None
    if row is None or fade is None:
        return 0
    if fade.is_open:
        row.growth = fade.growth
        notify.raise_alarm(story=story_of(fade), by=BY, now=now)
    else:
        row.over_at = now
        why = f"{wording.title(fade)}: {fade.why_closed}."
        notify.clear_alarm(about=about(fade.pk), why=why, by=BY, now=now)
    row.save(update_fields=["growth", "over_at"])
    return 1


def story_of(fade: FadeView) -> Story:
    """Return what our own people are told of a fade as it stands. It waits for quiet hours."""
    name, since = wording.title(fade), fade.onset or fade.opened_on
    stream = fade.stream
    return Story(
        about=about(fade.pk),
        event=Event.ALERT_RAISED,
        revision=f"fade.{fade.pk}.{fade.growth}",
        title=f"{name}: {wording.word(fade)}{', and it grows' if fade.growth else ''}",
        what=_sentence(fade),
        affects=stream.touchpoint if stream else "",
        since=midnight(since, _zone(fade)),
        link=address_of(fade),
        severity=Severity.MAJOR if fade.growth else Severity.MINOR,
        parts=_parts(fade),
    )


def _sentence(fade: FadeView) -> str:
    """Return how much worse it is, as of the day on which that was seen."""
    said = wording.text(fade)
    size = fade.grown_size if fade.growth else None
    if fade.kind == "stack":
        slip = wording.size(fade.size if size is None else size, None)
        said = f"each a little worse than usual, {slip} on average: {said}"
    seen = fade.grown_on or fade.opened_on
    return f"{said[:1].upper()}{said[1:]}. Seen on {words.day(seen)}."


def _parts(fade: FadeView) -> tuple[Part, ...]:
    if fade.stream is not None:
        return (Part(key=fade.stream.key, name=fade.stream.name, state=wording.word(fade)),)
    return tuple(Part(key=one["key"], name=one["name"]) for one in fade.contributors)


def address_of(fade: FadeView) -> str:
    """Return where the desk shows a fade."""
    # Not reverse(): every address of the desk would be loaded into the worker for it.
    base = f"{settings.TROTH.base_url}/desk/insight"
    if fade.stream is None:
        return f"{base}/faded/#fade-{fade.pk}"
    return f"{base}/touchpoints/{quote(fade.stream.key, safe=':/')}/"


@transaction.atomic
def draft_for_fade(*, fade: int, by: Actor, now: datetime) -> Incident:
    """Return the draft of an incident that was made of a fade; make it if there is none.

    Nobody outside sees it, and it never publishes itself. Who makes it has the alarm. Raises
    NotAllowed where there is no such fade.
    """
    found, row = _held(fade, now)
    if row.incident is not None and row.incident.discarded_at is None:
        return row.incident
    name = wording.title(found)
    since = midnight(found.onset or found.opened_on, _zone(found))
    opening = Opening(
        name=f"{name} is not what it was"[:200], message=Message(body=_BODY.format(name=name)),
        started_at=min(since, now), opened_for=f"fade:{fade}",
    )  # fmt: skip
    row.incident = open_(opening=opening, by=by, now=now)
    row.save(update_fields=["incident"])
    note(uid=row.incident.uid, text=f"{_sentence(found)} {address_of(found)}", by=by, now=now)
    take_fade(fade=fade, by=by, now=now)
    return row.incident


def take_fade(*, fade: int, by: Actor, now: datetime) -> None:
    """Say that somebody looks into a fade: it rings no further."""
    notify.acknowledge(about=about(fade), by=published_name(by), now=now)


def _held(fade: int, now: datetime) -> tuple[FadeView, FadeAnswer]:
    take_turn()
    found = metrics.fade(fade)
    if found is None:
        raise NotAllowed("there is no such fade")
    given = {"at": now, "why": "asked", "growth": found.growth}
    return found, FadeAnswer.objects.get_or_create(fade_id=fade, defaults=given)[0]


def _zone(fade: FadeView) -> ZoneInfo:
    return ZoneInfo(fade.stream.zone if fade.stream else "UTC")
