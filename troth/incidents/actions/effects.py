"""What a published update does: to the incident, to components, to clocks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from troth.components import actions as components
from troth.components.queries.labels import Label, labels
from troth.components.rules.results import Cause, Status
from troth.incidents.actions import clocks, lapsing
from troth.incidents.actions.asked import refuse
from troth.incidents.models import Incident, Postmortem, ShownTo, Update, UpdateImpact
from troth.incidents.queries.budgets import burned
from troth.incidents.queries.showing import sayings
from troth.incidents.rules import impact, spans, states, whole
from troth.incidents.rules.cadence import urgency_of
from troth.incidents.rules.publishing import Gap
from troth.incidents.rules.results import Impact, Kind, State
from troth.incidents.rules.spans import Saying
from troth.incidents.rules.whole import Word
from troth.staff.actions.audit import Actor

FACTS = ("problem", "affects", "workaround", "recovery", "data_loss")


def take_effect(row: Incident, update: Update, *, by: Actor, now: datetime) -> None:
    """Let an update that is published now change the incident. The caller saves it."""
    first, was_open = row.listed_at is None, State(row.state) not in states.OVER
    _facts(row, update)
    _state(row, update)
    said = said_of(row)
    judge(row, said)
    if first:
        row.published_at = row.published_at or now
        row.listed_at = row.listed_at or row.started_at
    restrict(row, said)
    _components(row, update, by=by, now=now)
    clocks.spoken(row, update, now=now)
    if row.state in states.OVER and not first:
        lapsing.after_the_end(row, was_open=was_open, by=by, now=now)
    if update.state == State.RESOLVED and row.resolved_at == update.at:
        clocks.resolved(row, at=now)
    elif State(update.state) not in states.OVER:
        clocks.cancel(row, at=now, kinds=(clocks.POSTMORTEM,))


def said_of(row: Incident) -> list[Saying]:
    """Return what the published updates of an incident say of components."""
    updates = list(
        Update.objects.filter(incident=row, published_at__isnull=False).order_by("at", "id")
    )
    of: dict[int, list[UpdateImpact]] = {}
    for one in UpdateImpact.objects.filter(update__in=updates).order_by("id"):
        of.setdefault(one.update_id, []).append(one)
    return sayings(updates, of)


def judge(row: Incident, said: Sequence[Saying]) -> None:
    """Set the impact by the worst of its components, and the urgency, unless a person said so."""
    worst = impact.impact_of(Kind(row.kind), spans.at_worst(said).values())
    row.impact = row.impact_said or worst
    row.urgency = row.urgency or urgency_of(Impact(row.impact))


def named(impacts: Mapping[str, Status]) -> dict[str, tuple[Label, Status]]:
    """Return the components by uid, which may be given by slug. Raises NotReady for unknown."""
    found = labels(impacts)
    unknown = [name for name in impacts if name not in found]
    refuse(tuple(Gap("impacts", f"there is no component “{name[:40]}”") for name in unknown))
    return {found[name].uid: (found[name], status) for name, status in impacts.items()}


def tell_again(row: Incident, *, by: Actor, now: datetime, is_first: bool = False) -> None:
    """Say everything of components anew, where the past was set right; or for the first time."""
    if not is_first:
        components.withdraw(ref=row.uid, now=now)
    if row.discarded_at is not None or row.listed_at is None:
        return
    _affect(row, said_of(row), by=by, now=now)
    _affect_whole(row, by=by, now=now)
    ended_at = row.resolved_at or row.merged_at
    if ended_at is not None:
        components.relieve(ref=row.uid, at=ended_at, now=now)
    told = Postmortem.objects.filter(incident=row, published_at__isnull=False)
    if told.exists():
        told.update(budget_seconds=burned(row))


def _affect(row: Incident, said: Sequence[Saying], *, by: Actor, now: datetime) -> None:
    """Tell components in the order of time; what begins together is told together."""
    in_order = sorted(said, key=lambda saying: (saying.at, saying.update))
    for (at, _), together in groupby(in_order, key=lambda saying: (saying.at, saying.update)):
        components.affect(
            components={one.component: one.status for one in together}, ref=row.uid, at=at,
            by=by, now=now, **_cause(row, at),
        )  # fmt: skip


def _affect_whole(row: Incident, *, by: Actor, now: datetime) -> None:
    """Let an incident speak of the whole while it names no component, as bad as it is."""
    if row.kind == Kind.MAINTENANCE:
        return
    said = Impact(row.impact_said or Impact.NONE)
    for at, status in whole.changes(_words(row), since=row.started_at, said=said):
        components.affect(
            components={}, whole=status, ref=row.uid, at=at, by=by, now=now
        )  # fmt: skip


def _words(row: Incident) -> list[Word]:
    updates = Update.objects.filter(incident=row, published_at__isnull=False)
    rows = list(updates.order_by("at", "id"))
    bad = UpdateImpact.objects.filter(update__in=rows).exclude(status=Status.OPERATIONAL)
    naming = set(bad.values_list("update_id", flat=True))
    last = max((n for n, one in enumerate(rows) if State(one.state) not in states.OVER), default=-1)
    return [
        Word(
            at=one.at, impact=Impact(one.answers["impact"]) if "impact" in one.answers else None,
            is_over=State(one.state) in states.OVER and number < last, names=one.pk in naming,
        )
        for number, one in enumerate(rows)
    ]  # fmt: skip


def _cause(row: Incident, at: datetime) -> dict[str, Any]:
    """Return who says so: a maintenance ends with its window, and counts if announced late."""
    if row.kind != Kind.MAINTENANCE:
        return {"cause": Cause.INCIDENT}
    plan = row.maintenance
    until = plan.scheduled_until if plan.scheduled_until > at else None
    return {"cause": Cause.MAINTENANCE, "announced": bool(plan.in_time), "until": until}


def _facts(row: Incident, update: Update) -> None:
    for name, value in update.answers.items():
        if name in (*FACTS, "name", "urgency"):
            setattr(row, name, value)
    row.impact_said = update.answers.get("impact", row.impact_said)
    due = update.answers.get("postmortem_due")
    if due:
        row.postmortem_due = datetime.fromisoformat(due)


def _state(row: Incident, update: Update) -> None:
    state = State(update.state)
    row.state = state
    row.next_due_at = None if state in states.OVER else update.next_due_at
    if state is State.IDENTIFIED:
        row.identified_at = row.identified_at or update.at
    elif state is State.MONITORING:
        row.monitoring_at = row.monitoring_at or update.at
    if state not in states.OVER:
        row.resolved_at = None
    elif row.resolved_at is None:
        row.resolved_at = update.at


def restrict(row: Incident, said: Sequence[Saying]) -> None:
    """Show it to those who may see its components, where nobody said who may see it."""
    own = list(row.audiences_said)
    if not own and said:
        found = labels({one.component for one in said}).values()
        if found and all(label.audiences for label in found):
            own = sorted({name for label in found for name in label.audiences})
    row.audiences, row.restricted = own, bool(own)
    ShownTo.objects.filter(incident=row).exclude(audience__in=own).delete()
    ShownTo.objects.bulk_create(
        [ShownTo(incident=row, audience=name) for name in own], ignore_conflicts=True
    )


def _components(row: Incident, update: Update, *, by: Actor, now: datetime) -> None:
    if update.state == State.SCHEDULED:
        return  # it speaks of what will be
    if State(update.state) in states.OVER:
        components.relieve(ref=row.uid, at=update.at, now=now)
        return
    _affect(row, [one for one in said_of(row) if one.update == update.pk], by=by, now=now)
    _affect_whole(row, by=by, now=now)
