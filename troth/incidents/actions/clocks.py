"""Clocks: what we must say by when. Each change of one becomes a signal that promises judge."""

from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from troth.incidents.models import Clock, Incident, Maintenance, Update
from troth.incidents.queries import house
from troth.incidents.rules.results import Kind, Urgency

UPDATE, BREACH, MAINTENANCE = "incident.update", "breach.notice", "maintenance.notice"
POSTMORTEM = "postmortem.publication"
_BREACH_REMINDER = timedelta(hours=12)
_POSTMORTEM_REMINDER = timedelta(days=1)


def spoken(row: Incident, update: Update, *, now: datetime) -> None:
    """Answer the clock that ran, and start the next one where another update is due.

    Both by `now`, when it really was published: a back-dated message keeps no promise.
    """
    answer(row, kind=UPDATE, at=now)
    if update.next_due_at is None or row.kind == Kind.MAINTENANCE or row.backfilled:
        return
    grid = house.grid()
    start(
        row, kind=UPDATE, key=f"{row.uid}/{update.uid}", happened_at=now,
        due_at=update.next_due_at, ring_at=max(now, update.next_due_at - grid.remind),
    )  # fmt: skip


def aware(row: Incident, *, aware_at: datetime, due_at: datetime) -> None:
    """Start the 72 hours of a breach, or set them right."""
    start(
        row, kind=BREACH, key=f"{row.uid}/breach", happened_at=aware_at, due_at=due_at,
        ring_at=due_at - _BREACH_REMINDER,
    )  # fmt: skip


def resolved(row: Incident, *, at: datetime) -> None:
    """Start the clock of a post-mortem where its date is promised."""
    grid = house.grid()
    if row.backfilled or row.kind == Kind.MAINTENANCE:
        return
    if row.postmortem_due is None and grid.promise_postmortem and row.urgency == Urgency.URGENT:
        row.postmortem_due = at + grid.postmortem
    if row.postmortem_due is not None:
        start(
            row, kind=POSTMORTEM, key=f"{row.uid}/postmortem", happened_at=at,
            due_at=row.postmortem_due, ring_at=row.postmortem_due - _POSTMORTEM_REMINDER,
        )  # fmt: skip


def announced(row: Incident, plan: Maintenance, *, notice: timedelta) -> None:
    """Tell when a window was announced and until when it had to be."""
    if plan.announced_at is None:
        return
    start(
        row, kind=MAINTENANCE, key=f"{row.uid}/notice", happened_at=plan.announced_at,
        due_at=plan.scheduled_for - notice, resolved_at=plan.announced_at,
    )  # fmt: skip


def start(  # noqa: PLR0913 - the parts of a clock, all named
    row: Incident, *, kind: str, key: str, happened_at: datetime, due_at: datetime,
    resolved_at: datetime | None = None, ring_at: datetime | None = None,
) -> None:  # fmt: skip
    """Make a clock, or a new version of it."""
    values = {
        "incident": row, "kind": kind, "happened_at": happened_at, "due_at": due_at,
        "resolved_at": resolved_at, "void_at": None, "ring_at": ring_at,
        "segment": _segment(row),
    }  # fmt: skip
    clock, is_new = Clock.objects.get_or_create(key=key, defaults=values)
    if not is_new:
        for name, value in values.items():
            setattr(clock, name, value)
        clock.version += 1
        clock.save()


def answer(row: Incident, *, kind: str, at: datetime) -> int:
    """Say that what an incident's clocks of a kind ask for was done at `at`."""
    return _running(row, kind).update(resolved_at=at, ring_at=None, version=F("version") + 1)


def cancel(row: Incident, *, at: datetime, kinds: tuple[str, ...]) -> None:
    """Say that what clocks ask for need not be done: they count no longer."""
    for kind in kinds:
        _running(row, kind).update(void_at=at, ring_at=None, version=F("version") + 1)


def silence(row: Incident, *, at: datetime | None) -> None:
    """Let the clocks of a draft that is thrown away count no longer; None: count again."""
    waiting = Clock.objects.filter(incident=row, resolved_at=None)
    waiting.update(void_at=at, version=F("version") + 1)


def _running(row: Incident, kind: str) -> QuerySet[Clock]:
    return Clock.objects.filter(incident=row, kind=kind, resolved_at=None, void_at=None)


def _segment(row: Incident) -> dict[str, str]:
    return {"urgency": row.urgency, "impact": row.impact, "kind": row.kind}
