"""Times in which a promise is publicly not given: read, announce, end."""

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from troth.core import clock
from troth.core.moments import Instant
from troth.core.refusals import Refusal
from troth.promises import actions, queries
from troth.promises.api import found, schemas
from troth.promises.api.found import Slug
from troth.promises.rules.results import SuspensionRow
from troth.staff.access import ApiKey

router = Router()


class SuspensionIn(Schema):
    starts_at: Instant
    ends_at: Instant | None = None
    reason: str = Field(min_length=1, max_length=2000)


@router.get(
    "/promises/{slug}/suspensions", response=list[schemas.SuspensionOut], auth=ApiKey("read")
)
def list_suspensions(request: HttpRequest, slug: Slug) -> list[SuspensionRow]:
    """List the times in which this promise was or will be suspended, newest first."""
    found.row(slug)
    return queries.suspensions(slug=slug)


@router.post(
    "/promises/{slug}/suspensions", response={201: schemas.SuspensionOut}, auth=ApiKey("write")
)
def suspend_promise(request: HttpRequest, slug: Slug, asked: SuspensionIn) -> Status[SuspensionRow]:
    """Say publicly that the promise is not given for a time. It may not begin in the past."""
    found.changeable(slug)
    try:
        row = actions.suspend(
            slug=slug,
            starts_at=asked.starts_at,
            ends_at=asked.ends_at,
            reason=asked.reason,
            author=request.auth,  # type: ignore[attr-defined]
            now=clock.now(),
        )
    except ValueError as error:
        raise Refusal(422, str(error), field="starts_at") from None
    return Status(201, _row(slug, row.pk))


@router.post(
    "/promises/{slug}/suspensions/{number}/end",
    response=schemas.SuspensionOut,
    auth=ApiKey("write"),
)
def end_suspension(request: HttpRequest, slug: Slug, number: int) -> SuspensionRow:
    """End a suspension now: the promise holds again."""
    return found.ended(
        slug,
        lambda: _row(slug, number),
        lambda: actions.end_suspension(
            suspension=number,
            author=request.auth,  # type: ignore[attr-defined]
            now=clock.now(),
        ),
    )


def _row(slug: str, number: int) -> SuspensionRow:
    return found.numbered(queries.suspensions(slug=slug), number, "suspension")
