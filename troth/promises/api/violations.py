"""The ledger of violations: read it, and record what is done to make them right."""

from datetime import UTC, datetime
from hashlib import blake2b
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from troth.core import clock, paging
from troth.core.moments import Cursor, Instant, Limit
from troth.core.paging import CursorError, Paged
from troth.core.refusals import Refusal
from troth.core.shapes import Listed
from troth.promises import actions, queries
from troth.promises.api import found, schemas
from troth.promises.api.writing import IfMatch
from troth.promises.queries.ledger import Place
from troth.promises.rules.remedies import LONGEST, RemedyState, Sought, Violation
from troth.staff.access import ApiKey

router = Router()
_TEXT = r"^[^\x00]*$"
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


class ViolationFilter(Schema):
    slug: str = Field("", max_length=100, pattern=r"^[a-z0-9-]*$")
    state: RemedyState | None = None
    visibility: str = Field("", pattern="^(public|audience|internal)?$")
    since: Instant | None = Field(None, description="Began after this instant.")
    until: Instant | None = Field(None, description="Began no later than this instant.")
    cursor: Cursor | None = None
    limit: Limit = 50


class RemedyIn(Schema):
    """How far the remedy is. `note` is published; `internal_note` is for staff."""

    state: RemedyState
    note: str = Field("", max_length=LONGEST, pattern=_TEXT)
    internal_note: str = Field("", max_length=LONGEST, pattern=_TEXT)


@router.get("/violations", response=Listed[schemas.ViolationOut], auth=ApiKey("read"))
def list_violations(request: HttpRequest, asked: Query[ViolationFilter]) -> Paged[Violation]:
    """List every time a promise was broken, newest first, with the state of its remedy."""
    sought = Sought(
        slug=asked.slug,
        state=asked.state or "",
        visibility=asked.visibility,
        since=asked.since,
        until=asked.until,
    )
    rows = queries.Ledger(sought, after=_place(asked.cursor))[: asked.limit + 1]
    shown = rows[: asked.limit]
    more = len(rows) > len(shown)
    cursor = paging.written((shown[-1].began_at.isoformat(), shown[-1].id)) if more else None
    return Paged(shown, cursor, queries.Ledger(sought).count())


@router.get("/violations/{number}", response=schemas.ViolationOut, auth=ApiKey("read"))
def show_violation(request: HttpRequest, response: HttpResponse, number: Number) -> Violation:
    """Show one violation with everything recorded about its remedy."""
    violation = _violation(number)
    response["ETag"] = _etag(violation)
    return violation


@router.post(
    "/violations/{number}/remedies", response={201: schemas.ViolationOut}, auth=ApiKey("write")
)
def record_remedy(
    request: HttpRequest,
    response: HttpResponse,
    number: Number,
    asked: RemedyIn,
    if_match: IfMatch = None,
) -> Status[Violation]:
    """Say how far the remedy is; what was said before stays. A mistake is undone by another.

    With `If-Match` it is refused (412) when somebody else recorded one since that ETag.
    """
    violation = _violation(number)
    if if_match and if_match.strip() != "*" and _etag(violation) not in if_match:
        raise _overtaken()
    try:
        found.understood(
            lambda: actions.record_remedy(
                violation=number,
                state=asked.state,
                note=asked.note,
                internal_note=asked.internal_note,
                seen=violation.seen if if_match else None,
                author=request.auth,  # type: ignore[attr-defined]
                now=clock.now(),
            )
        )
    except actions.Overtaken:
        raise _overtaken() from None
    after = _violation(number)
    response["ETag"] = _etag(after)
    return Status(201, after)


def _place(cursor: str | None) -> Place | None:
    if not cursor:
        return None
    at, number = paging.read(cursor, length=2)
    try:
        return datetime.fromisoformat(str(at)).astimezone(UTC), int(str(number))
    except (ValueError, OverflowError):
        raise CursorError from None


def _violation(number: int) -> Violation:
    violation = queries.violation(number)
    if violation is None:
        raise Refusal(404, f"there is no violation {number}")
    return violation


def _etag(violation: Violation) -> str:
    """Return the strong ETag of a violation: another one whenever anything of it changes."""
    return f'"{violation.id}-{blake2b(repr(violation).encode(), digest_size=10).hexdigest()}"'


def _overtaken() -> Refusal:
    return Refusal(412, "somebody recorded a remedy since you read it", field="If-Match")
