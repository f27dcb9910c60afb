"""Set right what was said. What was public before stays readable: every edit leaves a revision."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from troth.components.rules.results import Status
from troth.incidents.actions import clocks, effects
from troth.incidents.actions.asked import Message, NotAllowed, key_of, refuse
from troth.incidents.actions.keeping import changed, held
from troth.incidents.models import Edit, Incident, Update, UpdateImpact
from troth.incidents.rules import prose, publishing
from troth.incidents.rules.publishing import Gap
from troth.incidents.rules.results import Impact, State, Urgency
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name

_FACTS = ("name", "problem", "affects", "workaround", "recovery", "data_loss")


@transaction.atomic
def edit_update(  # noqa: PLR0913 - who, what, when and why, all named
    *, update_uid: str, body: str, by: Actor, now: datetime, reason: str = "",
    turn: int | None = None,
) -> Update:  # fmt: skip
    """Change what an update says. If it is public, what it said before stays public beside it.

    A proposal that was edited needs another person than its last writer. Raises
    Update.DoesNotExist, NotReady, Overtaken.
    """
    found = Update.objects.get(uid=update_uid)
    row = held(Incident.objects.get(pk=found.incident_id).uid, turn=turn)
    found.refresh_from_db()
    text = prose.tidy(body)
    refuse(publishing.too_long({"body": text}) or (() if text else _EMPTY))
    if text == found.body:
        return found
    before = found.body
    if found.published_at is not None:
        Edit.objects.create(
            update=found, number=found.edits.count() + 1, at=now, body=before,
            by=published_name(by), reason=prose.tidy(reason)[:300],
        )  # fmt: skip
    else:
        found.written_by = key_of(by)
    found.body, found.html, found.updated_at = text, prose.html(text), now
    found.save()
    changed(row, now=now)
    trail(actor=by, verb="edited an update of", thing="incident", thing_id=row.uid, now=now,
          before={"update": found.uid, "body": before},
          after={"update": found.uid, "body": text, "reason": reason})  # fmt: skip
    return found


@transaction.atomic
def correct_impacts(  # noqa: PLR0913 - who, what, when and why, all named
    *, update_uid: str, impacts: Mapping[str, Status], by: Actor, now: datetime, reason: str = "",
    turn: int | None = None,
) -> Update:  # fmt: skip
    """Set right what a public update says of components; their downtime is reckoned anew.

    What it said before stays public as an edit. Raises Update.DoesNotExist, NotReady, NotAllowed,
    Overtaken.
    """
    found = Update.objects.get(uid=update_uid)
    row = held(Incident.objects.get(pk=found.incident_id).uid, turn=turn)
    if found.published_at is None:
        raise NotAllowed("it is not public; rewrite it")
    rows = list(found.impacts.order_by("id"))
    named, since = effects.named(impacts), next((one.since for one in rows), None)
    before = ", ".join(f"{one.name}: {one.status}" for one in rows) or "none"
    Edit.objects.create(
        update=found, number=found.edits.count() + 1, at=now, by=published_name(by),
        body=f"{found.body}\n\nComponents: {before}", reason=prose.tidy(reason)[:300],
    )  # fmt: skip
    found.impacts.all().delete()
    UpdateImpact.objects.bulk_create(
        UpdateImpact(update=found, component=uid, name=label.name, status=status, since=since)
        for uid, (label, status) in named.items()
    )
    found.updated_at = now
    found.save(update_fields=["updated_at"])
    said = effects.said_of(row)
    effects.judge(row, said)
    effects.restrict(row, said)
    effects.tell_again(row, by=by, now=now)
    changed(row, now=now)
    trail(actor=by, verb="corrected the components of", thing="incident", thing_id=row.uid,
          now=now, before={"update": update_uid, "components": before},
          after={"components": dict(impacts), "reason": reason})  # fmt: skip
    return found


_EMPTY = (Gap("body", "write the message"),)


@transaction.atomic
def redraft(
    *, uid: str, message: Message, by: Actor, now: datetime, turn: int | None = None
) -> Update:
    """Write a draft anew: what is not public yet may change freely.

    Raises NotAllowed, Overtaken.
    """
    row = held(uid, turn=turn)
    if row.listed_at is not None:
        raise NotAllowed("it is published; edit the update instead")
    found = Update.objects.filter(incident=row, discarded_at=None).order_by("id").get()
    named = effects.named(message.impacts)
    found.body = prose.tidy(message.body)
    found.html, found.written_by, found.updated_at = prose.html(found.body), key_of(by), now
    found.state, found.notify = message.state or found.state, message.notify
    found.next_due_at = message.next_due_at or found.next_due_at
    found.due_by_grid = found.due_by_grid and message.next_due_at is None
    found.at, found.is_backdated = message.at or found.at, message.at is not None
    found.answers = {**found.answers, "impact": None, **_said(message)}
    found.answers = {name: text for name, text in found.answers.items() if text is not None}
    refuse(publishing.too_long({"body": found.body, **_texts(message)}))
    found.save()
    found.impacts.all().delete()
    UpdateImpact.objects.bulk_create(
        UpdateImpact(update=found, component=one, name=label.name, status=status,
                     since=message.since or row.started_at)
        for one, (label, status) in named.items()
    )  # fmt: skip
    for name in _FACTS:
        setattr(row, name, found.answers.get(name, getattr(row, name)))
    row.state, row.next_due_at, row.confirm_at = found.state, found.next_due_at, None
    changed(row, now=now)
    trail(actor=by, verb="rewrote the draft", thing="incident", thing_id=uid, now=now,
          after={"body": found.body, **found.answers})  # fmt: skip
    return found


@transaction.atomic
def set_right(  # noqa: PLR0913 - what may be set right, all named
    *, uid: str, by: Actor, now: datetime, started_at: datetime | None = None,
    impact: Impact | None = None, urgency: Urgency | None = None, name: str | None = None,
    audiences: tuple[str, ...] | None = None, postmortem_due: datetime | None = None,
    turn: int | None = None,
) -> Incident:  # fmt: skip
    """Correct the facts of an incident; a new start moves the time its components count as down.

    Raises Incident.DoesNotExist, NotReady, Overtaken.
    """
    row = held(uid, turn=turn)
    wanted = {
        "started_at": started_at, "impact_said": impact, "urgency": urgency, "name": name,
        "audiences_said": None if audiences is None else list(audiences),
        "postmortem_due": postmortem_due,
    }  # fmt: skip
    new = {field: value for field, value in wanted.items() if value is not None}
    before = {field: getattr(row, field) for field in new}
    refuse(_wrong(row, started_at, name, now))
    for field, value in new.items():
        setattr(row, field, value)
    if started_at is not None:
        _move(row, before["started_at"], started_at)
    if impact is not None:
        _say_from_the_start(row, impact)
    effects.judge(row, effects.said_of(row))
    effects.restrict(row, effects.said_of(row))
    if started_at is not None or impact is not None:
        effects.tell_again(row, by=by, now=now)
    if postmortem_due is not None and row.state == State.RESOLVED:
        clocks.resolved(row, at=row.resolved_at or now)
    changed(row, now=now)
    trail(actor=by, verb="set right", thing="incident", thing_id=uid, now=now,
          before=before, after=new)  # fmt: skip
    return row


def backdate(*, uid: str, started_at: datetime, by: Actor, now: datetime) -> Incident:
    """Say that it began at another time than thought."""
    return set_right(uid=uid, started_at=started_at, by=by, now=now)


def _wrong(
    row: Incident, started_at: datetime | None, name: str | None, now: datetime
) -> tuple[Gap, ...]:
    found = list(publishing.too_long({"name": name or ""}))
    if name is not None and not name.strip():
        found.append(Gap("name", "give it a name"))
    if started_at is not None and started_at > now:
        found.append(Gap("started_at", "it cannot have started in the future"))
    if started_at is not None and row.resolved_at is not None and started_at > row.resolved_at:
        found.append(Gap("started_at", "it cannot have started after its end"))
    return tuple(found)


def _move(row: Incident, was: datetime, started_at: datetime) -> None:
    """Move the start in lists, and of what was said to hold since the old one."""
    said = UpdateImpact.objects.filter(update__incident=row)
    said.filter(since=was).update(since=started_at)
    said.filter(since__lt=started_at).update(since=started_at)
    if row.listed_at is not None:
        row.listed_at = started_at


def _say_from_the_start(row: Incident, impact: Impact) -> None:
    """Let all that was published say this impact: it was never another one. The trail knows."""
    said = Update.objects.filter(incident=row, published_at__isnull=False).order_by("at", "id")
    for number, one in enumerate(said):
        answers = {name: text for name, text in one.answers.items() if name != "impact"}
        one.answers = answers if number else {**answers, "impact": str(impact)}
        one.save(update_fields=["answers"])


def _said(message: Message) -> dict[str, str]:
    said = {**_texts(message), "urgency": message.urgency, "impact": message.impact}
    return {name: str(value) for name, value in said.items() if value is not None}


def _texts(message: Message) -> dict[str, str]:
    return {
        name: prose.tidy(value) for name in _FACTS if (value := getattr(message, name)) is not None
    }
