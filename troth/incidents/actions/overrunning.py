"""A maintenance that goes on after its end is an incident."""

from datetime import datetime

from troth.components.rules.results import Status
from troth.incidents.actions import effects
from troth.incidents.actions.asked import Message, Opening
from troth.incidents.actions.keeping import held
from troth.incidents.actions.relating import link
from troth.incidents.actions.speaking import announce, open_
from troth.incidents.models import Incident, Maintenance
from troth.incidents.rules import states
from troth.incidents.rules.results import State
from troth.staff.actions.audit import Actor

_BODY = (
    "The planned work “{name}” was to end at {until} and goes on. We will say here how long it "
    "takes."
)


def overrun(row: Incident, *, at: datetime, by: Actor, now: datetime) -> Incident:
    """Open the incident that a maintenance has become at `at`: what goes on counts as downtime.

    It is public at once, unless two people publish here.
    """
    until = at.strftime("%Y-%m-%d %H:%M UTC")
    said = {one.component: _while_it_lasts(one.status) for one in effects.said_of(row)}
    message = Message(
        body=_BODY.format(name=row.name, until=until), impacts=said, state=State.IDENTIFIED,
        problem=f"The planned work “{row.name}” takes longer than announced.",
        affects=row.affects or "Everyone who uses what is under maintenance.",
        workaround="None known.",
    )  # fmt: skip
    opening = Opening(
        name=f"{row.name}: longer than planned"[:200], message=message, started_at=at,
        audiences=tuple(row.audiences_said), origin="overrun", opened_for=f"maintenance:{row.uid}",
    )  # fmt: skip
    found = open_(opening=opening, by=by, now=now, publish=True)
    link(uid=row.uid, other=found.uid, by=by, now=now)
    row.refresh_from_db()
    return found


def relieve_overrun(plan: Maintenance, *, by: Actor, now: datetime) -> None:
    """Say on the incident of an overrun that the work is done. People say that it is resolved."""
    if plan.overrun is None:
        return
    row = held(plan.overrun.uid)
    if row.listed_at is None or row.merged_into_id or State(row.state) in states.OVER:
        return
    works = {one.component: Status.OPERATIONAL for one in effects.said_of(row)}
    message = Message(
        body="The planned work is complete. We are watching whether everything works.",
        state=State.MONITORING, impacts=works,
    )  # fmt: skip
    announce(row, message, by=by, now=now)


def _while_it_lasts(status: Status) -> Status:
    """Return how a component is in an overrun: under maintenance means that it is not there."""
    return Status.MAJOR if status is Status.MAINTENANCE else status
