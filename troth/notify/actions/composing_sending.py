"""A story written by hand goes out: proposed, signed off, scheduled, and told when it is time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from troth.notify import topics
from troth.notify.actions.alarms import raise_alarm
from troth.notify.actions.composing import (
    ComposingError,
    held,
    kept,
    key_of,
    needs_two,
    read,
    record,
)
from troth.notify.actions.telling import tell
from troth.notify.models import Draft, Telling, Thread
from troth.notify.rules import composing as rules
from troth.notify.rules.composing import Gap, Written
from troth.notify.rules.events import Event
from troth.notify.rules.story import Part, Story
from troth.staff.actions.audit import Actor, published_name

UNDO: Final = timedelta(seconds=30)  # so long can what was sent be taken back
_AT_ONCE: Final = 20
_WROTE: Final = ("began", "wrote", "went back", "corrects", "goes on")


class IncompleteError(ComposingError):
    """Something must be said before it can go out. `gaps` name the fields."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        self.gaps = tuple(gaps)
        super().__init__("; ".join(f"{gap.field} {gap.message}" for gap in self.gaps))


@transaction.atomic
def propose(*, uid: str, turn: int, by: Actor, now: datetime) -> Draft:
    """Give a draft to whoever lets it go out. Raises IncompleteError."""
    row = held(uid, turn=turn, states=(Draft.WRITING,))
    _check(row)
    row.state = Draft.WAITING
    return kept(row, "proposed", by=by, now=now)


@transaction.atomic
def send(*, uid: str, turn: int, by: Actor, now: datetime, at: datetime | None = None) -> Draft:
    """Let a draft go out at an instant, or now: half a minute is left to take it back.

    Where two people publish and `by` is one of its writers, it waits for another. Raises
    IncompleteError.
    """
    row = held(uid, turn=turn, states=(Draft.WRITING, Draft.WAITING))
    _check(row)
    if needs_two(row) and key_of(by) in authors(row):
        if row.state == Draft.WAITING:
            raise ComposingError("somebody else must let it go out: you wrote in it yourself")
        row.state = Draft.WAITING
        return kept(row, "proposed", by=by, now=now)
    row.state, row.sends_at = Draft.SCHEDULED, max(at or now, now + UNDO)
    row.sent_by = published_name(by)[:100]
    return kept(row, "sent", by=by, now=now)


@transaction.atomic
def take_back(*, uid: str, turn: int, by: Actor, now: datetime) -> Draft:
    """Keep what was proposed or scheduled from going out; it is written on."""
    row = held(uid, turn=turn, states=(Draft.WAITING, Draft.SCHEDULED))
    row.state, row.sends_at = Draft.WRITING, None
    return kept(row, "took back", by=by, now=now)


def is_due(*, now: datetime) -> bool:
    """Return whether a draft is to go out."""
    return _due(now).exists()


def send_due(*, now: datetime) -> int:
    """Tell what is due, each in a transaction of its own; return how many."""
    return sum(_told(pk, now) for pk in list(_due(now).values_list("pk", flat=True)[:_AT_ONCE]))


def _due(now: datetime) -> QuerySet[Draft]:
    return Draft.objects.filter(state=Draft.SCHEDULED, sends_at__lte=now)


@transaction.atomic
def _told(pk: int, now: datetime) -> int:
    row = _due(now).select_for_update().filter(pk=pk).first()
    if row is None:  # another worker did, or it was taken back
        return 0
    story = story_of(row)
    if story.event is Event.ALERT_RAISED:
        raise_alarm(story=story, by=row.sent_by, now=now)
    else:
        tell(story=story, by=row.sent_by, now=now)
    row.thread = Thread.objects.get(about=story.about)
    row.state, row.sends_at, row.told_at, row.is_correction = Draft.TOLD, None, now, False
    row.turn += 1
    row.updated_at = now
    row.save()
    record(row, "told", by=row.sent_by, now=now)
    return 1


def story_of(row: Draft) -> Story:
    """Return the story that a draft tells as it stands."""
    written, about = read(row), f"story:{row.uid}"
    return rules.story_of(
        written, about=about, languages=settings.TROTH.languages, parts=_parts(written),
        is_correction=row.is_correction,
    )  # fmt: skip


def gaps(row: Draft) -> list[Gap]:
    """Return what a draft lacks before it can go out."""
    found = rules.gaps(read(row), settings.TROTH.languages)
    if row.thread_id and _is_told(row):
        found.append(Gap("", "nothing differs from what was told"))
    return found


def authors(row: Draft) -> set[str]:
    """Return who wrote in a draft since it was last told."""
    told = row.edits.filter(verb="told").order_by("-pk").first()
    since = row.edits.filter(verb__in=_WROTE, pk__gt=told.pk if told else 0)
    return set(since.values_list("author", flat=True))


def _check(row: Draft) -> None:
    if found := gaps(row):
        raise IncompleteError(found)


def _is_told(row: Draft) -> bool:
    written, about = read(row), f"story:{row.uid}"
    revision = rules.revision_of(written, about)
    rows = Telling.objects.filter(thread=row.thread_id, event=written.event.value)
    return rows.filter(revision=revision).exists()


def _parts(written: Written) -> list[Part]:
    """Return the chosen parts by their names of today; what is gone is not told of."""
    language = settings.TROTH.languages[0]
    known = {
        topic.key: topic for page in (written.pages or ("",)) for topic in topics.of(page, language)
    }
    return [
        Part(key=key, name=known[key].name, inside=known[key].inside)
        for key in written.keys
        if key in known
    ]
