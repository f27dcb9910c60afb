"""After it is over: post-mortems and what is to follow."""

from django.http import HttpRequest
from ninja import Schema, Status
from pydantic import Field

from troth.core.moments import Instant
from troth.incidents import actions
from troth.incidents.api import found
from troth.incidents.api.asked import Asked, text
from troth.incidents.api.found import WRITE, Token, Uid, router
from troth.incidents.api.schemas import MadeOut
from troth.incidents.rules.publishing import LONGEST


class PartsIn(Schema):
    """Markdown; parts that are left out stay as they are."""

    apology: str | None = text()
    cause: str | None = text()
    fix: str | None = text()
    prevention: str | None = text()


class FollowUpIn(Schema):
    text: str = Field(min_length=1, max_length=LONGEST)
    owner: str = Field("", max_length=200)
    due: Instant | None = None


class NumberOut(Schema):
    number: int


@router.put("/incidents/{uid}/postmortem", response=MadeOut, auth=WRITE)
def write_postmortem(request: HttpRequest, uid: Uid, asked: PartsIn) -> MadeOut:
    """Write parts of the post-mortem: apology, cause, fix, prevention."""
    parts = asked.dict(exclude_none=True)
    found.done(lambda: actions.write_postmortem(uid=uid, parts=parts, **Asked(request).both))
    return found.made(uid)


@router.post("/incidents/{uid}/postmortem/publication", response=MadeOut, auth=WRITE)
def publish_postmortem(request: HttpRequest, uid: Uid) -> MadeOut:
    """Publish it; each part that is empty is named. A second time changes nothing."""
    found.done(lambda: actions.publish_postmortem(uid=uid, **Asked(request).both))
    return found.made(uid)


@router.post("/incidents/{uid}/follow-ups", response={201: NumberOut}, auth=WRITE)
def promise_follow_up(
    request: HttpRequest, uid: Uid, asked: FollowUpIn, token: Token
) -> Status[NumberOut]:
    """Say what will be done, by whom and until when."""
    said = {**asked.dict(), **Asked(request).both}

    def promise() -> str:
        return str(actions.promise_follow_up(uid=uid, **said).pk)

    return Status(201, NumberOut(number=int(found.once(token, "follow-up", promise))))


@router.post("/incidents/{uid}/follow-ups/{number}/completion", response={204: None}, auth=WRITE)
def complete_follow_up(request: HttpRequest, uid: Uid, number: int) -> Status[None]:
    """Say that it is done."""
    found.done(lambda: actions.complete_follow_up(follow_up=number, **Asked(request).both))
    return Status(204, None)


@router.delete("/incidents/{uid}/follow-ups/{number}/completion", response={204: None}, auth=WRITE)
def reopen_follow_up(request: HttpRequest, uid: Uid, number: int) -> Status[None]:
    """Say that it is not done after all."""
    found.done(lambda: actions.reopen_follow_up(follow_up=number, **Asked(request).both))
    return Status(204, None)
