"""Two incidents that were one, or that have to do with each other."""

from datetime import datetime

from django.db import transaction

from troth.components import actions as components
from troth.components.rules.results import Status
from troth.incidents.actions import clocks, effects, lapsing
from troth.incidents.actions.asked import Message, NotAllowed
from troth.incidents.actions.editing import edit_update
from troth.incidents.actions.keeping import changed, held
from troth.incidents.actions.speaking import announce
from troth.incidents.models import Incident, Link, Update, UpdateImpact
from troth.incidents.rules import spans, states
from troth.incidents.rules.impact import worst
from troth.incidents.rules.results import Kind, State
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name


@transaction.atomic
def merge(*, uid: str, into: str, by: Actor, now: datetime) -> Incident:
    """Say that an incident was the same as another one, which goes on for both.

    What the first said of components stays until now; from now on the other one says it. Raises
    NotAllowed, Incident.DoesNotExist.
    """
    first, second = sorted((uid, into))
    rows = {row: held(row) for row in (first, second)}  # always in this order: none waits for none
    row, other = rows[uid], rows[into]
    _check(row, other)
    components.relieve(ref=row.uid, at=now, now=now)
    clocks.answer(row, kind=clocks.UPDATE, at=now)
    if row.listed_at is not None:
        said = {} if other.resolved_at else spans.present(effects.said_of(row))
        body = f"“{row.name}” turned out to be the same incident. All updates are given here."
        announce(other, Message(body=body, impacts=_worse(other, said)), by=by, now=now)
    row.merged_into, row.merged_at = other, now
    if row.listed_at is not None:
        lapsing.lapse(row, why=lapsing.MERGED, by=by, now=now)
    changed(row, now=now)
    changed(other, now=now)
    trail(actor=by, verb="merged", thing="incident", thing_id=uid, now=now, after={"into": into})
    return other


@transaction.atomic
def unmerge(*, uid: str, by: Actor, now: datetime) -> Incident:
    """Undo a merge: both stand for themselves again, as if it had not been."""
    into = Incident.objects.select_related("merged_into").get(uid=uid).merged_into
    if into is None:
        raise NotAllowed("it is not merged")
    rows = {name: held(name) for name in sorted((uid, into.uid))}
    row, other = rows[uid], rows[into.uid]
    if row.merged_into_id != other.pk or row.merged_at is None:
        raise NotAllowed("it is not merged into that any more")
    said = Update.objects.filter(incident=other, at__gte=row.merged_at, body__contains=row.name)
    row.merged_into = row.merged_at = None
    for one in said.filter(body__startswith="“").order_by("id")[:1]:
        UpdateImpact.objects.filter(update=one).delete()
        edit_update(update_uid=one.uid, body=f"{one.body}\n\nThis was undone: it is another "
                    "incident.", by=by, now=now)  # fmt: skip
    other.refresh_from_db()
    for each in (other, row):
        effects.tell_again(each, by=by, now=now)
        changed(each, now=now)
    trail(actor=by, verb="unmerged", thing="incident", thing_id=uid, now=now,
          before={"into": other.uid})  # fmt: skip
    return row


@transaction.atomic
def link(*, uid: str, other: str, by: Actor, now: datetime) -> Link:
    """Say that two incidents have to do with each other; once is enough."""
    if uid == other:
        raise NotAllowed("an incident is not linked to itself")
    left, right = sorted((held(name) for name in sorted((uid, other))), key=lambda row: row.pk)
    found, is_new = Link.objects.get_or_create(
        incident=left, other=right, defaults={"by": published_name(by), "at": now}
    )
    if is_new:
        _both(left, right, by, now, "linked")
    return found


@transaction.atomic
def unlink(*, uid: str, other: str, by: Actor, now: datetime) -> None:
    left, right = sorted((held(name) for name in sorted((uid, other))), key=lambda row: row.pk)
    removed, _ = Link.objects.filter(incident=left, other=right).delete()
    if removed:
        _both(left, right, by, now, "unlinked")


def _both(left: Incident, right: Incident, by: Actor, now: datetime, verb: str) -> None:
    changed(left, now=now)
    changed(right, now=now)
    trail(actor=by, verb=verb, thing="incident", thing_id=left.uid, now=now,
          after={"other": right.uid})  # fmt: skip


def _check(row: Incident, other: Incident) -> None:
    if row.pk == other.pk or other.merged_into_id is not None or row.merged_into_id is not None:
        raise NotAllowed("merge into another incident that is not merged itself")
    if Kind.MAINTENANCE in (row.kind, other.kind):
        raise NotAllowed("maintenance is not merged; link it")
    if row.listed_at is not None and other.listed_at is None:
        raise NotAllowed("what is public is not merged into a draft; publish that first")
    if State(row.state) in states.OVER and row.listed_at is not None:
        raise NotAllowed("it is over; link it instead")


def _worse(other: Incident, said: dict[str, Status]) -> dict[str, Status]:
    """Return where the merged one says worse of a component than the one that goes on."""
    mine = spans.present(effects.said_of(other))
    both = {one: worst((status, mine.get(one, status))) for one, status in said.items()}
    return {one: status for one, status in both.items() if status is not mine.get(one)}
