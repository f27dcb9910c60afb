"""Declaring, replacing and retiring a promise. A promise kept in files is changed there."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Header, Router, Schema, Status
from pydantic import Field

from troth.core import clock
from troth.core.refusals import Refusal
from troth.promises import actions, queries
from troth.promises.api import found, schemas
from troth.promises.api.found import Slug
from troth.promises.models import Promise
from troth.staff.access import ApiKey

router = Router()
IfMatch = Annotated[str | None, Header(alias="If-Match")]


class Declaration(Schema):
    """A promise document (kind Promise, apiVersion troth/v1), and why it is declared now."""

    document: dict[str, Any]
    reason: str = Field("", max_length=2000)


class Draft(Schema):
    document: dict[str, Any]
    months: int = Field(12, ge=1, le=36)


@router.get("/promises/{slug}", response=schemas.DocumentOut, auth=ApiKey("read"))
def show_document(
    request: HttpRequest, response: HttpResponse, slug: Slug, version: int | None = None
) -> dict[str, object]:
    """Show a promise as declared, the latest version unless another is asked for."""
    promise = found.row(slug)
    return _document(promise, response, version=version)


@router.put("/promises/{slug}", response=schemas.DocumentOut, auth=ApiKey("write"))
def declare_promise(
    request: HttpRequest,
    response: HttpResponse,
    slug: Slug,
    declaration: Declaration,
    if_match: IfMatch = None,
) -> dict[str, object]:
    """Declare a promise, or replace what it says by a new version.

    With `If-Match` it is refused (412) when the promise has changed since that ETag. The same
    document again makes no new version.
    """
    name = (declaration.document.get("metadata") or {}).get("name")
    if name != slug:
        raise Refusal(422, f"the document names “{name}”", field="document.metadata.name")
    _check(slug, if_match)
    found.understood(
        lambda: actions.declare(
            spec=declaration.document,
            author=request.auth,  # type: ignore[attr-defined]
            reason=declaration.reason,
            now=clock.now(),
        )
    )
    return _document(found.row(slug), response, version=None)


@router.delete("/promises/{slug}", response={204: None}, auth=ApiKey("write"))
def retire_promise(request: HttpRequest, slug: Slug, if_match: IfMatch = None) -> Status[None]:
    """Retire a promise: it is judged no more; what was judged stays."""
    found.row(slug)
    _check(slug, if_match)
    actions.retire(slug=slug, author=request.auth, now=clock.now())  # type: ignore[attr-defined]
    return Status(204, None)


@router.post("/backtests", response=schemas.BacktestOut, auth=ApiKey("read"))
def try_draft(request: HttpRequest, draft: Body[Draft]) -> dict[str, object]:
    """Judge a draft on the past, without declaring it. Changes nothing."""
    sentences = found.understood(lambda: queries.preview(document=draft.document))
    result = found.understood(
        lambda: queries.backtest(document=draft.document, months=draft.months, now=clock.now())
    )
    named = {field: getattr(result, field) for field in result.__dataclass_fields__}
    return {**named, "how_counted": sentences}


def _document(
    promise: Promise, response: HttpResponse, *, version: int | None
) -> dict[str, object]:
    numbers = [one.version for one in queries.history_of_targets(promise.slug)]
    number = max(numbers) if version is None else version
    if number not in numbers:
        raise Refusal(404, f"there is no version {number}", field="version")
    response["ETag"] = etag(promise.slug, number, retired=promise.retired_at is not None)
    return {
        "slug": promise.slug,
        "version": number,
        "managed_by": promise.managed_by,
        "retired_at": promise.retired_at,
        "document": queries.document(promise.slug, version=number),
    }


def etag(slug: str, version: int, *, retired: bool) -> str:
    """Return the strong ETag of a promise as declared."""
    return f'"{slug}-{version}{"-retired" if retired else ""}"'


def _check(slug: str, if_match: str | None) -> None:
    """Refuse what is kept in files (409) and what changed since the caller read it (412)."""
    promise = Promise.objects.filter(slug=slug).first()
    if promise is not None and promise.managed_by:
        raise Refusal(409, "this promise is kept in files; change it there and apply them")
    if if_match is None:
        return
    numbers = [one.version for one in queries.history_of_targets(slug)] if promise else []
    retired = promise is not None and promise.retired_at is not None
    present = etag(slug, max(numbers), retired=retired) if numbers else ""
    if not present or (if_match.strip() != "*" and present not in if_match):
        raise Refusal(412, "the promise has changed since you read it", field="If-Match")
