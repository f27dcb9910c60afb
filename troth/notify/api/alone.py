"""Addresses that are left alone."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Status

from troth.core import clock
from troth.core.paging import written
from troth.core.refusals import Refusal
from troth.core.shapes import Pages
from troth.notify import catalogue
from troth.notify.actions.suppressing import lift, suppress_address
from troth.notify.api import schemas
from troth.notify.api.readers import READ, WRITE, before_cursor
from troth.notify.models import Suppression

router = Router()


@router.get("/suppressions", response=schemas.SuppressionsOut, auth=READ)
def listed(request: HttpRequest, asked: Query[Pages]) -> dict[str, Any]:
    """List the addresses that are left alone, the newest first."""
    rows = Suppression.objects.filter(lifted_at=None).order_by("-pk")
    before = before_cursor(asked.cursor)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: asked.limit + 1])
    more, found = len(found) > asked.limit, found[: asked.limit]
    return {
        "items": [_shown(row) for row in found],
        "next": written((found[-1].pk,)) if more else None,
    }


def _shown(row: Suppression) -> dict[str, Any]:
    return {
        "id": row.pk, "channel": row.channel, "address": row.shown, "reason": row.reason,
        "said": row.said, "at": row.at,
    }  # fmt: skip


@router.post("/suppressions", response={201: schemas.SuppressionOut}, auth=WRITE)
def add(request: HttpRequest, payload: schemas.SuppressionIn) -> Status[dict[str, Any]]:
    """Leave an address alone, known or not. A second time changes nothing."""
    try:
        address = catalogue.address(payload.channel, payload.address)
        digest = suppress_address(
            channel=payload.channel, address=address, said=payload.said,
            author=request.auth,  # type: ignore[attr-defined]
            now=clock.now(),
        )  # fmt: skip
    except catalogue.SettingsError as error:
        raise Refusal(422, error.message, field=error.field) from None
    except ValueError as error:
        raise Refusal(422, str(error), field="address") from None
    return Status(201, _shown(Suppression.objects.get(digest=digest, lifted_at=None)))


@router.delete("/suppressions/{number}", response={204: None}, auth=WRITE)
def remove(request: HttpRequest, number: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> Status[None]:
    """Let an address be written to again, once it asks anew."""
    row = Suppression.objects.filter(pk=number, lifted_at=None).first()
    if row is None:
        raise Refusal(404, "there is no such suppression")
    by = request.auth  # type: ignore[attr-defined]
    lift(suppression=row, author=by, by=str(by), now=clock.now())
    return Status(204, None)
