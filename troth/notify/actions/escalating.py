"""Declaring who is rung when. Every change is in the trail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from troth.core.problems import DocumentError, Problem
from troth.notify.models import Escalation, Subscription
from troth.notify.rules import escalating
from troth.notify.rules.events import Severity
from troth.staff.actions import note as trail
from troth.staff.actions.audit import Actor


@transaction.atomic
def declare_escalation(  # noqa: PLR0913 - the parts of an escalation, all named
    *,
    slug: str,
    name: str,
    steps: Sequence[dict[str, Any]],
    author: Actor,
    now: datetime,
    floor: Severity = Severity.NONE,
    keys: Sequence[str] = (),
    managed_by: str = "",
) -> Escalation:
    """Make or change an escalation. Raises DocumentError naming the step that cannot be used."""
    _check(steps)
    values = {
        "name": name[:100], "steps": list(steps), "floor": int(floor), "keys": list(keys),
        "managed_by": managed_by, "retired_at": None,
    }  # fmt: skip
    row, _ = Escalation.objects.update_or_create(
        slug=slug, defaults=values, create_defaults={**values, "created_at": now}
    )
    trail(actor=author, verb="declared", thing="escalation", thing_id=slug, now=now, after=values)
    return row


def _check(steps: Sequence[dict[str, Any]]) -> None:
    try:
        wanted = {uid for step in escalating.steps_of(steps) for uid in step.readers}
    except ValueError as error:
        raise DocumentError((Problem("steps", str(error)),)) from error
    known = Subscription.objects.filter(uid__in=wanted, is_ours=True, ended_at=None)
    lacking = wanted - set(known.values_list("uid", flat=True))
    if lacking:
        raise DocumentError((Problem("steps", f"there is no route {min(lacking)}"),))


@transaction.atomic
def retire_escalation(*, row: Escalation, author: Actor, now: datetime) -> None:
    """Let it ring for nothing new; alarms that ring already go on."""
    Escalation.objects.filter(pk=row.pk, retired_at=None).update(retired_at=now)
    trail(actor=author, verb="retired", thing="escalation", thing_id=row.slug, now=now)
