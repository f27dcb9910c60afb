"""Open, update, publish, approve: what is said to people, once and after the questions."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from django.db import transaction

from troth.components.rules.results import Status
from troth.incidents.actions import alarming, clocks, effects, lapsing
from troth.incidents.actions.asked import (
    Message,
    NeedsSecond,
    NotAllowed,
    Opening,
    after,
    key_of,
    new_uid,
    refuse,
)
from troth.incidents.actions.keeping import changed, held, once
from troth.incidents.models import Approval, Incident, Update, UpdateImpact
from troth.incidents.queries import house
from troth.incidents.rules import cadence, prose, publishing, spans, states
from troth.incidents.rules.impact import impact_of
from troth.incidents.rules.publishing import Answers, Gap
from troth.incidents.rules.results import Impact, Kind, State, Urgency
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name


@dataclass(frozen=True, slots=True)
class Wish:
    """Who asks, when, and whether it is to be public at once."""

    by: Actor
    now: datetime
    is_public: bool


@transaction.atomic
def open_(
    *, opening: Opening, by: Actor, now: datetime, publish: bool = False, token: str = ""
) -> Incident:
    """Open an incident: a draft, or with `publish` for everybody.

    Raises NotReady with every gap, NotAllowed. Where two people publish, it stays a draft for
    another one to approve.
    """
    wish = Wish(by, now, publish)
    uid = once(token=token, verb="open", now=now, do=lambda: _opened(opening, wish))
    return Incident.objects.get(uid=uid)


def draft(*, opening: Opening, by: Actor, now: datetime, token: str = "") -> Incident:
    """Open an incident that nobody outside sees. Nothing is asked for yet."""
    return open_(opening=opening, by=by, now=now, token=token)


@transaction.atomic
def update(  # noqa: PLR0913 - who, what, when and how, all named
    *, uid: str, message: Message, by: Actor, now: datetime, token: str = "",
    turn: int | None = None, propose: bool = False,
) -> Update:  # fmt: skip
    """Say something more. With `propose`, or where two people publish, it is proposed only.

    Raises Incident.DoesNotExist, NotReady, NotAllowed (what is over is reopened first), Overtaken.
    """

    def do() -> str:
        row = held(uid, turn=turn)
        if row.listed_at is None:
            raise NotAllowed("it is a draft; rewrite the draft or publish it")
        wish = Wish(by, now, is_public=not propose)
        return _said(row, message, wish).uid

    return Update.objects.get(uid=once(token=token, verb="update", now=now, do=do))


def resolve(  # noqa: PLR0913 - the final post's answers, all named
    *, uid: str, message: Message, by: Actor, now: datetime, token: str = "",
    turn: int | None = None,
) -> Update:  # fmt: skip
    """Say that it is over: every component works again. Asks for recovery and any data loss."""
    row = Incident.objects.only("kind").get(uid=uid)
    last = replace(message, state=states.last(Kind(row.kind)))
    return update(uid=uid, message=last, by=by, now=now, token=token, turn=turn)


@transaction.atomic
def reopen(*, uid: str, message: Message, by: Actor, now: datetime, token: str = "") -> Update:
    """Say that it was not over: undoes a resolution, and says why. Raises NotAllowed."""

    def do() -> str:
        row = held(uid)
        state = message.state or State.INVESTIGATING
        if row.merged_into_id or not states.may_reopen(Kind(row.kind), State(row.state), state):
            raise NotAllowed(f"what is {row.state} cannot be reopened as {state}")
        row.recovery = row.data_loss = ""
        again = replace(message, state=state)
        return _said(row, again, Wish(by, now, is_public=True), again=True).uid

    return Update.objects.get(uid=once(token=token, verb="reopen", now=now, do=do))


@transaction.atomic
def publish(*, uid: str, by: Actor, now: datetime, token: str = "") -> Incident:
    """Publish a draft. Raises NotReady, NotAllowed, NeedsSecond where the writer asks alone."""

    def do() -> str:
        row = held(uid)
        first = Update.objects.filter(incident=row, discarded_at=None).order_by("id").first()
        if row.listed_at is not None or row.discarded_at is not None or first is None:
            raise NotAllowed("this is no draft any more")
        _release(row, first, by=by, now=now)
        return row.uid

    return Incident.objects.get(uid=once(token=token, verb="publish", now=now, do=do))


@transaction.atomic
def approve(*, update_uid: str, by: Actor, now: datetime) -> Update:
    """Publish what another person proposed. Raises NeedsSecond, NotReady, NotAllowed."""
    found = Update.objects.get(uid=update_uid)
    row = held(Incident.objects.get(pk=found.incident_id).uid)
    found.refresh_from_db()
    if found.published_at is not None or found.discarded_at is not None:
        raise NotAllowed("this is not proposed any more")
    if found.lapsed_at is not None:
        raise NotAllowed(f"this has lapsed: {lapsing.said_of(found.lapsed_for)}")
    is_first = row.listed_at is None
    if not is_first and not states.may_follow(Kind(row.kind), State(row.state), State(found.state)):
        raise NotAllowed(f"it is {row.state} meanwhile; {found.state} cannot follow")
    _release(row, found, by=by, now=now)
    return found


@transaction.atomic
def discard(*, uid: str, by: Actor, now: datetime) -> None:
    """Throw away a draft or a proposed update; `restore` undoes it. Raises NotAllowed."""
    _discarded(uid, by, now, at=now, verb="discarded")


@transaction.atomic
def restore(*, uid: str, by: Actor, now: datetime) -> None:
    """Take a draft or a proposed update back from where `discard` put it."""
    _discarded(uid, by, now, at=None, verb="restored")


@transaction.atomic
def preview(*, uid: str, message: Message, now: datetime) -> tuple[Gap, ...]:
    """Return what would stop this update from being published; changes nothing: a dry run."""
    row = Incident.objects.get(uid=uid)
    state = message.state or State(row.state)
    return _gaps(row, _completed(row, message, state, now), state, now)


def announce(row: Incident, message: Message, *, by: Actor, now: datetime) -> Update:
    """Say something on a held, published incident that follows from what was done or planned.

    Nothing is asked for and nobody must approve it: a merge, the start of a maintenance.
    """
    state = message.state or State(row.state)
    whole = _completed(row, message, state, now)
    found = _written(row, whole, state, Wish(by, now, is_public=True))
    _publish(row, found, by=by, now=now)
    return found


def _opened(opening: Opening, wish: Wish) -> str:
    message, grid = opening.message, house.grid()
    state = message.state or states.first(opening.kind)
    started_at = opening.started_at or message.at or wish.now
    row = Incident(
        uid=new_uid(), kind=opening.kind, name=prose.tidy(opening.name), state=state,
        impact=Impact.NONE, urgency=message.urgency or "", started_at=started_at,
        created_at=wish.now, updated_at=wish.now, audiences_said=list(opening.audiences),
        two_person=grid.two_person if opening.two_person is None else opening.two_person,
        origin=opening.origin, opened_for=opening.opened_for, confirm_at=opening.confirm_at,
        by=published_name(wish.by),
    )  # fmt: skip
    row.save()
    trail(actor=wish.by, verb="opened", thing="incident", thing_id=row.uid, now=wish.now,
          after={"name": row.name, "kind": row.kind, "state": row.state})  # fmt: skip
    _said(row, replace(message, since=message.since or started_at), wish)
    return row.uid


def _said(row: Incident, message: Message, wish: Wish, *, again: bool = False) -> Update:
    """Write an update; publish it where it is to be and nobody else must approve it."""
    is_first = row.listed_at is None
    state = message.state or State(row.state)
    _check_state(row, state, again=again)
    if not row.urgency:
        row.urgency = cadence.urgency_of(_impact(row, message))
    by_grid = message.next_due_at is None
    message = _completed(row, message, state, wish.now)
    if wish.is_public:
        refuse(_gaps(row, message, state, wish.now))
    found = _written(row, message, state, wish)
    found.due_by_grid = by_grid
    found.save(update_fields=["due_by_grid"])
    if wish.is_public and not row.two_person:
        _publish(row, found, by=wish.by, now=wish.now)
        return found
    if is_first:
        _preset(row, found)
    changed(row, now=wish.now)
    _trail(row, found, wish.by, wish.now, "proposed")
    return found


def _check_state(row: Incident, state: State, *, again: bool) -> None:
    if row.discarded_at is not None or row.merged_into_id is not None:
        raise NotAllowed("it was thrown away" if row.discarded_at else "it was merged into another")
    was = None if row.listed_at is None else State(row.state)
    if not again and not states.may_follow(Kind(row.kind), was, state):
        known = ", ".join(sorted(states.following(Kind(row.kind), was)))
        raise NotAllowed(f"{state} cannot follow {row.state}; {known} can")


def _completed(row: Incident, message: Message, state: State, now: datetime) -> Message:
    """Fill in what the message leaves open: when the next update comes, clean texts."""
    texts = {
        name: prose.tidy(value)
        for name in ("body", "name", *effects.FACTS)
        if (value := getattr(message, name)) is not None
    }
    refuse(publishing.too_long(texts))
    due = message.next_due_at
    if state in states.OVER or row.kind == Kind.MAINTENANCE:
        due = None
    elif due is None:
        due = _latest_due(row, message, now)
    return replace(message, next_due_at=due, **texts)  # type: ignore[arg-type]


def _latest_due(row: Incident, message: Message, now: datetime) -> datetime:
    urgency = message.urgency or row.urgency or cadence.urgency_of(_impact(row, message))
    pace = house.grid().paces[Urgency(urgency)]
    opened_at = row.published_at or now
    return cadence.next_due(pace, opened_at=opened_at, spoken_at=now)


def _impact(row: Incident, message: Message) -> Impact:
    if message.impact or row.impact_said:
        return Impact(message.impact or row.impact_said)
    said = {**spans.present(effects.said_of(row) if row.pk else ()), **message.impacts}
    return impact_of(Kind(row.kind), said.values())


def _gaps(row: Incident, message: Message, state: State, now: datetime) -> tuple[Gap, ...]:
    def said(name: str) -> str:
        value = getattr(message, name)
        return str(getattr(row, name) if value is None else value)

    at = message.at
    # What is public has begun, whatever a clock that jumped back says now.
    started_at = row.started_at if row.listed_at is None else min(row.started_at, now)
    answers = Answers(
        kind=Kind(row.kind), state=state, name=said("name"), body=message.body,
        started_at=started_at, now=now, problem=said("problem"), affects=said("affects"),
        workaround=said("workaround"), recovery=said("recovery"), data_loss=said("data_loss"),
        next_due_at=message.next_due_at, latest_due_at=_latest_due(row, message, now),
    )  # fmt: skip
    future = (Gap("at", "a message cannot be dated in the future"),) if at and at > now else ()
    return publishing.gaps(answers) + future


def _written(row: Incident, message: Message, state: State, wish: Wish) -> Update:
    last = Update.objects.filter(incident=row).order_by("-at").values_list("at", flat=True).first()
    found = Update.objects.create(
        incident=row, uid=new_uid(), state=state, body=message.body,
        html=prose.html(message.body), at=message.at or after(wish.now, last),
        is_backdated=message.at is not None,
        created_at=wish.now, updated_at=wish.now, next_due_at=message.next_due_at,
        notify=message.notify, answers=_answers(message), by=published_name(wish.by),
        written_by=key_of(wish.by),
    )  # fmt: skip
    _impacts(found, message)
    return found


def _answers(message: Message) -> dict[str, str]:
    named = ("name", *effects.FACTS, "urgency", "impact")
    said = {name: str(value) for name in named if (value := getattr(message, name)) is not None}
    if message.postmortem_due:
        said["postmortem_due"] = message.postmortem_due.isoformat()
    return said


def _impacts(found: Update, message: Message) -> None:
    state = State(found.state)
    impacts = effects.named(message.impacts)
    said = {uid: status for uid, (_label, status) in impacts.items()}
    called = {uid: label.name for uid, (label, _status) in impacts.items()}
    if state in states.OVER:
        row = found.incident
        before = [] if _was_over(row) else effects.said_of(row)
        called = {one.component: one.name for one in before} | called
        said = dict.fromkeys(called, Status.OPERATIONAL)
    UpdateImpact.objects.bulk_create(
        UpdateImpact(update=found, component=uid, name=called[uid], status=status,
                     since=message.since)
        for uid, status in said.items()
    )  # fmt: skip


def _was_over(row: Incident) -> bool:
    return row.listed_at is not None and State(row.state) in states.OVER


def _preset(row: Incident, found: Update) -> None:
    """Let a draft look as it would be published."""
    for name in ("name", *effects.FACTS):
        setattr(row, name, found.answers.get(name, getattr(row, name)))
    row.state, row.next_due_at = found.state, found.next_due_at
    said = found.impacts.values_list("status", flat=True)
    row.impact = row.impact_said or impact_of(Kind(row.kind), map(Status, said))


def _release(row: Incident, found: Update, *, by: Actor, now: datetime) -> None:
    """Publish what was proposed, after the questions and, where asked for, by a second person."""
    if row.two_person and key_of(by) == found.written_by:
        raise NeedsSecond("two people publish here: another one than the writer must approve")
    state = State(found.state)
    if found.next_due_at is not None and (found.due_by_grid or found.next_due_at <= now):
        found.next_due_at = _latest_due(row, _message_of(found), now)
    refuse(_gaps(row, _message_of(found), state, now))
    digest = blake2b(found.body.encode(), digest_size=16).hexdigest()
    Approval.objects.create(update=found, by=published_name(by), at=now, digest=digest)
    _publish(row, found, by=by, now=now)


def _message_of(found: Update) -> Message:
    facts = {name: found.answers.get(name) for name in effects.FACTS}
    urgency = found.answers.get("urgency")
    return Message(
        body=found.body, state=State(found.state), next_due_at=found.next_due_at, at=None,
        name=found.answers.get("name"), urgency=Urgency(urgency) if urgency else None, **facts,
    )  # fmt: skip


def _publish(row: Incident, found: Update, *, by: Actor, now: datetime) -> None:
    found.published_at = now
    if not found.is_backdated:  # said when it is published, not when it was written
        others = Update.objects.filter(incident=row, published_at__isnull=False)
        last = others.exclude(pk=found.pk).order_by("-at").first()
        found.at = after(now, last.at if last else None)
    found.save(update_fields=["published_at", "next_due_at", "at"])
    row.confirm_at = None
    effects.take_effect(row, found, by=by, now=now)
    changed(row, now=now)
    alarming.spoken(row, by=published_name(by), now=now)
    _trail(row, found, by, now, "published")


def _trail(row: Incident, found: Update, by: Actor, now: datetime, verb: str) -> None:
    trail(actor=by, verb=f"{verb} an update of", thing="incident", thing_id=row.uid, now=now,
          after={"update": found.uid, "state": found.state, "body": found.body,
                 **found.answers})  # fmt: skip


def _discarded(uid: str, by: Actor, now: datetime, *, at: datetime | None, verb: str) -> None:
    found = Update.objects.filter(uid=uid).first()
    row = held(found.incident.uid if found else uid)
    if (found.published_at if found else row.listed_at) is not None:
        raise NotAllowed("it is published; what was public is corrected, not thrown away")
    if found and at is None and row.listed_at is not None:
        _check_state(row, State(found.state), again=False)
    thing = found or row
    thing.discarded_at = at
    thing.save(update_fields=["discarded_at"])
    if found is None:
        clocks.silence(row, at=at)
    trail(actor=by, verb=verb, thing="update" if found else "incident", thing_id=uid, now=now)
