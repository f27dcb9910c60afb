"""Signed exclusions: read, sign one, withdraw one."""

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from troth.core import clock
from troth.core.moments import Instant
from troth.promises import actions, queries
from troth.promises.api import found, schemas
from troth.promises.api.found import Slug
from troth.promises.rules.results import ExclusionRow
from troth.staff.access import ApiKey

router = Router()


class ExclusionIn(Schema):
    """Which cases are left out, of which declared category, and why. Published with the name."""

    category: str = Field(max_length=60)
    reason: str = Field(min_length=1, max_length=2000)
    where: str = Field("", max_length=2000, json_schema_extra={"format": "condition"})
    starts_at: Instant | None = None
    ends_at: Instant | None = None


@router.get("/promises/{slug}/exclusions", response=list[schemas.ExclusionOut], auth=ApiKey("read"))
def list_exclusions(request: HttpRequest, slug: Slug) -> list[ExclusionRow]:
    """List the exclusions of one promise, withdrawn ones too, newest first."""
    found.row(slug)
    return queries.exclusions(slug=slug)


@router.post(
    "/promises/{slug}/exclusions", response={201: schemas.ExclusionOut}, auth=ApiKey("write")
)
def sign_exclusion(request: HttpRequest, slug: Slug, asked: ExclusionIn) -> Status[ExclusionRow]:
    """Leave cases out of the count, for a reason that everyone will read."""
    found.changeable(slug)
    which = actions.Cases(where=asked.where, starts_at=asked.starts_at, ends_at=asked.ends_at)
    row = found.understood(
        lambda: actions.exclude(
            slug=slug,
            category=asked.category,
            reason=asked.reason,
            cases=which,
            signed_by=request.auth,  # type: ignore[attr-defined]
            now=clock.now(),
        )
    )
    return Status(201, _row(slug, row.pk))


@router.post(
    "/promises/{slug}/exclusions/{number}/withdrawal",
    response=schemas.ExclusionOut,
    auth=ApiKey("write"),
)
def withdraw_exclusion(request: HttpRequest, slug: Slug, number: int) -> ExclusionRow:
    """Take an exclusion back: its cases count again, and the list keeps both facts."""
    return found.ended(
        slug,
        lambda: _row(slug, number),
        lambda: actions.withdraw_exclusion(
            exclusion=number,
            author=request.auth,  # type: ignore[attr-defined]
            now=clock.now(),
        ),
    )


def _row(slug: str, number: int) -> ExclusionRow:
    return found.numbered(queries.exclusions(slug=slug), number, "exclusion")
