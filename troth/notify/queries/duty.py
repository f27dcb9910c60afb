"""Who is on call: routes, escalations, and what rings now."""

from collections.abc import Sequence
from dataclasses import dataclass

from troth.notify import catalogue
from troth.notify.models import Alarm, Escalation, Subscription
from troth.notify.queries.routes import OF_FILES
from troth.notify.rules import escalating, families
from troth.notify.rules.events import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where our own people are rung or we post. `to` is an address mostly hidden, or an outlet."""

    uid: str
    name: str
    channel: str
    to: str
    hears: tuple[str, ...]
    floor: Severity
    state: str
    problem: str
    is_of_files: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    after_minutes: int
    routes: tuple[str, ...]  # names; one that has ended says so


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationShown:
    slug: str
    name: str
    floor: Severity
    keys: tuple[str, ...]
    steps: tuple[StepShown, ...]
    managed_by: str


def routes() -> list[Route]:
    rows = Subscription.objects.filter(is_ours=True, ended_at=None)
    found = rows.select_related("contact", "outlet").order_by("note", "pk")
    return [_route(row) for row in found]


def escalations() -> list[EscalationShown]:
    names = {one.uid: one.name for one in routes()}
    rows = Escalation.objects.filter(retired_at=None).order_by("name")
    return [
        EscalationShown(
            slug=row.slug, name=row.name, floor=Severity(row.floor), keys=tuple(row.keys),
            steps=_steps(row, names), managed_by=row.managed_by,
        )
        for row in rows
    ]  # fmt: skip


def ringing() -> Sequence[Alarm]:
    """Return alarms that nobody has taken and that are not over, the longest ringing first."""
    rows = Alarm.objects.filter(acknowledged_at=None, cleared_at=None)
    return list(rows.select_related("thread", "escalation").order_by("raised_at")[:200])


def to_be_rung(thread: int) -> tuple[str, ...]:
    """Return the routes (uids) that a step of an alarm of this thread (its id) has yet to ring."""
    rows = Alarm.objects.filter(thread=thread, acknowledged_at=None, cleared_at=None)
    waiting = (
        uid
        for row in rows.select_related("escalation")
        for step in escalating.steps_of(row.escalation.steps)[row.step :]
        for uid in step.readers
    )
    return tuple(dict.fromkeys(waiting))


def _steps(row: Escalation, names: dict[str, str]) -> tuple[StepShown, ...]:
    return tuple(
        StepShown(
            after_minutes=int(step.after.total_seconds() // 60),
            routes=tuple(names.get(uid, "a route that has ended") for uid in step.readers),
        )
        for step in escalating.steps_of(row.steps)
    )


def _route(row: Subscription) -> Route:
    channel = catalogue.all_channels().get(row.contact.channel)
    return Route(
        uid=row.uid, name=row.note or row.uid,
        channel=channel.label if channel else row.contact.channel,
        to=row.outlet.name if row.outlet else row.contact.shown,
        hears=tuple(families.heard_names(row.events)), floor=Severity(row.floor),
        state=row.state, is_of_files=row.uid.startswith(OF_FILES),
        problem="its messages keep failing" if row.failing_since else "",
    )  # fmt: skip
