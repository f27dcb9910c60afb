"""What we do about a report: answer, note, say which incident it is, close, open again."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from troth.feedback import troubles
from troth.feedback.models import Report, Step
from troth.feedback.queries import CHANNEL, about_of
from troth.feedback.rules import End, Kind, State
from troth.feedback.sealing import address_of, sealed
from troth.notify.actions.writing import write_to
from troth.notify.rules.events import Event
from troth.notify.rules.story import Story
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name


class OvertakenError(Exception):
    """Somebody did something meanwhile: look before you go on."""


class ImpossibleError(Exception):
    """It cannot be done, for the reason that this says in a sentence."""


@transaction.atomic
def answer(*, uid: str, text: str, turn: int, by: Actor, now: datetime) -> None:
    """Write to who reported it, by the outbox. The first answer is the one that was promised.

    `turn` is that of the report as it was read. Raises OvertakenError, ImpossibleError.
    """
    row = _held(uid, turn)
    address = address_of(row)
    if not address:
        raise ImpossibleError("There is no address to answer.")
    step = _done(row, "answered", by=by, now=now, text=text)
    row.answered_at = row.answered_at or now
    if row.state == State.OPEN:
        row.state = State.ANSWERED.value
    _save(row)
    story = _story(row, text, step.number)
    write_to(channel=CHANNEL, address=address, language=row.language, story=story,
             by=published_name(by), now=now)  # fmt: skip


@transaction.atomic
def note(*, uid: str, text: str, turn: int, by: Actor, now: datetime) -> None:
    """Write something down for those who work here. Raises OvertakenError."""
    row = _held(uid, turn)
    _done(row, "noted", by=by, now=now, text=text)
    row.save(update_fields=["steps"])


@transaction.atomic
def link(*, uid: str, incident: str, turn: int, by: Actor, now: datetime) -> None:
    """Say that a report is that incident, or none ("") after all.

    Raises OvertakenError, ImpossibleError.
    """
    row = _held(uid, turn)
    if incident and troubles.named(incident) is None:
        raise ImpossibleError("There is no such incident.")
    if incident == row.incident:
        return
    _done(row, "linked" if incident else "unlinked", by=by, now=now, about=incident or row.incident)
    row.incident = incident
    row.save(update_fields=["steps", "incident"])


@transaction.atomic
def close(  # noqa: PLR0913 - the parts of an end, all named
    *, uid: str, end: End, text: str, turn: int, by: Actor, now: datetime
) -> None:
    """Close a report with the reason. Raises OvertakenError, ImpossibleError."""
    row = _held(uid, turn)
    if row.state == State.CLOSED:
        raise ImpossibleError("It is closed already.")
    _done(row, "closed", by=by, now=now, text=text, about=end.value)
    if end is End.ELSEWHERE:
        row.answered_at = row.answered_at or now
    row.state, row.end, row.closed_at = State.CLOSED.value, end.value, now
    _save(row)


@transaction.atomic
def reopen(*, uid: str, text: str, turn: int, by: Actor, now: datetime) -> None:
    """Open a closed report again: what was owed is owed again, by the same instant.

    Raises OvertakenError, ImpossibleError.
    """
    row = _held(uid, turn)
    if row.state != State.CLOSED:
        raise ImpossibleError("It is not closed.")
    _done(row, "reopened", by=by, now=now, text=text)
    row.state = (State.ANSWERED if row.answered_at else State.OPEN).value
    row.end, row.closed_at = "", None
    _save(row)


def _held(uid: str, turn: int) -> Report:
    row = Report.objects.select_for_update().get(uid=uid)
    if row.steps != turn:
        raise OvertakenError
    return row


def _done(  # noqa: PLR0913 - the parts of a step, all named
    row: Report, verb: str, *, by: Actor, now: datetime, text: str = "", about: str = ""
) -> Step:
    """Write a step and its line in the trail, which says who and what, never the words."""
    row.steps += 1
    trail(actor=by, verb=verb, thing="report", thing_id=row.uid, now=now,
          after={"about": about} if about else None)  # fmt: skip
    return Step.objects.create(
        report=row, number=row.steps, verb=verb, about=about, by=published_name(by)[:100], at=now,
        text=sealed(text, label=f"{row.uid}/{row.steps}"),
    )  # fmt: skip


def _save(row: Report) -> None:
    row.version += 1
    row.save()


def _story(row: Report, text: str, number: int) -> Story:
    """Return the answer as a message: our words alone, nothing of what was written to us."""
    site, first = settings.TROTH.base_url, settings.TROTH.languages[0]
    trouble = troubles.named(row.incident)
    with translation.override(row.language):
        day = date_format(row.created_at.date(), "DATE_FORMAT")
        title = {
            Kind.PROBLEM: _("To the problem that you reported on %(day)s"),
            Kind.QUESTION: _("To your question of %(day)s"),
            Kind.COMMENT: _("To your comment of %(day)s"),
        }[Kind(row.kind)] % {"day": day}
    home = f"{site}/" if row.language == first else f"{site}/{row.language}/"
    return Story(
        about=about_of(row.uid), event=Event.REPORT_ANSWERED, revision=str(number), title=title,
        what=text, link=trouble.link if trouble and trouble.link else home, is_urgent=True,
    )  # fmt: skip
