"""What the clock does: reminders, escalations, maintenance that begins and ends, drafts."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from troth.incidents.actions import alarming, messaging
from troth.incidents.actions.asked import NotAllowed
from troth.incidents.actions.clocks import UPDATE
from troth.incidents.actions.keeping import held
from troth.incidents.actions.maintaining import advance
from troth.incidents.actions.repeating import plan_ahead
from troth.incidents.actions.speaking import publish
from troth.incidents.models import Clock, Incident, Maintenance, Overdue, Role, Series
from troth.incidents.queries import house
from troth.incidents.rules.publishing import NotReady
from troth.incidents.rules.results import State

REMINDER, ESCALATION = "reminder", "escalation"
_PLAN_EVERY = timedelta(days=1)


def is_ringing(*, now: datetime) -> bool:
    """Return whether time alone has made something due: what an idle worker asks."""
    return (
        Clock.objects.filter(ring_at__lte=now).exists()
        or Maintenance.objects.filter(Q(move_at__lte=now) | Q(remind_at__lte=now)).exists()
        or Incident.objects.filter(confirm_at__lte=now).exists()
        or Series.objects.filter(ended_at=None).filter(_behind(now)).exists()
    )


def ring(*, now: datetime) -> int:
    """Do all that is due by now; return how much. Each thing is claimed by its row."""
    done = sum(_rung(pk, now) for pk in _due(Clock, Q(ring_at__lte=now)))
    done += sum(_reminded(pk, now) for pk in _due(Maintenance, Q(remind_at__lte=now)))
    moving = Maintenance.objects.filter(move_at__lte=now).order_by("move_at")
    done += sum(advance(uid=uid, now=now) for uid in moving.values_list("incident__uid", flat=True))
    drafts = Incident.objects.filter(confirm_at__lte=now).order_by("confirm_at")
    done += sum(_confirmed(uid, now) for uid in drafts.values_list("uid", flat=True))
    behind = Series.objects.filter(ended_at=None).filter(_behind(now))
    return done + sum(plan_ahead(uid=uid, now=now) for uid in behind.values_list("uid", flat=True))


def _behind(now: datetime) -> Q:
    from troth.incidents.actions.repeating import AHEAD  # the same span that a series plans

    return Q(planned_until=None) | Q(planned_until__lte=now + AHEAD - _PLAN_EVERY)


def _due(model: type[Clock] | type[Maintenance], due: Q) -> list[int]:
    return list(model.objects.filter(due).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _rung(pk: int, now: datetime) -> int:
    """Leave the fact that something is due soon, or late; the clock that was answered is silent."""
    row = held(Clock.objects.values_list("incident__uid", flat=True).get(pk=pk))
    clock = Clock.objects.select_for_update().get(pk=pk)
    if clock.ring_at is None or clock.ring_at > now or clock.resolved_at or clock.void_at:
        Clock.objects.filter(pk=pk, ring_at__lte=now).update(ring_at=None)
        return 0
    grid = house.grid()
    late_at = clock.due_at + (grid.escalate if clock.kind == UPDATE else timedelta(0))
    is_late = now >= late_at
    clock.ring_at = None if is_late else late_at
    clock.save(update_fields=["ring_at"])
    step, role = (ESCALATION, "commander") if is_late else (REMINDER, "liaison")
    return _fact(row, clock.kind, step, role, due_at=clock.due_at, now=now)


@transaction.atomic
def _reminded(pk: int, now: datetime) -> int:
    row = held(Incident.objects.values_list("uid", flat=True).get(pk=pk))
    plan = Maintenance.objects.select_for_update().get(pk=pk)
    if plan.remind_at is None or plan.remind_at > now or row.state != State.SCHEDULED:
        return 0
    plan.remind_at = None
    plan.save(update_fields=["remind_at"])
    messaging.remind(row, now=now)
    due_at = plan.scheduled_for
    return _fact(row, "maintenance", REMINDER, "liaison", due_at=due_at, now=now)


def _fact(  # noqa: PLR0913 - the parts of a fact
    row: Incident, what: str, step: str, role: str, *, due_at: datetime, now: datetime
) -> int:
    holder = Role.objects.filter(incident=row, role=role, until=None).first()
    fact, is_new = Overdue.objects.get_or_create(
        incident=row, what=what, step=step, due_at=due_at,
        defaults={"role": role, "to": holder.person if holder else "", "at": now},
    )  # fmt: skip
    if is_new:
        alarming.due(row, fact, now=now)
    return int(is_new)


@transaction.atomic
def _confirmed(uid: str, now: datetime) -> int:
    """Publish a draft that lasted long enough; one that lacks an answer waits for a person."""
    row = held(uid)
    if row.confirm_at is None or row.confirm_at > now:
        return 0
    Incident.objects.filter(pk=row.pk).update(confirm_at=None)
    if row.listed_at is not None or row.discarded_at is not None:
        return 0
    try:
        publish(uid=uid, by="the installation", now=now)
    except (NotReady, NotAllowed):
        return 0
    return 1
