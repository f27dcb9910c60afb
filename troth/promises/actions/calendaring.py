"""Declare a calendar, by files, on the desk or by the API, and remove one that nothing uses."""

from datetime import datetime
from typing import Any

from django.db import transaction

from troth.core.filing import FILES
from troth.metrics import actions as metrics
from troth.promises.actions.judging import stir
from troth.promises.models import Calendar
from troth.promises.queries import calendars as known
from troth.promises.rules import calendars
from troth.promises.rules.terms import DocumentError, Problem
from troth.staff.actions import note
from troth.staff.actions.audit import Actor


class CalendarInUseError(ValueError):
    """Why a calendar cannot be changed or removed here: what keeps it, or what uses it."""


@transaction.atomic
def declare_calendar(
    *, document: dict[str, Any], author: Actor, now: datetime, managed_by: str = ""
) -> Calendar:
    """Take a document of kind Calendar as what the calendar says from now on.

    Promises that count in its hours are judged anew, and its holidays hold at once for what is
    watched by the day. No usual moves: where one was made without these holidays, its page offers
    the decision. Raises DocumentError.
    """
    hours = calendars.read(document)
    before = Calendar.objects.select_for_update().filter(slug=hours.slug).first()
    fields = {"spec": document, "managed_by": managed_by}
    if before is not None and before.spec == document and before.managed_by == managed_by:
        return before
    row, _is_new = Calendar.objects.update_or_create(
        slug=hours.slug, defaults=fields, create_defaults={**fields, "created_at": now}
    )
    metrics.keep_holidays(calendar=hours.slug, days=calendars.named(document))
    for promise in known.used_by(hours.slug).promises:
        stir(promise)
    note(actor=author, verb="changed" if before else "declared", thing="calendar",
         thing_id=hours.slug, now=now, before=before.spec if before else None,
         after=document)  # fmt: skip
    return row


@transaction.atomic
def write_calendar(*, document: dict[str, Any], author: Actor, now: datetime) -> Calendar:
    """Do the same for a person: one that files keep, or whose holidays are needed, is refused.

    Raises CalendarInUseError and DocumentError.
    """
    hours = calendars.read(document)
    if Calendar.objects.filter(slug=hours.slug, managed_by=FILES).exists():
        raise CalendarInUseError("it is kept in files: change it there and apply them")
    streams = known.used_by(hours.slug).streams
    if streams and not hours.holidays:
        names = ", ".join(name for _key, name in streams[:3])
        why = f"are read by {names}: name another calendar there first"
        raise DocumentError((Problem("spec.holidays", why),))
    return declare_calendar(document=document, author=author, now=now)


@transaction.atomic
def remove_calendar(*, slug: str, author: Actor, now: datetime) -> None:
    """Remove a calendar. Raises Calendar.DoesNotExist and CalendarInUseError."""
    row = Calendar.objects.select_for_update().get(slug=slug)
    if row.managed_by == FILES:
        raise CalendarInUseError("it is kept in files: take it out there and apply them")
    used = known.used_by(slug)
    names = [one.name for one in used.promises] + [name for _key, name in used.streams]
    if names:
        listed = ", ".join(dict.fromkeys(names[:5]))
        raise CalendarInUseError(f"{listed} would lose its hours or holidays: change them first")
    metrics.keep_holidays(calendar=slug, days={})
    row.delete()
    note(actor=author, verb="removed", thing="calendar", thing_id=slug, now=now, before=row.spec)
