"""Writing a story by hand: nothing that was written is ever lost, and two who write notice it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from django.conf import settings
from django.db import transaction

from troth.core.ids import new_id
from troth.notify import signing_off
from troth.notify.models import Draft, Edit
from troth.notify.rules.composing import Written
from troth.staff.actions import note
from troth.staff.actions.audit import Actor, published_name

_OPEN: Final = (Draft.WRITING, Draft.WAITING, Draft.SCHEDULED)


class ComposingError(Exception):
    """It cannot be done as things stand; the message says why."""


class OvertakenError(ComposingError):
    """Somebody else changed the draft since it was read. `by` and `at` say who and when."""

    def __init__(self, by: str, at: datetime) -> None:
        self.by, self.at = by, at
        super().__init__(f"{by} has changed this since you read it")


@transaction.atomic
def begin(*, written: Written, token: str, by: Actor, now: datetime) -> Draft:
    """Begin a draft. The same token again gives the one that it began."""
    known = Draft.objects.filter(token=token).first() if token else None
    if known is not None:
        return known
    row = Draft.objects.create(
        uid=new_id("dft"), token=token or None, event=written.event.value,
        title=_title(written), content=_plain(written), turn=1, created_at=now, updated_at=now,
        by=published_name(by),
    )  # fmt: skip
    record(row, "began", by=by, now=now)
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What stands in one form: `turn` is the one that it shows, `pen` the window it stands in."""

    written: Written
    turn: int
    pen: str = ""
    two_person: bool = False


def write(*, uid: str, page: Page, by: Actor, now: datetime) -> Draft:
    """Keep what is written. What was proposed or scheduled is in hand again by that.

    Raises OvertakenError where somebody else was first: then it is kept aside, among the earlier
    texts, and theirs stands. Raises ComposingError where the draft is told or discarded.
    """
    try:
        return _written(uid, page, by, now)
    except OvertakenError:
        row = Draft.objects.get(uid=uid)
        _edit(row, "kept aside", _plain(page.written), by=by, now=now)
        raise


@transaction.atomic
def _written(uid: str, page: Page, by: Actor, now: datetime) -> Draft:
    row = Draft.objects.select_for_update().get(uid=uid)
    is_same = page.turn == row.turn or _is_own(row, page)
    row = held(uid, turn=row.turn if is_same else page.turn, states=_OPEN)
    content = _plain(page.written)
    if content == row.content and page.two_person == row.two_person:
        return row
    row.content, row.two_person = content, page.two_person
    row.title, row.event = _title(page.written), page.written.event.value
    row.state, row.sends_at = Draft.WRITING, None
    if _is_own(row, page):
        return _went_on(row, now)
    kept(row, "wrote", by=by, now=now)
    row.edits.filter(turn=row.turn).update(pen=page.pen)
    return row


def _is_own(row: Draft, page: Page) -> bool:
    """Return whether all that came after what a form shows was written in the same window."""
    since = row.edits.filter(turn__gt=page.turn).order_by("pk")
    last = row.edits.order_by("-pk").first()
    mine = [last] if last and not since else list(since)
    return bool(page.pen) and all(one.pen == page.pen and one.verb == "wrote" for one in mine)


def _went_on(row: Draft, now: datetime) -> Draft:
    """Let the edit of this window hold the newer text."""
    row.turn += 1
    row.updated_at = now
    row.save()
    last = row.edits.order_by("-pk").first()
    Edit.objects.filter(pk=last.pk if last else 0).update(
        content=row.content, turn=row.turn, at=now
    )
    return row


@transaction.atomic
def discard(*, uid: str, turn: int, by: Actor, now: datetime) -> Draft:
    """Put a draft away. It can be brought back; a correction goes back to what was told."""
    row = held(uid, turn=turn, states=_OPEN)
    told = row.edits.filter(verb="told").order_by("-pk").first()
    row.sends_at = None
    if told is None:
        row.state = Draft.DISCARDED
        return kept(row, "discarded", by=by, now=now)
    discarded = row.content
    row.state, row.content, row.is_correction = Draft.TOLD, told.content, False
    row.title = _title(read(row))
    kept(row, "discarded", by=by, now=now)
    _edit(row, "kept aside", discarded, by=by, now=now)
    return row


@transaction.atomic
def bring_back(*, uid: str, turn: int, by: Actor, now: datetime) -> Draft:
    """Take a discarded draft in hand again."""
    row = held(uid, turn=turn, states=(Draft.DISCARDED,))
    row.state = Draft.WRITING
    return kept(row, "brought back", by=by, now=now)


@transaction.atomic
def write_anew(*, uid: str, is_correction: bool, turn: int, by: Actor, now: datetime) -> Draft:
    """Take a told story in hand: to correct it where it went, or to tell the next news of it."""
    row = held(uid, turn=turn, states=(Draft.TOLD,))
    row.state, row.is_correction = Draft.WRITING, is_correction
    return kept(row, "corrects" if is_correction else "goes on", by=by, now=now)


@transaction.atomic
def go_back_to(*, uid: str, edit: int, turn: int, by: Actor, now: datetime) -> Draft:
    """Write on from an earlier text; the one that stood is among the earlier ones then."""
    row = held(uid, turn=turn, states=_OPEN)
    row.content = row.edits.get(pk=edit).content
    written = read(row)
    row.title, row.event = _title(written), written.event.value
    row.state, row.sends_at = Draft.WRITING, None
    return kept(row, "went back", by=by, now=now)


def read(row: Draft) -> Written:
    """Return what stands in a draft."""
    return msgspec.convert(row.content, Written)


def needs_two(row: Draft) -> bool:
    """Return whether another person than its writers must let it go out."""
    return row.two_person or signing_off.is_asked()


def held(uid: str, *, turn: int, states: tuple[str, ...]) -> Draft:
    """Return a draft, locked in the caller's transaction.

    Raises Draft.DoesNotExist, OvertakenError, and ComposingError where it is in no such state.
    """
    row = Draft.objects.select_for_update().get(uid=uid)
    if row.turn != turn:
        last = row.edits.order_by("-pk").first()
        raise OvertakenError(last.by if last else row.by, row.updated_at)
    if row.state not in states:
        raise ComposingError(f"it is {row.state} by now")
    return row


def kept(row: Draft, verb: str, *, by: Actor, now: datetime) -> Draft:
    """Save a change as the draft's next turn, with its trace."""
    row.turn += 1
    row.updated_at = now
    row.save()
    record(row, verb, by=by, now=now)
    return row


def record(row: Draft, verb: str, *, by: Actor, now: datetime) -> None:
    _edit(row, verb, row.content, by=by, now=now)
    note(actor=by, verb=verb, thing="story", thing_id=row.uid, now=now,
         after={"title": row.title, "state": row.state, "turn": row.turn})  # fmt: skip


def key_of(by: Actor) -> str:
    """Return who it is, so that two of the same name are two."""
    pk = getattr(by, "pk", None)
    return f"{by.__class__.__name__}:{pk}" if pk else f"name:{by}"


def _edit(row: Draft, verb: str, content: object, *, by: Actor, now: datetime) -> None:
    Edit.objects.create(
        draft=row, turn=row.turn, verb=verb, content=content, by=published_name(by)[:100],
        author=key_of(by)[:60], at=now,
    )  # fmt: skip


def _plain(written: Written) -> object:
    return msgspec.to_builtins(written)


def _title(written: Written) -> str:
    """Return the headline in the first language that has one; a database may turn their order."""
    said = (written.said("title", language) for language in settings.TROTH.languages)
    return next((title for title in said if title), "")[:300]
