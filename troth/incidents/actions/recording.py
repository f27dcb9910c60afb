"""History told later: back-dated by hand, or brought by an import. Kept as it is, and flagged."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import blake2b

from django.db import transaction

from troth.components.queries.labels import Label, labels
from troth.components.rules.results import Status
from troth.incidents.actions import effects
from troth.incidents.actions.asked import History, Message, key_of, new_uid, refuse
from troth.incidents.actions.keeping import changed, held, take_turn
from troth.incidents.models import Incident, Maintenance, Update, UpdateImpact
from troth.incidents.rules import cadence, prose, publishing, spans, states
from troth.incidents.rules.impact import impact_of
from troth.incidents.rules.publishing import Gap
from troth.incidents.rules.results import Impact, Kind, State
from troth.incidents.rules.spans import Saying
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name

_UID = 12
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


@transaction.atomic
def record(*, history: History, by: Actor, now: datetime) -> tuple[Incident, bool]:
    """Keep an incident that is over, or goes on elsewhere; return it and whether anything is new.

    Nothing is asked for, nobody is notified, no cadence runs. With a source, the same history
    again changes nothing, and a longer one replaces it under the same uid. Unknown components are
    flagged and left out of the spans; the text stays as it was. Raises NotReady without a name or
    a message.
    """
    refuse(tuple(_gaps(history)))
    take_turn()
    fingerprint = digest(history)
    row = _before(history)
    if row is not None and row.source_digest == fingerprint:
        return row, False
    is_first = row is None
    if row is not None:
        row = held(row.uid)
        row.updates.all().delete()
    said = sorted(history.messages, key=lambda one: one.at or history.started_at)
    row = _row(row, history, said, by=by, now=now)
    row.source_digest = fingerprint
    row.save()
    known = labels({uid for one in said for uid in one.impacts})
    sayings = _write(row, history, said, known_names=_names(history, known), by=by)
    _judge(row, history, sayings)
    effects.restrict(row, sayings)
    effects.tell_again(row, by=by, now=now, is_first=is_first)
    changed(row, now=now)
    trail(actor=by, verb="recorded", thing="incident", thing_id=row.uid, now=now,
          after={"name": row.name, "source": row.source, "id": row.source_id,
                 "flags": row.flags})  # fmt: skip
    return row, True


def _gaps(history: History) -> Iterator[Gap]:
    if not history.name.strip():
        yield Gap("name", "give it a name")
    if not history.messages:
        yield Gap("messages", "an incident has one message at least")


def digest(history: History) -> str:
    """Return what tells one history from another: the same again changes nothing."""
    text = json.dumps(asdict(history), sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _before(history: History) -> Incident | None:
    if not history.source:
        return None
    named = {"source": history.source, "source_id": history.source_id}
    return Incident.objects.filter(**named).first()


def _row(
    row: Incident | None, history: History, said: Sequence[Message], *, by: Actor, now: datetime
) -> Incident:
    if row is None:
        row = Incident(uid=_uid(history), created_at=history.created_at or now)
    first, last = said[0], said[-1]
    facts = {name: next((v for m in reversed(said) if (v := getattr(m, name))), "")
             for name in effects.FACTS}  # fmt: skip
    for name, value in facts.items():
        setattr(row, name, prose.tidy(str(value)))
    row.kind, row.name = history.kind, prose.tidy(history.name)[: publishing.LONGEST_NAME]
    row.state = history.state or last.state or states.last(history.kind)
    row.origin = "import"
    row.impact, row.impact_said = history.impact or Impact.NONE, history.impact or ""
    row.started_at = row.listed_at = history.scheduled_for or history.started_at
    row.published_at = history.created_at or first.at or history.started_at
    row.updated_at, row.backfilled = now, True
    row.identified_at = _when(said, State.IDENTIFIED, history)
    row.monitoring_at = _when(said, State.MONITORING, history)
    row.resolved_at = history.ended_at or _ended(said, State(row.state), history)
    row.next_due_at = None
    row.source, row.source_id = history.source, history.source_id
    row.audiences_said, row.flags = list(history.audiences), list(history.flags)
    row.by = published_name(by)
    return row


def _uid(history: History) -> str:
    wanted = history.uid
    fits = len(wanted) == _UID and set(wanted) <= set(_LETTERS)
    return wanted if fits and not Incident.objects.filter(uid=wanted).exists() else new_uid()


def _when(said: Sequence[Message], state: State, history: History) -> datetime | None:
    return next((m.at or history.started_at for m in said if m.state is state), None)


def _ended(said: Sequence[Message], state: State, history: History) -> datetime | None:
    """Return when it ended: by the last time that it went from open to over."""
    if state not in states.OVER:
        return None
    ended = None
    for one in reversed(said):
        if one.state not in states.OVER:
            break
        ended = one.at or history.started_at
    return ended or said[-1].at or history.started_at


def _names(history: History, known: Mapping[str, Label]) -> dict[str, str]:
    return {uid: history.names.get(uid, label.name) for uid, label in known.items()}


def _write(
    row: Incident, history: History, said: Sequence[Message], *, known_names: dict[str, str],
    by: Actor,
) -> list[Saying]:  # fmt: skip
    updates = [_update(row, history, number, one, by=by) for number, one in enumerate(said)]
    Update.objects.bulk_create(updates)
    impacts = [
        UpdateImpact(update=update, component=uid, name=known_names[uid], status=status,
                     since=one.since)
        for update, one in zip(updates, said, strict=True)
        for uid, status in one.impacts.items()
        if uid in known_names
    ]  # fmt: skip
    UpdateImpact.objects.bulk_create(impacts)
    unknown = sorted({uid for one in said for uid in one.impacts} - set(known_names))
    row.flags = [*row.flags, *(f"unknown component: {uid[:60]}" for uid in unknown)]
    if history.scheduled_for is not None:
        _window(row, history)
    return [
        Saying(one.update_id, one.since or one.update.at, one.component, one.name,
               Status(one.status))
        for one in impacts
    ]  # fmt: skip


def _update(row: Incident, history: History, number: int, one: Message, *, by: Actor) -> Update:
    at = one.at or history.started_at
    body = prose.tidy(one.body)[: publishing.LONGEST]
    return Update(
        incident=row, uid=_update_uid(row, number), state=one.state or states.first(history.kind),
        body=body, html=prose.html(body), at=at, created_at=at, updated_at=at, published_at=at,
        notify=False, by=published_name(by), written_by=key_of(by),
    )  # fmt: skip


def _update_uid(row: Incident, number: int) -> str:
    """Return the same uid for the same message of the same incident, whenever it is imported."""
    value = int.from_bytes(blake2b(f"{row.uid}/{number}".encode(), digest_size=10).digest())
    letters = []
    for _ in range(_UID):
        value, digit = divmod(value, len(_LETTERS))
        letters.append(_LETTERS[digit])
    return "".join(letters)


def _window(row: Incident, history: History) -> None:
    starts_at = history.scheduled_for or history.started_at
    Maintenance.objects.update_or_create(
        incident=row,
        defaults={
            "scheduled_for": starts_at,
            "scheduled_until": history.scheduled_until or row.resolved_at or starts_at,
            "announced_at": row.published_at, "in_time": True, "began_at": starts_at,
            "ended_at": row.resolved_at, "auto_start": False, "auto_complete": False,
        },
    )  # fmt: skip
    row.maintenance = Maintenance.objects.get(incident=row)


def _judge(row: Incident, history: History, sayings: Sequence[Saying]) -> None:
    worst = impact_of(Kind(row.kind), spans.at_worst(sayings).values())
    row.impact = history.impact or worst
    row.urgency = history.urgency or cadence.urgency_of(Impact(row.impact))
