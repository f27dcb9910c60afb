"""What may be said: open, update, resolve, set right. Each takes an Idempotency-Key."""

from django.http import HttpRequest
from ninja import Status

from troth.incidents import actions
from troth.incidents.api import found
from troth.incidents.api.asked import (
    Asked,
    CorrectionIn,
    EditIn,
    ImpactsIn,
    MessageIn,
    NoteIn,
    OpeningIn,
    OtherIn,
    RoleIn,
    UpdateIn,
)
from troth.incidents.api.found import WRITE, Token, Uid, router
from troth.incidents.api.schemas import MadeOut


@router.post("/incidents", response={201: MadeOut}, auth=WRITE)
def open_incident(request: HttpRequest, asked: OpeningIn, token: Token) -> Status[MadeOut]:
    """Open an incident: a draft, or with `publish` for everybody. Maintenance has its own."""
    row = found.done(
        lambda: actions.open_(
            opening=asked.opening(), publish=asked.publish, token=token, **Asked(request).both
        )
    )
    return Status(201, found.made(row.uid))


@router.post("/incidents/{uid}/publication", response=MadeOut, auth=WRITE)
def publish_incident(request: HttpRequest, uid: Uid, token: Token) -> MadeOut:
    """Publish a draft. What it lacks is named."""
    found.done(lambda: actions.publish(uid=uid, token=token, **Asked(request).both))
    return found.made(uid)


@router.put("/incidents/{uid}/draft", response=MadeOut, auth=WRITE)
def rewrite_draft(request: HttpRequest, uid: Uid, asked: MessageIn) -> MadeOut:
    """Write a draft anew; what is not public yet may change freely."""
    made = found.done(
        lambda: actions.redraft(uid=uid, message=asked.message(), **Asked(request).both)
    )
    return found.made(uid, made)


@router.delete("/incidents/{uid}/draft", response={204: None}, auth=WRITE)
def discard_draft(request: HttpRequest, uid: Uid) -> Status[None]:
    """Throw a draft away."""
    found.done(lambda: actions.discard(uid=uid, **Asked(request).both))
    return Status(204, None)


@router.post("/incidents/{uid}/updates", response={201: MadeOut}, auth=WRITE)
def update_incident(
    request: HttpRequest, uid: Uid, asked: UpdateIn, token: Token
) -> Status[MadeOut]:
    """Say something more. Components that are left out keep theirs."""
    made = found.done(
        lambda: actions.update(
            uid=uid, message=asked.message(), token=token, turn=asked.turn,
            propose=asked.propose, **Asked(request).both,
        )
    )  # fmt: skip
    return Status(201, found.made(uid, made))


@router.post("/incidents/{uid}/resolution", response={201: MadeOut}, auth=WRITE)
def resolve_incident(
    request: HttpRequest, uid: Uid, asked: MessageIn, token: Token
) -> Status[MadeOut]:
    """Say that it is over; `recovery` and `data_loss` are asked for. Resets all components."""
    made = found.done(
        lambda: actions.resolve(
            uid=uid, message=asked.message(), token=token, turn=asked.turn, **Asked(request).both
        )
    )
    return Status(201, found.made(uid, made))


@router.post("/incidents/{uid}/reopening", response={201: MadeOut}, auth=WRITE)
def reopen_incident(
    request: HttpRequest, uid: Uid, asked: MessageIn, token: Token
) -> Status[MadeOut]:
    """Say that it was not over."""
    made = found.done(
        lambda: actions.reopen(uid=uid, message=asked.message(), token=token, **Asked(request).both)
    )
    return Status(201, found.made(uid, made))


@router.patch("/incidents/{uid}", response=MadeOut, auth=WRITE)
def correct_incident(request: HttpRequest, uid: Uid, asked: CorrectionIn) -> MadeOut:
    """Set facts right; a new `started_at` moves the downtime of its components."""
    new = asked.dict(exclude={"audiences"})
    audiences = None if asked.audiences is None else tuple(asked.audiences)
    found.done(
        lambda: actions.set_right(uid=uid, audiences=audiences, **new, **Asked(request).both)
    )
    return found.made(uid)


