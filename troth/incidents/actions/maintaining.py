"""Maintenance: announce, move, cancel; start, verify and end it by the clock or by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from troth.components import actions as components
from troth.components.rules.results import Cause, Status
from troth.incidents.actions import clocks, effects
from troth.incidents.actions.asked import Message, NotAllowed, after, new_uid, refuse
from troth.incidents.actions.keeping import changed, held, once
from troth.incidents.actions.overrunning import overrun, relieve_overrun
from troth.incidents.actions.speaking import announce
from troth.incidents.models import Incident, Maintenance, Series, Update, UpdateImpact
from troth.incidents.queries import house
from troth.incidents.queries.watching import is_still_down
from troth.incidents.rules import maintenance, prose, publishing
from troth.incidents.rules.maintenance import Move, Plan
from troth.incidents.rules.publishing import Gap
from troth.incidents.rules.results import Impact, Kind, State, Urgency
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor, published_name

_SAID = {
    State.IN_PROGRESS: "The planned work has begun.",
    State.VERIFYING: "The planned work is done. We are checking that everything works.",
    State.COMPLETED: "The planned work is complete.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """A maintenance as it is announced. `components` maps uid or slug to a status.

    The status is what the component is while it lasts: under maintenance, or what it is for those
    who use it meanwhile.
    """

    name: str
    body: str
    scheduled_for: datetime
    scheduled_until: datetime
    affects: str
    components: Mapping[str, Status] = field(default_factory=dict)
    auto_start: bool = True
    auto_complete: bool = True
    verify: timedelta = timedelta(0)
    audiences: tuple[str, ...] = ()
    notify: bool = True


@transaction.atomic
def schedule(
    *, planning: Planning, by: Actor, now: datetime, token: str = "", series: Series | None = None
) -> Incident:
    """Announce a maintenance. Less notice than promised is possible, and counts as downtime.

    Raises NotReady with every gap.
    """
    uid = once(
        token=token, verb="schedule", now=now, do=lambda: _scheduled(planning, by, now, series)
    )
    return Incident.objects.get(uid=uid)


@transaction.atomic
def reschedule(  # noqa: PLR0913 - which, to when, who and why, all named
    *, uid: str, scheduled_for: datetime | None = None, scheduled_until: datetime, body: str,
    by: Actor, now: datetime,
) -> Incident:  # fmt: skip
    """Move a window. One that lies inside the announced one keeps its announcement.

    While it goes on, only its end moves; what is added then was not announced in time. Raises
    NotReady, NotAllowed.
    """
    row, plan = _held(uid)
    was = plan_of(plan)
    starts_at = scheduled_for or plan.scheduled_for
    if row.state != State.SCHEDULED and starts_at != plan.scheduled_for:
        raise NotAllowed("it has begun; only its end can move")
    wanted = Plan(starts_at=starts_at, ends_at=scheduled_until, auto_start=was.auto_start,
                  auto_complete=was.auto_complete, verify=was.verify)  # fmt: skip
    refuse(maintenance.gaps(wanted, now=now))
    if row.state == State.SCHEDULED:
        _announce_window(row, plan, wanted, now)
    elif scheduled_until > was.ends_at:
        _extend(row, was.ends_at, scheduled_until, by=by, now=now)
    plan.scheduled_until = scheduled_until
    _set_clock(plan, row, now=now)
    announce(row, Message(body=body), by=by, now=now)
    trail(actor=by, verb="moved", thing="incident", thing_id=uid, now=now,
          before={"from": was.starts_at, "until": was.ends_at},
          after={"from": starts_at, "until": scheduled_until, "in_time": plan.in_time})  # fmt: skip
    return row


@transaction.atomic
def cancel(*, uid: str, body: str, by: Actor, now: datetime) -> Incident:
    """Say that a maintenance that has not begun does not happen. Raises NotAllowed."""
    row, plan = _held(uid)
    if row.state != State.SCHEDULED:
        raise NotAllowed("it has begun; complete it instead")
    plan.cancelled_at, plan.move_at, plan.remind_at = now, None, None
    plan.save()
    announce(row, Message(body=body, state=State.COMPLETED), by=by, now=now)
    return row


@transaction.atomic
def go_on(*, uid: str, state: State, body: str = "", by: Actor, now: datetime) -> Incident:
    """Start, verify or complete a maintenance by hand. Raises NotAllowed."""
    row, plan = _held(uid)
    if state not in _SAID or state == row.state:
        raise NotAllowed(f"it is {row.state}; {state} cannot follow")
    if row.state == State.COMPLETED:
        raise NotAllowed("it is over; plan another one")
    _moved(row, plan, Move(now, state), body=body, by=by, now=now)
    return row


@transaction.atomic
def advance(*, uid: str, now: datetime) -> int:
    """Do what the clock does of a maintenance until now; return how many moves."""
    row, plan = _held(uid)
    moves = 0
    while (move := _next(row, plan)) is not None and move.at <= now:
        if move.state is State.COMPLETED and is_still_down(_uids(row)):
            move = Move(move.at, State(row.state), is_overrun=True)
        _moved(row, plan, move, body="", by=None, now=now)
        moves += 1
    if not moves:
        _set_clock(plan, row, now=now)
    return moves


def plan_of(plan: Maintenance) -> Plan:
    return Plan(
        starts_at=plan.scheduled_for, ends_at=plan.scheduled_until, auto_start=plan.auto_start,
        auto_complete=plan.auto_complete, verify=timedelta(seconds=plan.verify_seconds),
    )  # fmt: skip


def _scheduled(planning: Planning, by: Actor, now: datetime, series: Series | None) -> str:
    wanted = Plan(
        starts_at=planning.scheduled_for, ends_at=planning.scheduled_until,
        auto_start=planning.auto_start, auto_complete=planning.auto_complete,
        verify=planning.verify,
    )  # fmt: skip
    name, body, affects = map(prose.tidy, (planning.name, planning.body, planning.affects))
    refuse(_gaps(name, body, affects) + maintenance.gaps(wanted, now=now))
    named = effects.named(planning.components)
    row = Incident.objects.create(
        uid=new_uid(), kind=Kind.MAINTENANCE, name=name, state=State.SCHEDULED,
        impact=Impact.MAINTENANCE, urgency=Urgency.ROUTINE, affects=affects,
        started_at=planning.scheduled_for, created_at=now, updated_at=now,
        audiences_said=list(planning.audiences), origin="series" if series else "person",
        by=published_name(by),
    )  # fmt: skip
    plan = Maintenance(
        incident=row, scheduled_for=wanted.starts_at, scheduled_until=wanted.ends_at,
        auto_start=wanted.auto_start, auto_complete=wanted.auto_complete,
        verify_seconds=int(wanted.verify.total_seconds()), series=series,
    )  # fmt: skip
    row.maintenance = plan
    _announce_window(row, plan, wanted, now)
    _set_clock(plan, row, now=now)
    announce(row, Message(body=body, notify=planning.notify, since=wanted.starts_at, impacts={
        uid: status for uid, (_label, status) in named.items()}), by=by, now=now)  # fmt: skip
    trail(actor=by, verb="announced", thing="incident", thing_id=row.uid, now=now,
          after={"name": name, "from": wanted.starts_at, "until": wanted.ends_at,
                 "in_time": plan.in_time})  # fmt: skip
    return row.uid


def _gaps(name: str, body: str, affects: str) -> tuple[Gap, ...]:
    long = publishing.too_long({"name": name, "body": body, "affects": affects})
    said = (("name", name, "give it a name"), ("body", body, "say what is planned"),
            ("affects", affects, "say who is affected"))  # fmt: skip
    return long + tuple(Gap(field, message) for field, text, message in said if not text)


def _announce_window(row: Incident, plan: Maintenance, wanted: Plan, now: datetime) -> None:
    """Take over a window and judge whether it was announced in time."""
    was = plan_of(plan) if plan.announced_at else None
    notice = house.grid().notice
    plan.announced_at = maintenance.announced_after(
        was, wanted, announced_at=plan.announced_at, at=now
    )
    moved = plan.scheduled_for != wanted.starts_at
    plan.scheduled_for, plan.scheduled_until = wanted.starts_at, wanted.ends_at
    plan.in_time = maintenance.is_in_time(
        announced_at=plan.announced_at, starts_at=wanted.starts_at, notice=notice
    )
    plan.save()
    clocks.announced(row, plan, notice=notice)
    row.started_at = wanted.starts_at
    if moved:
        row.listed_at = wanted.starts_at
        UpdateImpact.objects.filter(update__incident=row).update(since=wanted.starts_at)


def _extend(
    row: Incident, starts_at: datetime, ends_at: datetime, *, by: Actor, now: datetime
) -> None:
    """Let components be under maintenance for longer: that part counts as downtime."""
    present = {one.component: one.status for one in effects.said_of(row)}
    components.affect(
        components=present, ref=row.uid, cause=Cause.MAINTENANCE, announced=False,
        at=max(starts_at, now), until=ends_at, by=by, now=now,
    )  # fmt: skip


def _held(uid: str) -> tuple[Incident, Maintenance]:
    row = held(uid)
    if row.kind != Kind.MAINTENANCE:
        raise NotAllowed("this is no maintenance")
    return row, row.maintenance


def _next(row: Incident, plan: Maintenance) -> Move | None:
    if plan.cancelled_at is not None:
        return None
    return maintenance.next_move(
        plan_of(plan), State(row.state), has_overrun=plan.overrun_id is not None
    )


def _moved(  # noqa: PLR0913 - the parts of a move
    row: Incident, plan: Maintenance, move: Move, *, body: str, by: Actor, now: datetime
) -> None:
    if move.is_overrun:
        plan.overrun = overrun(row, at=move.at, by=by, now=now)
    else:
        _begin_or_end(row, plan, move)
        last = Update.objects.filter(incident=row).order_by("-at").first()
        message = Message(
            body=prose.tidy(body) or _SAID[move.state], state=move.state,
            at=after(move.at, last.at if last else None), impacts=_planned(row, move),
        )  # fmt: skip
        announce(row, message, by=by, now=now)
        if move.state is State.COMPLETED:
            relieve_overrun(plan, by=by, now=now)
    _set_clock(plan, row, now=now)
    if move.is_overrun:
        changed(row, now=now)


def _begin_or_end(row: Incident, plan: Maintenance, move: Move) -> None:
    if move.state is State.IN_PROGRESS and plan.began_at is None:
        plan.began_at = row.started_at = row.listed_at = move.at
        UpdateImpact.objects.filter(update__incident=row).update(since=move.at)
    if move.state is State.COMPLETED:
        plan.ended_at = move.at
    plan.save()


def _planned(row: Incident, move: Move) -> dict[str, Status]:
    if move.state is not State.IN_PROGRESS:
        return {}
    return {one.component: one.status for one in effects.said_of(row)}


def _uids(row: Incident) -> list[str]:
    said = UpdateImpact.objects.filter(update__incident=row)
    return sorted(set(said.values_list("component", flat=True)))


def _set_clock(plan: Maintenance, row: Incident, *, now: datetime) -> None:
    move = _next(row, plan)
    plan.move_at = move.at if move else None
    remind = plan.scheduled_for - house.grid().maintenance_reminder
    if row.state == State.SCHEDULED and plan.cancelled_at is None and now < plan.scheduled_for:
        plan.remind_at = remind
    else:
        plan.remind_at = None
    plan.save()
