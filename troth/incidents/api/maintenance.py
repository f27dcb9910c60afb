"""Planned work: announce, move, cancel, start and end it by hand."""

from datetime import timedelta

from django.http import HttpRequest
from ninja import Schema, Status
from pydantic import Field

from troth.components.rules.results import Status as Condition
from troth.core.moments import Instant
from troth.incidents import actions
from troth.incidents.api import found
from troth.incidents.api.asked import Asked
from troth.incidents.api.found import WRITE, Token, Uid, router
from troth.incidents.api.schemas import MadeOut
from troth.incidents.rules.publishing import LONGEST, LONGEST_NAME
from troth.incidents.rules.results import State


class PlanIn(Schema):
    """A maintenance. `components` maps uid or slug to what it is meanwhile."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    body: str = Field(min_length=1, max_length=LONGEST)
    affects: str = Field(min_length=1, max_length=LONGEST)
    scheduled_for: Instant
    scheduled_until: Instant
    components: dict[str, Condition] = Field({}, max_length=500)
    auto_start: bool = True
    auto_complete: bool = True
    verify: int = Field(0, ge=0, le=86_400, description="Seconds at the end, for checking.")
    audiences: list[str] = Field([], max_length=50)
    notify: bool = True


class WindowIn(Schema):
    scheduled_for: Instant | None = None
    scheduled_until: Instant
    body: str = Field(min_length=1, max_length=LONGEST)


class CancelIn(Schema):
    body: str = Field(min_length=1, max_length=LONGEST)


class StateIn(Schema):
    state: State
    body: str = Field("", max_length=LONGEST)


@router.post("/maintenance", response={201: MadeOut}, auth=WRITE)
def schedule_maintenance(request: HttpRequest, asked: PlanIn, token: Token) -> Status[MadeOut]:
    """Announce a maintenance. With less notice than promised it counts as downtime."""
    said = asked.dict(exclude={"verify", "audiences"})
    planning = actions.Planning(
        **said, verify=timedelta(seconds=asked.verify), audiences=tuple(asked.audiences)
    )
    row = found.done(
        lambda: actions.schedule(planning=planning, token=token, **Asked(request).both)
    )
    return Status(201, found.made(row.uid))


@router.put("/maintenance/{uid}/window", response=MadeOut, auth=WRITE)
def move_maintenance(request: HttpRequest, uid: Uid, asked: WindowIn) -> MadeOut:
    """Move a window; one inside the announced one keeps its announcement."""
    found.done(lambda: actions.reschedule(uid=uid, **asked.dict(), **Asked(request).both))
    return found.made(uid)


@router.post("/maintenance/{uid}/cancellation", response=MadeOut, auth=WRITE)
def cancel_maintenance(request: HttpRequest, uid: Uid, asked: CancelIn, token: Token) -> MadeOut:
    """Say that it does not happen."""
    both = Asked(request).both
    found.once(token, "cancel", lambda: actions.cancel(uid=uid, body=asked.body, **both))
    return found.made(uid)


@router.post("/maintenance/{uid}/state", response=MadeOut, auth=WRITE)
def go_on_with_maintenance(request: HttpRequest, uid: Uid, asked: StateIn, token: Token) -> MadeOut:
    """Start, verify or complete it by hand."""
    said = {"state": asked.state, "body": asked.body, **Asked(request).both}
    found.once(token, "step", lambda: actions.go_on(uid=uid, **said))
    return found.made(uid)
