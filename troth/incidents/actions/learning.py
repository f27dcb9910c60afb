"""After it is over: the post-mortem in four parts, its timeline, and what is to follow."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from troth.incidents.actions import clocks
from troth.incidents.actions.asked import Message, NotAllowed, refuse
from troth.incidents.actions.keeping import changed, held
from troth.incidents.actions.speaking import announce
from troth.incidents.models import FollowUp, Incident, Postmortem, PostmortemEdit, TimelineEntry
from troth.incidents.queries.budgets import burned
from troth.incidents.rules import prose, publishing, states
from troth.incidents.rules.publishing import PARTS, Gap
from troth.incidents.rules.results import Kind, State
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name

_SAID = "We have published what happened, why, and what we do so that it does not happen again."


@transaction.atomic
def write_postmortem(
    *, uid: str, parts: Mapping[str, str], by: Actor, now: datetime, turn: int | None = None
) -> Postmortem:
    """Write parts of a post-mortem: apology, cause, fix, prevention. Others stay as they are.

    What a published one said before stays public. Raises NotReady where a published one would
    lack a part, Overtaken.
    """
    row = held(uid, turn=turn)
    said = {name: prose.tidy(text) for name, text in parts.items() if name in PARTS}
    refuse(publishing.too_long(said))
    found = _found(row, by, now)
    before = {part: getattr(found, part) for part in PARTS}
    after = {**before, **said}
    if after == before:
        return found
    if found.published_at is not None:
        refuse(publishing.postmortem_gaps(after, ()))
        PostmortemEdit.objects.create(postmortem=found, at=now, parts=before,
                                      by=published_name(by))  # fmt: skip
    for part, text in after.items():
        setattr(found, part, text)
    found.html = {part: prose.html(text) for part, text in after.items()}
    found.updated_at = now
    found.save()
    row.postmortem = found
    changed(row, now=now)
    trail(actor=by, verb="wrote the post-mortem of", thing="incident", thing_id=uid, now=now,
          before=before, after=after)  # fmt: skip
    return found


@transaction.atomic
def publish_postmortem(*, uid: str, by: Actor, now: datetime, token: str = "") -> Postmortem:  # noqa: ARG001 - once by nature
    """Publish the post-mortem: an update says so once. A second time changes nothing.

    Raises NotReady: each of the four parts, each follow-up with owner and date. NotAllowed where
    the incident is not over.
    """
    row = held(uid)
    found = Postmortem.objects.filter(incident=row).first()
    if found is not None and found.published_at is not None:
        return found
    if State(row.state) not in states.OVER or row.kind == Kind.MAINTENANCE:
        raise NotAllowed("a post-mortem follows an incident that is resolved")
    parts = {part: getattr(found, part, "") for part in PARTS}
    follow_ups = [(one.text, bool(one.owner and one.due)) for one in row.follow_ups.all()]
    refuse(publishing.postmortem_gaps(parts, follow_ups))
    found = _found(row, by, now)
    clocks.answer(row, kind=clocks.POSTMORTEM, at=now)
    found.published_at, found.budget_seconds = now, burned(row)
    found.save()
    row.postmortem = found
    announce(row, Message(body=_SAID, state=State.POSTMORTEM), by=by, now=now)
    return found


@transaction.atomic
def note_moment(  # noqa: PLR0913 - what was when, who says so and to whom, all named
    *, uid: str, at: datetime, text: str, by: Actor, now: datetime, is_public: bool = True
) -> TimelineEntry:
    """Add a line to the timeline of a post-mortem."""
    row = held(uid)
    said = _text(text)
    found = TimelineEntry.objects.create(
        incident=row, at=at, text=said, is_public=is_public, by=published_name(by)
    )
    _change(row, by, now, "noted a moment of", {"at": at, "text": said})
    return found


@transaction.atomic
def promise_follow_up(  # noqa: PLR0913 - what, who and until when, all named
    *, uid: str, text: str, owner: str = "", due: datetime | None = None, by: Actor, now: datetime
) -> FollowUp:
    """Say what will be done, by whom and until when. Public once the post-mortem is."""
    row = held(uid)
    found = FollowUp.objects.create(
        incident=row, text=_text(text), owner=prose.tidy(owner)[:200], due=due,
        by=published_name(by), created_at=now,
    )  # fmt: skip
    _change(row, by, now, "promised a follow-up to", _plain(found))
    return found


@transaction.atomic
def change_follow_up(  # noqa: PLR0913 - what, who and until when, all named
    *, follow_up: int, text: str | None = None, owner: str | None = None,
    due: datetime | None = None, by: Actor, now: datetime,
) -> FollowUp:  # fmt: skip
    """Change a follow-up. Raises FollowUp.DoesNotExist."""
    found = FollowUp.objects.select_related("incident").get(pk=follow_up)
    row = held(found.incident.uid)
    found.text = found.text if text is None else _text(text)
    found.owner = found.owner if owner is None else prose.tidy(owner)[:200]
    found.due = due or found.due
    found.save()
    _change(row, by, now, "changed a follow-up to", _plain(found))
    return found


def complete_follow_up(*, follow_up: int, by: Actor, now: datetime) -> FollowUp:
    """Say that a follow-up is done."""
    return _done(follow_up, by, now, at=now, verb="completed a follow-up to")


def reopen_follow_up(*, follow_up: int, by: Actor, now: datetime) -> FollowUp:
    """Say that a follow-up is not done after all."""
    return _done(follow_up, by, now, at=None, verb="reopened a follow-up to")


@transaction.atomic
def _done(follow_up: int, by: Actor, now: datetime, *, at: datetime | None, verb: str) -> FollowUp:
    found = FollowUp.objects.select_related("incident").get(pk=follow_up)
    row = held(found.incident.uid)
    if (found.done_at is None) != (at is None):
        found.done_at = at
        found.save(update_fields=["done_at"])
        _change(row, by, now, verb, _plain(found))
    return found


def _found(row: Incident, by: Actor, now: datetime) -> Postmortem:
    found, _ = Postmortem.objects.get_or_create(
        incident=row, defaults={"updated_at": now, "by": published_name(by)}
    )
    return found


def _change(
    row: Incident, by: Actor, now: datetime, verb: str, after: Mapping[str, object]
) -> None:
    changed(row, now=now)
    trail(actor=by, verb=verb, thing="incident", thing_id=row.uid, now=now, after=after)


def _text(text: str) -> str:
    said = prose.tidy(text)
    refuse(publishing.too_long({"text": said}) or (() if said else (Gap("text", "write it"),)))
    return said


def _plain(one: FollowUp) -> dict[str, object]:
    return {"text": one.text, "owner": one.owner, "due": one.due, "done_at": one.done_at}