@router.put("/incidents/{uid}/updates/{update}", response=MadeOut, auth=WRITE)
def edit_update(request: HttpRequest, uid: Uid, update: Uid, asked: EditIn) -> MadeOut:
    """Change what an update says; what it said before stays public beside it."""
    said = found.update_of(uid, update)
    made = found.done(
        lambda: actions.edit_update(
            update_uid=said.uid, body=asked.body, reason=asked.reason, **Asked(request).both
        )
    )
    return found.made(made.incident.uid, made)


@router.put("/incidents/{uid}/updates/{update}/components", response=MadeOut, auth=WRITE)
def correct_components(request: HttpRequest, uid: Uid, update: Uid, asked: ImpactsIn) -> MadeOut:
    """Set right what an update says of components; their downtime is reckoned anew."""
    said = found.update_of(uid, update)
    made = found.done(
        lambda: actions.correct_impacts(
            update_uid=said.uid,
            impacts=asked.components,
            reason=asked.reason,
            **Asked(request).both,
        )
    )
    return found.made(made.incident.uid, made)


@router.post("/incidents/{uid}/updates/{update}/approval", response=MadeOut, auth=WRITE)
def approve_update(request: HttpRequest, uid: Uid, update: Uid, token: Token) -> MadeOut:
    """Publish what another one proposed."""
    said = found.update_of(uid, update)
    asked = Asked(request).both
    found.once(token, "approve", lambda: actions.approve(update_uid=said.uid, **asked))
    return found.made(uid, found.update_of(uid, update))


@router.post("/incidents/{uid}/notes", response={201: None}, auth=WRITE)
def note_incident(request: HttpRequest, uid: Uid, asked: NoteIn, token: Token) -> Status[None]:
    """Leave a note for those who work here; it is never public."""
    both = Asked(request).both
    found.once(token, "note", lambda: actions.note(uid=uid, text=asked.text, **both))
    return Status(201, None)


@router.post("/incidents/{uid}/roles", response={201: None}, auth=WRITE)
def hand_over_role(request: HttpRequest, uid: Uid, asked: RoleIn) -> Status[None]:
    """Hand a role over; who held it is relieved."""
    found.done(
        lambda: actions.hand_over(
            uid=uid, role=asked.role, person=asked.person, note=asked.note, **Asked(request).both
        )
    )
    return Status(201, None)


@router.post("/incidents/{uid}/merge", response=MadeOut, auth=WRITE)
def merge_incident(request: HttpRequest, uid: Uid, asked: OtherIn, token: Token) -> MadeOut:
    """Say that it was the same as another one, which goes on for both."""
    both = Asked(request).both
    found.once(token, "merge", lambda: actions.merge(uid=uid, into=asked.uid, **both))
    return found.made(uid)


@router.delete("/incidents/{uid}/merge", response=MadeOut, auth=WRITE)
def unmerge_incident(request: HttpRequest, uid: Uid) -> MadeOut:
    """Undo a merge: both stand for themselves again."""
    found.done(lambda: actions.unmerge(uid=uid, **Asked(request).both))
    return found.made(uid)


@router.put("/incidents/{uid}/links/{other}", response=MadeOut, auth=WRITE)
def link_incident(request: HttpRequest, uid: Uid, other: Uid) -> MadeOut:
    """Say that two incidents have to do with each other."""
    found.done(lambda: actions.link(uid=uid, other=other, **Asked(request).both))
    return found.made(uid)


@router.delete("/incidents/{uid}/links/{other}", response=MadeOut, auth=WRITE)
def unlink_incident(request: HttpRequest, uid: Uid, other: Uid) -> MadeOut:
    """Take a link away."""
    found.done(lambda: actions.unlink(uid=uid, other=other, **Asked(request).both))
    return found.made(uid)
